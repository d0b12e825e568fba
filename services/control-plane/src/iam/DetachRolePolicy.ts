// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { DETACH_ERRORS, detachPolicy } from "./attachments.ts";
import { roleHolder } from "./holders.ts";
import { boundaryContext, onRole } from "./needs.ts";
import { Arn, RoleName } from "./shapes.ts";

export const DetachRolePolicy = action({
  name: "DetachRolePolicy",
  input: struct({ RoleName: required(RoleName), PolicyArn: required(Arn) }),
  output: struct({}),
  errors: DETACH_ERRORS,
  needs({ account, input }) {
    const role = account.roles.get(input.RoleName);
    const context = { "iam:policyarn": input.PolicyArn, ...boundaryContext(role) };
    return [onRole("iam:DetachRolePolicy", account, input.RoleName, context)];
  },
  handle({ account, input, fail }) {
    detachPolicy(() => roleHolder(account, input.RoleName, fail), input.PolicyArn, fail);
    return {};
  },
});
