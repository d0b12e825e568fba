// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html
import { list, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { findRole } from "./lookup.ts";
import { onRole } from "./needs.ts";
import { byName, page } from "./paging.ts";
import { InstanceProfile, paged, paging, RoleName } from "./shapes.ts";
import { instanceProfileView } from "./views.ts";

export const ListInstanceProfilesForRole = action({
  name: "ListInstanceProfilesForRole",
  input: struct({ RoleName: required(RoleName), ...paging }),
  output: struct({ InstanceProfiles: required(list(InstanceProfile)), ...paged }),
  errors: ["NoSuchEntity"],
  needs: ({ account, input }) => [onRole("iam:ListInstanceProfilesForRole", account, input.RoleName)],
  handle({ world, account, input, fail }) {
    const role = findRole(account, input.RoleName, fail);
    const found = account.instanceProfiles.list().filter(({ roleName }) => roleName === role.name);
    const { items, ...place } = page(found, input, byName);
    return { InstanceProfiles: items.map((profile) => instanceProfileView(world, profile)), ...place };
  },
});
