// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { userHolder } from "./holders.ts";
import { deleteInlinePolicy } from "./inline-policies.ts";
import { boundaryContext, onUser } from "./needs.ts";
import { ExistingUserName, PolicyName } from "./shapes.ts";

export const DeleteUserPolicy = action({
  name: "DeleteUserPolicy",
  input: struct({ UserName: required(ExistingUserName), PolicyName: required(PolicyName) }),
  output: struct({}),
  errors: ["NoSuchEntity"],
  needs({ account, input }) {
    const context = boundaryContext(account.users.get(input.UserName));
    return [onUser("iam:DeleteUserPolicy", account, input.UserName, context)];
  },
  handle({ account, input, fail }) {
    deleteInlinePolicy(userHolder(account, input.UserName, fail), input.PolicyName, fail);
    return {};
  },
});
