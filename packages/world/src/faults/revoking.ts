// Revoking a role's sessions as the AWS console does it, and taking that back: what was there before is there again,
// and each step stands in the trail.
import { REVOKING_POLICY as NAME, revokingDocument } from "@rolemint/policy/revoking";
import { inlineCharacters, MOST_INLINE_CHARACTERS, withInline, withoutInline } from "../policy-documents.ts";
import type { Fault, Role } from "../rows.ts";
import type { World } from "../world.ts";
import { recordCall } from "./as-operator.ts";
import type { Acting } from "./kind.ts";

/** What was done to one role. */
export interface Revoked {
  readonly roleName: string;
  readonly text: string;
  /** The policy of that name that was there before. */
  readonly before?: string;
}

/**
 * Why the sessions of these roles cannot be revoked: IAM would refuse the policy, or another fault has put it, and then
 * neither could say what is to be there in the end.
 */
export function revokingProblem({ world, fault }: Acting, roles: readonly Role[]): string | undefined {
  const others = world.tables.faults.list().filter(({ id, state }) => id !== fault.id && state === "acting");
  for (const role of roles) {
    const holder = others.find((one) => revokedBy(one).some(({ roleName }) => roleName === role.name));
    if (holder) {
      return `the sessions of the role ${role.name} are revoked by ${holder.name} (${holder.id}) already; remove that first`;
    }
    const inline = withInline(role, NAME, revokingDocument(new Date(world.now()).toISOString()));
    if (inlineCharacters(inline) > MOST_INLINE_CHARACTERS.role) {
      return `the inline policies of the role ${role.name} leave no room for ${NAME}, which IAM would refuse`;
    }
  }
  return undefined;
}

function revokedBy({ kept }: Fault): readonly Revoked[] {
  return (kept as { readonly revoked?: readonly Revoked[] } | undefined)?.revoked ?? [];
}

export function revoke(world: World, role: Role, before: number): Revoked {
  const text = revokingDocument(new Date(before).toISOString());
  const there = Object.hasOwn(role.inline, NAME) ? role.inline[NAME] : undefined;
  putPolicy(world, role, text);
  return { roleName: role.name, text, ...(there !== undefined && { before: there }) };
}

/**
 * Takes the policy away, or puts back the one that was there; one that was changed meanwhile stays. A role that was
 * made anew with it is healed as well.
 */
export function takeBack({ world, tell }: Acting, { roleName, text, before }: Revoked): void {
  const role = world.account(world.accountId).roles.get(roleName);
  if (!role) return tell(`the role ${roleName} is gone`);
  if (role.inline[NAME] !== text) return tell(`${NAME} of ${roleName} was changed meanwhile, and stays as it is`);
  if (before !== undefined) return putPolicy(world, role, before);
  world.account(role.accountId).roles.put({ ...role, inline: withoutInline(role, NAME) });
  recordCall(world, "iam", "DeleteRolePolicy", { roleName, policyName: NAME });
}

function putPolicy(world: World, role: Role, text: string): void {
  world.account(role.accountId).roles.put({ ...role, inline: withInline(role, NAME, text) });
  recordCall(world, "iam", "PutRolePolicy", { roleName: role.name, policyName: NAME, policyDocument: text });
}
