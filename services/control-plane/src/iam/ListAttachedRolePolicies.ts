// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html
import { defaulted, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { AttachedPolicies, listAttached } from "./attachments.ts";
import { roleHolder } from "./holders.ts";
import { onRole } from "./needs.ts";
import { PolicyPath, paged, paging, RoleName } from "./shapes.ts";

export const ListAttachedRolePolicies = action({
  name: "ListAttachedRolePolicies",
  input: struct({ RoleName: required(RoleName), PathPrefix: defaulted(PolicyPath, "/"), ...paging }),
  output: struct({ AttachedPolicies: required(AttachedPolicies), ...paged }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:ListAttachedRolePolicies", account, input.RoleName)],
  handle: ({ account, input, fail }) => listAttached(roleHolder(account, input.RoleName, fail), input),
});
