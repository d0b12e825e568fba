// What a call on an IAM entity is authorised on: the entity's ARN with its tags, or, where there is none of that name,
// the ARN it would have at the root path (rights are checked before existence is told).
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
import type { ConditionContext } from "@rolemint/authority";
import { type Account, iamArn, managedPolicy, type Permissions, type World } from "@rolemint/world";
import type { Need } from "../action.ts";
import { requestTagContext, resourceTagContext, type TagInput } from "../tag-context.ts";

export function onRole(action: string, account: Account, name: string, context: ConditionContext = {}): Need {
  const role = account.roles.get(name);
  const resource = role?.arn ?? iamArn(account.id, "role", "/", name);
  return { action, resource, context: { ...resourceTagContext("iam", role?.tags), ...context } };
}

export function onUser(action: string, account: Account, name: string, context: ConditionContext = {}): Need {
  const user = account.users.get(name);
  const resource = user?.arn ?? iamArn(account.id, "user", "/", name);
  return { action, resource, context: { ...resourceTagContext("iam", user?.tags), ...context } };
}

export function onInstanceProfile(action: string, account: Account, name: string): Need {
  const profile = account.instanceProfiles.get(name);
  const resource = profile?.arn ?? iamArn(account.id, "instance-profile", "/", name);
  return { action, resource, context: awsTagContext(profile?.tags) };
}

export function onPolicy(action: string, world: World, arn: string): Need {
  return { action, resource: arn, context: awsTagContext(managedPolicy(world, arn)?.tags) };
}

/** Lists are authorised on the path that they list: `arn:aws:iam::111122223333:role/`. */
export function onPath(action: string, account: Account, kind: string, prefix: string): Need {
  return { action, resource: iamArn(account.id, kind, prefix, "") };
}

/** `iam:PermissionsBoundary` of calls that change what a role or user may do: the boundary that it has. */
export function boundaryContext(holder: Permissions | undefined): ConditionContext {
  return holder?.boundary === undefined ? {} : { "iam:permissionsboundary": holder.boundary };
}

/** Whoever makes something with tags must be allowed to tag it, too. */
export function withTagging(making: Need, action: string, tags: readonly TagInput[] | undefined): Need[] {
  if (!tags?.length) return [making];
  return [making, { action, resource: making.resource, context: requestTagContext(tags) }];
}

/** `iam:ResourceTag` is there for users and roles only. */
function awsTagContext(tags: readonly TagInput[] | undefined): ConditionContext {
  const all = Object.entries(resourceTagContext("iam", tags));
  return Object.fromEntries(all.filter(([key]) => key.startsWith("aws:")));
}
