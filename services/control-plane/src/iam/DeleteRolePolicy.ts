// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { roleHolder } from "./holders.ts";
import { deleteInlinePolicy } from "./inline-policies.ts";
import { boundaryContext, onRole } from "./needs.ts";
import { PolicyName, RoleName } from "./shapes.ts";

export const DeleteRolePolicy = action({
  name: "DeleteRolePolicy",
  input: struct({ RoleName: required(RoleName), PolicyName: required(PolicyName) }),
  output: struct({}),
  errors: ["NoSuchEntity"],
  needs({ account, input }) {
    const context = boundaryContext(account.roles.get(input.RoleName));
    return [onRole("iam:DeleteRolePolicy", account, input.RoleName, context)];
  },
  handle({ account, input, fail }) {
    deleteInlinePolicy(roleHolder(account, input.RoleName, fail), input.PolicyName, fail);
    return {};
  },
});
