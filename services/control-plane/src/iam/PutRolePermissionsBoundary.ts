// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { checkBoundary } from "./boundaries.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { Arn, RoleName } from "./shapes.ts";

export const PutRolePermissionsBoundary = action({
  name: "PutRolePermissionsBoundary",
  input: struct({ RoleName: required(RoleName), PermissionsBoundary: required(Arn) }),
  output: struct({}),
  errors: ["InvalidInput", "NoSuchEntity", "ValidationError"],
  needs({ account, input }) {
    const context = { "iam:permissionsboundary": input.PermissionsBoundary };
    return [onRole("iam:PutRolePermissionsBoundary", account, input.RoleName, context)];
  },
  handle({ world, account, input, fail }) {
    const role = findRole(account, input.RoleName, fail);
    checkBoundary(world, account, input.PermissionsBoundary, fail);
    account.roles.put({ ...role, boundary: input.PermissionsBoundary });
    return {};
  },
});
