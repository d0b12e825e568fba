// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { userHolder } from "./holders.ts";
import { PUT_ERRORS, putInlinePolicy } from "./inline-policies.ts";
import { boundaryContext, onUser } from "./needs.ts";
import { ExistingUserName, PolicyName, PolicyText } from "./shapes.ts";

export const PutUserPolicy = action({
  name: "PutUserPolicy",
  input: struct({
    UserName: required(ExistingUserName),
    PolicyName: required(PolicyName),
    PolicyDocument: required(PolicyText),
  }),
  output: struct({}),
  errors: PUT_ERRORS,
  needs({ account, input }) {
    const context = boundaryContext(account.users.get(input.UserName));
    return [onUser("iam:PutUserPolicy", account, input.UserName, context)];
  },
  handle({ account, input, fail }) {
    putInlinePolicy(userHolder(account, input.UserName, fail), input.PolicyName, input.PolicyDocument, fail);
    return {};
  },
});
