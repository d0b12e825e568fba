// The sessions of a role that were issued before a time are denied everything, by AWS's own policy; it is taken away at
// the end.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
import { worldKind } from "./kind.ts";
import { targetRoles } from "./request.ts";
import { type Revoked, revoke, revokingProblem, takeBack } from "./revoking.ts";

interface Kept {
  readonly revoked: readonly Revoked[];
}

export const roleRevokeSessions = worldKind({
  name: "role.revoke-sessions",
  row: "RO4",
  says: "sessions of the role that were issued before a time are denied everything",
  channel: "world",
  // The time stands in the policy, where a shift of the clock does not reach it.
  place: "clock",
  acts: "while",
  parameters: {
    Before: {
      type: "text",
      pattern: /^(?:now|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z)$/,
      wanted: "now, or a time like 2026-11-23T05:30:00Z",
      fallback: "now",
      says: "sessions issued before this time are denied",
    },
  },
  problem(acting) {
    const { Before } = acting.given;
    if (Before !== "now" && Number.isNaN(Date.parse(Before))) return `${Before} is no time`;
    return revokingProblem(acting, targetRoles(acting.world, acting.fault.target));
  },
  begin({ world, fault, given: { Before }, tell }): Kept {
    const before = Before === "now" ? world.now() : Date.parse(Before);
    const roles = targetRoles(world, fault.target);
    if (roles.length === 0) tell("there is no role whose sessions could be revoked");
    return { revoked: roles.map((role) => revoke(world, role, before)) };
  },
  end(acting, { revoked }: Kept) {
    for (const one of revoked) takeBack(acting, one);
  },
});
