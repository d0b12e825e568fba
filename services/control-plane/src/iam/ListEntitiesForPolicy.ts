// Groups are not served, so none ever uses a policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
import { defaulted, list, oneOf, required, string, struct } from "@rolemint/wire";
import type { Permissions } from "@rolemint/world";
import { action } from "./action.ts";
import { findPolicy } from "./lookup.ts";
import { onPolicy } from "./needs.ts";
import { page } from "./paging.ts";
import { Arn, Path, PolicyUsageFilter, paged, paging } from "./shapes.ts";

export const ListEntitiesForPolicy = action({
  name: "ListEntitiesForPolicy",
  input: struct({
    PolicyArn: required(Arn),
    /** The last two are for other actions; here nothing goes by them. */
    EntityFilter: oneOf("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"),
    PathPrefix: defaulted(Path, "/"),
    PolicyUsageFilter,
    ...paging,
  }),
  output: struct({
    PolicyGroups: required(list(struct({ GroupName: string(), GroupId: string() }))),
    PolicyUsers: required(list(struct({ UserName: string(), UserId: string() }))),
    PolicyRoles: required(list(struct({ RoleName: string(), RoleId: string() }))),
    ...paged,
  }),
  errors: ["InvalidInput", "NoSuchEntity", "ValidationError"],
  needs: ({ world, input }) => [onPolicy("iam:ListEntitiesForPolicy", world, input.PolicyArn)],
  handle({ world, account, input, fail }) {
    const { arn } = findPolicy(world, account, input.PolicyArn, fail, "does not exist or is not attachable.");
    const users = account.users.list().map((row) => ({ kind: "User" as const, row }));
    const roles = account.roles.list().map((row) => ({ kind: "Role" as const, row }));
    const found = [...users, ...roles].filter(
      ({ kind, row }) =>
        (input.EntityFilter ?? kind) === kind &&
        row.path.startsWith(input.PathPrefix) &&
        isUsedBy(row, arn, input.PolicyUsageFilter),
    );
    const { items, ...place } = page(found, input, ({ kind, row }) => `${kind} ${row.name.toLowerCase()}`);
    return {
      PolicyGroups: [],
      PolicyUsers: items.flatMap(({ kind, row }) => (kind === "User" ? [{ UserName: row.name, UserId: row.id }] : [])),
      PolicyRoles: items.flatMap(({ kind, row }) => (kind === "Role" ? [{ RoleName: row.name, RoleId: row.id }] : [])),
      ...place,
    };
  },
});

function isUsedBy(holder: Permissions, arn: string, usage: string | undefined): boolean {
  const isAttached = usage !== "PermissionsBoundary" && holder.attached.includes(arn);
  return isAttached || (usage !== "PermissionsPolicy" && holder.boundary === arn);
}
