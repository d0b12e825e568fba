// A credential that expires while a file is uploaded in parts. The upload itself goes on: its id stays valid.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
import { requestKind } from "../kind.ts";
import { expiresAt } from "./expiring.ts";

const DEFAULT_PART = 2;

export const s3ExpireMidMultipart = requestKind({
  name: "s3.expire-mid-multipart",
  row: "SX1",
  says: "the credential of a multipart upload expires at a part, or at its completion; the upload id stays valid",
  channel: "calls",
  acts: "requests",
  endsCredential: true,
  parameters: {
    Part: {
      type: "number",
      min: 1,
      max: 10_000,
      says: `the number of the part that is refused; default ${DEFAULT_PART}, or none with Complete`,
    },
    Complete: { type: "flag", fallback: false, says: "whether CompleteMultipartUpload is refused" },
  },
  call(asked, { Part, Complete }, memory) {
    if (asked.service !== "s3") return undefined;
    const { operation } = asked;
    const part = Part ?? (Complete ? undefined : DEFAULT_PART);
    const isPart =
      (operation === "UploadPart" || operation === "UploadPartCopy") && Number(asked.parameter("partNumber")) === part;
    if (!isPart && !(Complete && operation === "CompleteMultipartUpload")) return undefined;
    return expiresAt(`${isPart ? "part" : "complete"} ${asked.parameter("uploadId")}`, asked, memory);
  },
});
