// Revoking a role's sessions as the AWS console does it, and taking that back: what was there before is there again,
// and each step stands in the trail.
import { REVOKING_POLICY as NAME, revokingDocument } from "@rolemint/policy/revoking";
import { withInline, withoutInline } from "../policy-documents.ts";
import type { Role } from "../rows.ts";
import type { World } from "../world.ts";
import { recordCall } from "./as-operator.ts";
import type { Acting } from "./kind.ts";

/** What was done to one role. */
export interface Revoked {
  readonly roleName: string;
  readonly roleId: string;
  readonly text: string;
  /** The policy of that name that was there before. */
  readonly before?: string;
}

export function revoke(world: World, role: Role, before: number): Revoked {
  const text = revokingDocument(new Date(before).toISOString());
  const there = Object.hasOwn(role.inline, NAME) ? role.inline[NAME] : undefined;
  putPolicy(world, role, text);
  return { roleName: role.name, roleId: role.id, text, ...(there !== undefined && { before: there }) };
}

/** Takes the policy away, or puts back the one that was there; one that was changed meanwhile stays. */
export function takeBack({ world, tell }: Acting, { roleName, roleId, text, before }: Revoked): void {
  const role = world.account(world.accountId).roles.get(roleName);
  if (role?.id !== roleId) return tell(`the role ${roleName} is gone, or another one`);
  if (role.inline[NAME] !== text) return tell(`${NAME} of ${roleName} was changed meanwhile, and stays as it is`);
  if (before !== undefined) return putPolicy(world, role, before);
  world.account(role.accountId).roles.put({ ...role, inline: withoutInline(role, NAME) });
  recordCall(world, "iam", "DeleteRolePolicy", { roleName, policyName: NAME });
}

function putPolicy(world: World, role: Role, text: string): void {
  world.account(role.accountId).roles.put({ ...role, inline: withInline(role, NAME, text) });
  recordCall(world, "iam", "PutRolePolicy", { roleName: role.name, policyName: NAME, policyDocument: text });
}
