// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { roleHolder } from "./holders.ts";
import { PUT_ERRORS, putInlinePolicy } from "./inline-policies.ts";
import { boundaryContext, onRole } from "./needs.ts";
import { PolicyName, PolicyText, RoleName } from "./shapes.ts";

export const PutRolePolicy = action({
  name: "PutRolePolicy",
  input: struct({
    RoleName: required(RoleName),
    PolicyName: required(PolicyName),
    PolicyDocument: required(PolicyText),
  }),
  output: struct({}),
  errors: PUT_ERRORS,
  needs({ account, input }) {
    const context = boundaryContext(account.roles.get(input.RoleName));
    return [onRole("iam:PutRolePolicy", account, input.RoleName, context)];
  },
  handle({ account, input, fail }) {
    putInlinePolicy(roleHolder(account, input.RoleName, fail), input.PolicyName, input.PolicyDocument, fail);
    return {};
  },
});
