// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
import { defaulted, list, required, struct } from "@rolemint/wire";
import { action } from "./action.ts";
import { onPath } from "./needs.ts";
import { byName, page } from "./paging.ts";
import { PathPrefix, paged, paging, Role } from "./shapes.ts";
import { listedRoleView } from "./views.ts";

export const ListRoles = action({
  name: "ListRoles",
  input: struct({ PathPrefix: defaulted(PathPrefix, "/"), ...paging }),
  output: struct({ IsTruncated: paged.IsTruncated, Roles: required(list(Role)), Marker: paged.Marker }),
  errors: [],
  needs: ({ account, input }) => [onPath("iam:ListRoles", account, "role", input.PathPrefix)],
  handle({ world, account, input }) {
    const found = account.roles.list().filter(({ path }) => path.startsWith(input.PathPrefix));
    const { items, ...place } = page(found, input, byName);
    return { Roles: items.map((role) => listedRoleView(world, role)), ...place };
  },
});
