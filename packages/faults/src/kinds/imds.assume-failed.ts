// EC2 cannot take the role: the document is answered with 200, but holds a code and a message instead of keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc
import type { InstanceView } from "@rolemint/authority";
import { requestKind } from "../kind.ts";
import { madeOnce } from "../views.ts";

const PAGE =
  "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc";

const refused = madeOnce((view: InstanceView, { Code }: { readonly Code: string }) => {
  const { Generation = 0, LastUpdated = view.Changed } = view.Credentials[0] ?? {};
  const Message = `EC2 cannot assume the role ${view.Profile?.RoleName}.  Please see documentation at ${PAGE}.`;
  const document = { Generation, LastUpdated, Code, Message };
  return { ...view, Credentials: (["1.0", "2.0"] as const).map((Delivery) => ({ ...document, Delivery })) };
});

export const imdsAssumeFailed = requestKind({
  name: "imds.assume-failed",
  row: "F11",
  says: "the credential document holds a code and a message instead of keys",
  channel: "metadata",
  place: "imds.role",
  acts: "requests",
  parameters: {
    Code: {
      type: "text",
      pattern: /^[A-Za-z]{1,64}$/,
      wanted: "a code of letters, like AssumeRoleUnauthorizedAccess",
      fallback: "AssumeRoleUnauthorizedAccess",
      says: "what Code says",
    },
  },
  metadata: ({ step, view }, given) =>
    step === "credentials" && view.Profile?.RoleName !== undefined
      ? { do: "view", view: refused(view, given) }
      : undefined,
});
