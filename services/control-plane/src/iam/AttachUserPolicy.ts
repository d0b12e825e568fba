// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { ATTACH_ERRORS, attachPolicy } from "./attachments.ts";
import { userHolder } from "./holders.ts";
import { boundaryContext, onUser } from "./needs.ts";
import { Arn, UserName } from "./shapes.ts";

export const AttachUserPolicy = action({
  name: "AttachUserPolicy",
  input: struct({ UserName: required(UserName), PolicyArn: required(Arn) }),
  output: struct({}),
  errors: ATTACH_ERRORS,
  needs({ account, input }) {
    const user = account.users.get(input.UserName);
    const context = { "iam:policyarn": input.PolicyArn, ...boundaryContext(user) };
    return [onUser("iam:AttachUserPolicy", account, input.UserName, context)];
  },
  handle({ world, account, input, fail }) {
    attachPolicy(world, account, () => userHolder(account, input.UserName, fail), input.PolicyArn, fail);
    return {};
  },
});
