// A credential that expires while a body is on its way. AWS does not say when S3 looks at the token, so both are here.
import { requestKind } from "../kind.ts";
import { expiresAt, refusedIn } from "./expiring.ts";

const WITH_BODY = new Set(["PutObject", "UploadPart"]);

export const s3ExpireAfterAccept = requestKind({
  name: "s3.expire-after-accept",
  row: "SX5",
  says: "the credential expires while the body of an upload is on its way",
  channel: "calls",
  acts: "requests",
  endsCredential: true,
  parameters: {
    CheckPoint: {
      type: "choice",
      values: ["end", "start"],
      fallback: "end",
      says:
        "when S3 looks at the token: at the end the body is read, then refused, and nothing is stored; at the start " +
        "that upload is stored, and whatever the credential asks next is refused",
    },
  },
  call(asked, { CheckPoint }, memory) {
    if (asked.service !== "s3") return undefined;
    const isUpload = WITH_BODY.has(asked.operation);
    if (CheckPoint === "end") {
      return isUpload && expiresAt("token", asked, memory) ? { do: "refuse-late", as: "token-expired" } : undefined;
    }
    const refused = refusedIn(memory);
    if (refused.get("token") === undefined) {
      // Looked at in time: this one is served, and is the last.
      if (isUpload && !asked.isExpired) refused.set("token", asked.principal.AccessKeyId);
      return undefined;
    }
    return expiresAt("token", asked, memory);
  },
});
