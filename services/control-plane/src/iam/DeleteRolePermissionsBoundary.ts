// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { boundaryContext, onRole } from "./needs.ts";
import { RoleName } from "./shapes.ts";

export const DeleteRolePermissionsBoundary = action({
  name: "DeleteRolePermissionsBoundary",
  input: struct({ RoleName: required(RoleName) }),
  output: struct({}),
  errors: ["NoSuchEntity"],
  needs({ account, input }) {
    const context = boundaryContext(account.roles.get(input.RoleName));
    return [onRole("iam:DeleteRolePermissionsBoundary", account, input.RoleName, context)];
  },
  handle({ account, input, fail }) {
    account.roles.put({ ...findRole(account, input.RoleName, fail), boundary: undefined });
    return {};
  },
});
