// How rows of the world look in IAM's answers.
import type { ValueOf } from "@rolemint/wire";
import {
  type InstanceProfile,
  type ManagedPolicy,
  type Permissions,
  type Role,
  shownTrust,
  type User,
  type World,
} from "@rolemint/world";
import type * as shapes from "./shapes.ts";

/** Policy documents travel percent-encoded as RFC 3986 says, as they were given, not written anew. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A role as lists, CreateRole and instance profiles show it. */
export function roleView(world: World, role: Role): ValueOf<typeof shapes.Role> {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.created,
    AssumeRolePolicyDocument: encodeDocument(shownTrust(world, role)),
    Description: role.description,
  };
}

/** A role as GetRole shows it. */
export function fullRoleView(world: World, role: Role): ValueOf<typeof shapes.Role> {
  return {
    ...roleView(world, role),
    MaxSessionDuration: role.maxSessionSeconds,
    PermissionsBoundary: boundaryView(role),
    Tags: role.tags.length > 0 ? [...role.tags] : undefined,
  };
}

export function userView(user: User): ValueOf<typeof shapes.User> {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: user.created,
    PermissionsBoundary: boundaryView(user),
    Tags: user.tags.length > 0 ? [...user.tags] : undefined,
  };
}

function boundaryView(holder: Permissions) {
  if (holder.boundary === undefined) return undefined;
  return { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: holder.boundary };
}

export function instanceProfileView(world: World, profile: InstanceProfile): ValueOf<typeof shapes.InstanceProfile> {
  const role =
    profile.roleName === undefined ? undefined : world.account(profile.accountId).roles.get(profile.roleName);
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: profile.created,
    Roles: role ? [roleView(world, role)] : [],
    Tags: profile.tags.length > 0 ? [...profile.tags] : undefined,
  };
}

/** Who a managed policy is attached to, and whose boundary it is. */
export interface PolicyUse {
  readonly attachments: number;
  readonly boundaries: number;
}

/** `use` is counted by the caller, once for all policies of a list. */
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
    Tags: policy.tags.length > 0 ? [...policy.tags] : undefined,
  };
}
