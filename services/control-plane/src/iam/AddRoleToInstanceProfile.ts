// Whoever puts a role into a profile hands it to every instance that has the profile, so it has to be passed.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findInstanceProfile, findRole } from "./lookup.ts";
import { onInstanceProfile, onRole } from "./needs.ts";
import { InstanceProfileName, RoleName } from "./shapes.ts";

export const AddRoleToInstanceProfile = action({
  name: "AddRoleToInstanceProfile",
  input: struct({ InstanceProfileName: required(InstanceProfileName), RoleName: required(RoleName) }),
  output: struct({}),
  errors: ["LimitExceeded", "NoSuchEntity"],
  needs({ account, input }) {
    const passing = {
      "iam:passedtoservice": "ec2.amazonaws.com",
      "iam:associatedresourcearn": `arn:aws:ec2:*:${account.id}:instance/*`,
    };
    return [
      onInstanceProfile("iam:AddRoleToInstanceProfile", account, input.InstanceProfileName),
      onRole("iam:PassRole", account, input.RoleName, passing),
    ];
  },
  handle({ account, input, fail }) {
    const profile = findInstanceProfile(account, input.InstanceProfileName, fail);
    const role = findRole(account, input.RoleName, fail);
    if (profile.roleName !== undefined) {
      throw fail("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
    }
    account.instanceProfiles.put({ ...profile, roleName: role.name });
    return {};
  },
});
