// An instance that has the profile keeps its association, and its metadata says that the profile is gone.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findInstanceProfile } from "./lookup.ts";
import { onInstanceProfile } from "./needs.ts";
import { InstanceProfileName } from "./shapes.ts";

export const DeleteInstanceProfile = action({
  name: "DeleteInstanceProfile",
  input: struct({ InstanceProfileName: required(InstanceProfileName) }),
  output: struct({}),
  errors: ["DeleteConflict", "NoSuchEntity"],
  needs: ({ account, input }) => [onInstanceProfile("iam:DeleteInstanceProfile", account, input.InstanceProfileName)],
  handle({ account, input, fail }) {
    const profile = findInstanceProfile(account, input.InstanceProfileName, fail);
    if (profile.roleName !== undefined) {
      throw fail("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
    }
    account.instanceProfiles.remove(profile);
    return {};
  },
});
