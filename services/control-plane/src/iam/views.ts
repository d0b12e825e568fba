// How rows of the world look in IAM's answers.
import type { ValueOf } from "@rolemint/wire";
import {
  encodeDocument,
  type InstanceProfile,
  type ManagedPolicy,
  type Permissions,
  type PolicyVersion,
  type Role,
  shownTrust,
  type Tag,
  type User,
  type World,
} from "@rolemint/world";
import type * as shapes from "./shapes.ts";

/** A role as instance profiles show it. */
function roleSummary(world: World, role: Role): ValueOf<typeof shapes.Role> {
  return {
    Path: role.path,
    Arn: role.arn,
    RoleName: role.name,
    AssumeRolePolicyDocument: encodeDocument(shownTrust(world, role)),
    CreateDate: role.created,
    RoleId: role.id,
  };
}

/** A role as CreateRole shows it: what was asked for is not all repeated. */
export function createdRoleView(world: World, role: Role): ValueOf<typeof shapes.Role> {
  return { ...roleSummary(world, role), PermissionsBoundary: boundaryView(role), Tags: someTags(role.tags) };
}

/** A role as ListRoles shows it. */
export function listedRoleView(world: World, role: Role): ValueOf<typeof shapes.Role> {
  return {
    ...roleSummary(world, role),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
  };
}

/** A role as GetRole shows it. AWS dates the last use days later, if at all; here it is never dated. */
export function roleView(world: World, role: Role): ValueOf<typeof shapes.Role> {
  return {
    ...listedRoleView(world, role),
    PermissionsBoundary: boundaryView(role),
    Tags: someTags(role.tags),
    RoleLastUsed: {},
  };
}

/** A user as ListUsers shows it. */
export function listedUserView(user: User): ValueOf<typeof shapes.User> {
  return { Path: user.path, UserName: user.name, UserId: user.id, Arn: user.arn, CreateDate: user.created };
}

export function userView(user: User): ValueOf<typeof shapes.User> {
  return { ...listedUserView(user), PermissionsBoundary: boundaryView(user), Tags: someTags(user.tags) };
}

function boundaryView(holder: Permissions) {
  if (holder.boundary === undefined) return undefined;
  return { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: holder.boundary };
}

/** Where AWS leaves an empty list out. */
export function someTags(tags: readonly Tag[]): Tag[] | undefined {
  return tags.length > 0 ? [...tags] : undefined;
}

/** An instance profile as lists show it; the one asked for, and the one just made, have their tags added. */
export function instanceProfileView(world: World, profile: InstanceProfile): ValueOf<typeof shapes.InstanceProfile> {
  const role =
    profile.roleName === undefined ? undefined : world.account(profile.accountId).roles.get(profile.roleName);
  return {
    InstanceProfileId: profile.id,
    Roles: role ? [roleSummary(world, role)] : [],
    InstanceProfileName: profile.name,
    Path: profile.path,
    Arn: profile.arn,
    CreateDate: profile.created,
  };
}

/** Who a managed policy is attached to, and whose boundary it is. */
export interface PolicyUse {
  readonly attachments: number;
  readonly boundaries: number;
}

/** A policy as lists show it. `use` is counted by the caller, once for all policies of a list. */
export function policyView(policy: ManagedPolicy, use: PolicyUse): ValueOf<typeof shapes.Policy> {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: use.attachments,
    PermissionsBoundaryUsageCount: use.boundaries,
    IsAttachable: true,
    CreateDate: policy.created,
    UpdateDate: policy.updated,
  };
}

/** A version without its text, which only GetPolicyVersion gives. */
export function versionView(policy: ManagedPolicy, version: PolicyVersion): ValueOf<typeof shapes.PolicyVersion> {
  return {
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersion,
    CreateDate: version.created,
  };
}
