// https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findInstanceProfile, findRole } from "./lookup.ts";
import { onInstanceProfile } from "./needs.ts";
import { InstanceProfileName, RoleName } from "./shapes.ts";

export const RemoveRoleFromInstanceProfile = action({
  name: "RemoveRoleFromInstanceProfile",
  input: struct({ InstanceProfileName: required(InstanceProfileName), RoleName: required(RoleName) }),
  output: struct({}),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [
    onInstanceProfile("iam:RemoveRoleFromInstanceProfile", account, input.InstanceProfileName),
  ],
  handle({ account, input, fail }) {
    const profile = findInstanceProfile(account, input.InstanceProfileName, fail);
    const role = findRole(account, input.RoleName, fail);
    if (profile.roleName !== role.name) {
      throw fail("NoSuchEntity", `Role ${role.name} in Instance Profile ${profile.name} cannot be found.`);
    }
    account.instanceProfiles.put({ ...profile, roleName: undefined });
    return {};
  },
});
