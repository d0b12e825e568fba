// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { onPolicy } from "./needs.ts";
import { versionToChange } from "./policies.ts";
import { Arn, VersionId } from "./shapes.ts";

export const DeletePolicyVersion = action({
  name: "DeletePolicyVersion",
  input: struct({ PolicyArn: required(Arn), VersionId: required(VersionId) }),
  output: struct({}),
  errors: ["AccessDenied", "DeleteConflict", "InvalidInput", "NoSuchEntity", "ValidationError"],
  needs: ({ world, input }) => [onPolicy("iam:DeletePolicyVersion", world, input.PolicyArn)],
  handle({ world, account, input, caller, fail }) {
    const change = { action: "iam:DeletePolicyVersion", world, account, caller, arn: input.PolicyArn, fail };
    const { policy, version } = versionToChange(change, input.VersionId);
    if (version.id === policy.defaultVersion) {
      throw fail("DeleteConflict", "Cannot delete the default version of a policy.");
    }
    account.policies.put({ ...policy, versions: policy.versions.filter(({ id }) => id !== version.id) });
    return {};
  },
});
