// All instances get credentials that end in the same second, with a successor only then: every client comes at once.
// How many came at most in one second is told at the end.
import { isoSeconds } from "../trail.ts";
import { worldKind } from "./kind.ts";
import { LONGEST_SESSION_MS, renewAll } from "./renewing.ts";

interface Kept {
  /** Id of the last event before it. */
  readonly after?: number;
}

export const credsNoOverlapHerd = worldKind({
  name: "creds.no-overlap-herd",
  row: "CR6",
  says: "all credentials end in the same second, and have no successor before",
  channel: "world",
  place: "rotation",
  acts: "while",
  parameters: {
    Lifetime: {
      type: "duration",
      min: 1000,
      max: LONGEST_SESSION_MS,
      fallback: 900_000,
      says: "how long each generation lives, at most 12h",
    },
  },
  begin(acting): Kept {
    renewAll(acting);
    return { after: acting.world.timeline.last() };
  },
  schedule: ({ given: { Lifetime } }) => ({ lifetime: Lifetime, renewEvery: Lifetime }),
  end(acting, { after = 0 }: Kept) {
    const { world, instances, tell } = acting;
    const peak = world.timeline.peak(after, new Set(instances.map(({ id }) => id)));
    const asked = peak && `at most ${peak.count} metadata requests in one second, at ${isoSeconds(peak.time)}`;
    tell(asked ?? "no metadata requests");
    renewAll(acting);
  },
});
