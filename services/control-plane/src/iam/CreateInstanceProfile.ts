// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html
import { defaulted, required, struct } from "@rolemint/wire";
import { addInstanceProfile, iamArn } from "@rolemint/world";
import { requestTagContext } from "../tag-context.ts";
import { action } from "./action.ts";
import { withTagging } from "./needs.ts";
import { InstanceProfile, InstanceProfileName, Path, Tags } from "./shapes.ts";
import { resourceTagProblem } from "./tags.ts";
import { instanceProfileView, someTags } from "./views.ts";

const MAX_PROFILES = 1000;

export const CreateInstanceProfile = action({
  name: "CreateInstanceProfile",
  input: struct({ InstanceProfileName: required(InstanceProfileName), Path: defaulted(Path, "/"), Tags }),
  output: struct({ InstanceProfile: required(InstanceProfile) }),
  errors: ["EntityAlreadyExists", "InvalidInput", "LimitExceeded"],
  needs: ({ account, input }) =>
    withTagging(
      {
        action: "iam:CreateInstanceProfile",
        resource: iamArn(account.id, "instance-profile", input.Path, input.InstanceProfileName),
        context: requestTagContext(input.Tags),
      },
      "iam:TagInstanceProfile",
      input.Tags,
    ),
  handle({ world, account, input, fail }) {
    const { InstanceProfileName: name, Path: path, Tags: tags = [] } = input;
    if (account.instanceProfiles.get(name)) {
      throw fail("EntityAlreadyExists", `Instance Profile ${name} already exists.`);
    }
    const problem = resourceTagProblem(tags);
    if (problem) throw fail("InvalidInput", problem);
    if (account.instanceProfiles.count() >= MAX_PROFILES) {
      throw fail("LimitExceeded", `Cannot exceed quota for InstanceProfilesPerAccount: ${MAX_PROFILES}`);
    }
    const profile = addInstanceProfile(world, { accountId: account.id, name, path, tags });
    return { InstanceProfile: { ...instanceProfileView(world, profile), Tags: someTags(tags) } };
  },
});
