// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { onPolicy } from "./needs.ts";
import { policyToChange, policyUses } from "./policies.ts";
import { Arn } from "./shapes.ts";

const SEVERAL_VERSIONS =
  "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.";

export const DeletePolicy = action({
  name: "DeletePolicy",
  input: struct({ PolicyArn: required(Arn) }),
  output: struct({}),
  errors: ["AccessDenied", "DeleteConflict", "InvalidInput", "NoSuchEntity", "ValidationError"],
  needs: ({ world, input }) => [onPolicy("iam:DeletePolicy", world, input.PolicyArn)],
  handle({ world, account, input, caller, fail }) {
    const change = { action: "iam:DeletePolicy", world, account, caller, arn: input.PolicyArn, fail };
    const policy = policyToChange(change, "was not found.");
    const { attachments, boundaries } = policyUses(account)(policy.arn);
    if (attachments + boundaries > 0) {
      throw fail("DeleteConflict", "Cannot delete a policy attached to entities.");
    }
    if (policy.versions.length > 1) throw fail("DeleteConflict", SEVERAL_VERSIONS);
    account.policies.remove(policy);
    return {};
  },
});
