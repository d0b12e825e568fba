// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html
import { required, string, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { userHolder } from "./holders.ts";
import { getInlinePolicy } from "./inline-policies.ts";
import { onUser } from "./needs.ts";
import { ExistingUserName, PolicyName } from "./shapes.ts";

export const GetUserPolicy = action({
  name: "GetUserPolicy",
  input: struct({ UserName: required(ExistingUserName), PolicyName: required(PolicyName) }),
  output: struct({ PolicyName: required(string()), UserName: required(string()), PolicyDocument: required(string()) }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onUser("iam:GetUserPolicy", account, input.UserName)],
  handle({ account, input, fail }) {
    const holder = userHolder(account, input.UserName, fail);
    const PolicyDocument = getInlinePolicy(holder, input.PolicyName, fail);
    return { PolicyName: input.PolicyName, UserName: holder.row.name, PolicyDocument };
  },
});
