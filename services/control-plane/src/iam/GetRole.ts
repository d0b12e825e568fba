// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { Role, RoleName } from "./shapes.ts";
import { roleView } from "./views.ts";

export const GetRole = action({
  name: "GetRole",
  input: struct({ RoleName: required(RoleName) }),
  output: struct({ Role: required(Role) }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:GetRole", account, input.RoleName)],
  handle: ({ world, account, input, fail }) => ({ Role: roleView(world, findRole(account, input.RoleName, fail)) }),
});
