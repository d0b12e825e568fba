// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { RoleName } from "./shapes.ts";

export const DeleteRole = action({
  name: "DeleteRole",
  input: struct({ RoleName: required(RoleName) }),
  output: struct({}),
  errors: ["DeleteConflict", "NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:DeleteRole", account, input.RoleName)],
  handle({ account, input, fail }) {
    const role = findRole(account, input.RoleName, fail);
    const isInProfile = account.instanceProfiles.list().some(({ roleName }) => roleName === role.name);
    if (isInProfile) {
      throw fail("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
    }
    if (role.attached.length > 0) {
      throw fail("DeleteConflict", "Cannot delete entity, must detach all policies first.");
    }
    if (Object.keys(role.inline).length > 0) {
      throw fail("DeleteConflict", "Cannot delete entity, must delete policies first.");
    }
    account.roles.remove(role);
    return {};
  },
});
