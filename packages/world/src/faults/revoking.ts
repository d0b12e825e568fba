// Revoking a role's sessions as the AWS console does it: an inline policy that denies everything to those that were
// issued before a time. It says AccessDenied, not that a token expired, and new credentials are not concerned.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
import { withInline, withoutInline } from "../policy-documents.ts";
import type { Role } from "../rows.ts";
import type { World } from "../world.ts";
import { recordCall } from "./as-operator.ts";
import type { Acting } from "./kind.ts";

const NAME = "AWSRevokeOlderSessions";

/** What was done to one role. */
export interface Revoked {
  readonly roleName: string;
  readonly roleId: string;
  readonly text: string;
  /** The policy of that name that was there before. */
  readonly before?: string;
}

export function revoke(world: World, role: Role, before: number): Revoked {
  const text = policyText(before);
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

/** As the console writes it. */
function policyText(before: number): string {
  const Condition = { DateLessThan: { "aws:TokenIssueTime": new Date(before).toISOString() } };
  const Statement = [{ Effect: "Deny", Action: ["*"], Resource: ["*"], Condition }];
  return JSON.stringify({ Version: "2012-10-17", Statement }, undefined, 4);
}
