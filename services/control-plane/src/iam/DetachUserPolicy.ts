// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { DETACH_ERRORS, detachPolicy } from "./attachments.ts";
import { userHolder } from "./holders.ts";
import { boundaryContext, onUser } from "./needs.ts";
import { Arn, UserName } from "./shapes.ts";

export const DetachUserPolicy = action({
  name: "DetachUserPolicy",
  input: struct({ UserName: required(UserName), PolicyArn: required(Arn) }),
  output: struct({}),
  errors: DETACH_ERRORS,
  needs({ account, input }) {
    const user = account.users.get(input.UserName);
    const context = { "iam:policyarn": input.PolicyArn, ...boundaryContext(user) };
    return [onUser("iam:DetachUserPolicy", account, input.UserName, context)];
  },
  handle({ account, input, fail }) {
    detachPolicy(() => userHolder(account, input.UserName, fail), input.PolicyArn, fail);
    return {};
  },
});
