// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
import { required, struct } from "@rolemint/wire";
import { encodeDocument } from "@rolemint/world";
import { action } from "./action.ts";
import { findPolicyVersion } from "./lookup.ts";
import { onPolicy } from "./needs.ts";
import { Arn, PolicyVersion, VersionId } from "./shapes.ts";
import { versionView } from "./views.ts";

export const GetPolicyVersion = action({
  name: "GetPolicyVersion",
  input: struct({ PolicyArn: required(Arn), VersionId: required(VersionId) }),
  output: struct({ PolicyVersion: required(PolicyVersion) }),
  errors: ["InvalidInput", "NoSuchEntity", "ValidationError"],
  needs: ({ world, input }) => [onPolicy("iam:GetPolicyVersion", world, input.PolicyArn)],
  handle({ world, account, input, fail }) {
    const { policy, version } = findPolicyVersion(world, account, input.PolicyArn, input.VersionId, fail);
    return { PolicyVersion: { Document: encodeDocument(version.text), ...versionView(policy, version) } };
  },
});
