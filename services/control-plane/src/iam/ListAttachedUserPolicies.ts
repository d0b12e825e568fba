// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html
import { defaulted, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { AttachedPolicies, listAttached } from "./attachments.ts";
import { userHolder } from "./holders.ts";
import { onUser } from "./needs.ts";
import { PolicyPath, paged, paging, UserName } from "./shapes.ts";

export const ListAttachedUserPolicies = action({
  name: "ListAttachedUserPolicies",
  input: struct({ UserName: required(UserName), PathPrefix: defaulted(PolicyPath, "/"), ...paging }),
  output: struct({ AttachedPolicies: required(AttachedPolicies), ...paged }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onUser("iam:ListAttachedUserPolicies", account, input.UserName)],
  handle: ({ account, input, fail }) => listAttached(userHolder(account, input.UserName, fail), input),
});
