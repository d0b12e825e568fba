// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { roleHolder } from "./holders.ts";
import { listInlinePolicies, PolicyNames } from "./inline-policies.ts";
import { onRole } from "./needs.ts";
import { paged, paging, RoleName } from "./shapes.ts";

export const ListRolePolicies = action({
  name: "ListRolePolicies",
  input: struct({ RoleName: required(RoleName), ...paging }),
  output: struct({ PolicyNames: required(PolicyNames), ...paged }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:ListRolePolicies", account, input.RoleName)],
  handle: ({ account, input, fail }) => listInlinePolicies(roleHolder(account, input.RoleName, fail), input),
});
