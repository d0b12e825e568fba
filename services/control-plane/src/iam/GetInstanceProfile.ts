// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findInstanceProfile } from "./lookup.ts";
import { onInstanceProfile } from "./needs.ts";
import { InstanceProfile, InstanceProfileName } from "./shapes.ts";
import { instanceProfileView } from "./views.ts";

export const GetInstanceProfile = action({
  name: "GetInstanceProfile",
  input: struct({ InstanceProfileName: required(InstanceProfileName) }),
  output: struct({ InstanceProfile: required(InstanceProfile) }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onInstanceProfile("iam:GetInstanceProfile", account, input.InstanceProfileName)],
  handle({ world, account, input, fail }) {
    const profile = findInstanceProfile(account, input.InstanceProfileName, fail);
    return { InstanceProfile: { ...instanceProfileView(world, profile), Tags: [...profile.tags] } };
  },
});
