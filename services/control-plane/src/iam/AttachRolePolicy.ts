// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { ATTACH_ERRORS, attachPolicy } from "./attachments.ts";
import { roleHolder } from "./holders.ts";
import { boundaryContext, onRole } from "./needs.ts";
import { Arn, RoleName } from "./shapes.ts";

export const AttachRolePolicy = action({
  name: "AttachRolePolicy",
  input: struct({ RoleName: required(RoleName), PolicyArn: required(Arn) }),
  output: struct({}),
  errors: ATTACH_ERRORS,
  needs({ account, input }) {
    const role = account.roles.get(input.RoleName);
    const context = { "iam:policyarn": input.PolicyArn, ...boundaryContext(role) };
    return [onRole("iam:AttachRolePolicy", account, input.RoleName, context)];
  },
  handle({ world, account, input, fail }) {
    attachPolicy(world, account, () => roleHolder(account, input.RoleName, fail), input.PolicyArn, fail);
    return {};
  },
});
