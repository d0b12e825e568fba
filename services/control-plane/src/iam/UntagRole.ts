// A key that is not there is no fault.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html
import { required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { RoleName, TagKeys } from "./shapes.ts";
import { tagsWithout } from "./tags.ts";

export const UntagRole = action({
  name: "UntagRole",
  input: struct({ RoleName: required(RoleName), TagKeys: required(TagKeys) }),
  output: struct({}),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:UntagRole", account, input.RoleName, { "aws:tagkeys": input.TagKeys })],
  handle({ account, input, fail }) {
    const role = findRole(account, input.RoleName, fail);
    account.roles.put({ ...role, tags: tagsWithout(role.tags, input.TagKeys) });
    return {};
  },
});
