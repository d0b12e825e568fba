// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { userHolder } from "./holders.ts";
import { listInlinePolicies, PolicyNames } from "./inline-policies.ts";
import { onUser } from "./needs.ts";
import { ExistingUserName, paged, paging } from "./shapes.ts";

export const ListUserPolicies = action({
  name: "ListUserPolicies",
  input: struct({ UserName: required(ExistingUserName), ...paging }),
  output: struct({ PolicyNames: required(PolicyNames), ...paged }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onUser("iam:ListUserPolicies", account, input.UserName)],
  handle: ({ account, input, fail }) => listInlinePolicies(userHolder(account, input.UserName, fail), input),
});
