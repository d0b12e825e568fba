// Changes of a role's policies are believed only some time after they were made, as everything at IAM reaches the
// services later. Kept are the policies as they were at each change; which of them hold is a question of the time.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
import { policiesOf } from "../identify.ts";
import { type Acting, type Policies, worldKind } from "./kind.ts";
import { targetRoles } from "./request.ts";

/** Policies and when they were made, milliseconds after the fault's beginning, so that both move with the clock. */
interface Version extends Policies {
  readonly at: number;
}

/** By role id, oldest first; the first are believed at least. */
interface Kept {
  readonly versions: Readonly<Record<string, readonly Version[]>>;
}

export const rolePolicyChange = worldKind({
  name: "role.policy-change",
  row: "RO3",
  says: "changes of the role's policies take effect later",
  channel: "world",
  acts: "while",
  parameters: {
    Delay: { type: "duration", min: 1, fallback: 10_000, says: "how long after a change it is believed" },
  },
  begin: (acting): Kept => changed(acting, { versions: {} }) ?? { versions: {} },
  identitiesChanged: (acting, kept: Kept) => changed(acting, kept),
  believed(role, acting, { versions }: Kept) {
    const all = versions?.[role.id];
    const version = all && (all.findLast((one) => isBelieved(acting, one)) ?? all[0]);
    return version && { IdentityPolicies: version.IdentityPolicies, Boundary: version.Boundary };
  },
  wakes({ fault, given: { Delay } }, { versions }: Kept) {
    const next = Object.values(versions).flatMap(([, second]) => (second ? [fault.begins + second.at + Delay] : []));
    return next.length === 0 ? undefined : Math.min(...next);
  },
  /** Forgets what is believed no more: moving the clock back makes nobody forget what was learned. */
  wake(acting, { versions }: Kept): Kept {
    acting.world.touch.identities();
    const kept = Object.entries(versions).map(([id, all]) => {
      const believed = all.findLastIndex((one) => isBelieved(acting, one));
      return [id, all.slice(Math.max(believed, 0))] as const;
    });
    return { versions: Object.fromEntries(kept) };
  },
  end({ world }) {
    world.touch.identities();
  },
});

function isBelieved({ world, fault, given }: Acting, { at }: Version): boolean {
  const { Delay } = given as unknown as { readonly Delay: number };
  return fault.begins + at + Delay <= world.now();
}

/** With the policies as they are now, or undefined where they are what they were. */
function changed({ world, fault }: Acting, { versions = {} }: Partial<Kept>): Kept | undefined {
  const at = world.now() - fault.begins;
  const added = targetRoles(world, fault.target).flatMap((role) => {
    const before = versions[role.id] ?? [];
    const { IdentityPolicies, Boundary } = policiesOf(world, role);
    const now: Version = { at, IdentityPolicies, ...(Boundary && { Boundary }) };
    const last = before.at(-1);
    const isSame = last && JSON.stringify({ ...last, at }) === JSON.stringify(now);
    return isSame ? [] : [[role.id, [...before, now]] as const];
  });
  return added.length === 0 ? undefined : { versions: { ...versions, ...Object.fromEntries(added) } };
}
