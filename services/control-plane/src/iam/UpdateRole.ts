// What is not given stays as it is.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
import { emptyResult, integer, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { RoleDescription, RoleName } from "./shapes.ts";

export const UpdateRole = action({
  name: "UpdateRole",
  input: struct({
    RoleName: required(RoleName),
    Description: RoleDescription,
    MaxSessionDuration: integer({ min: 3600, max: 43200 }),
  }),
  output: emptyResult,
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:UpdateRole", account, input.RoleName)],
  handle({ account, input, fail }) {
    const role = findRole(account, input.RoleName, fail);
    account.roles.put({
      ...role,
      description: input.Description ?? role.description,
      maxSessionSeconds: input.MaxSessionDuration ?? role.maxSessionSeconds,
    });
    return {};
  },
});
