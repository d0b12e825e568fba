// Rotation schedules as the control API shows them: their parts, and the profile's name where it is one.
import { duration, oneOf, required, struct, type ValueOf } from "@rolemint/wire";
import { PROFILES, type ProfileName, type Schedule } from "@rolemint/world";

export const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[];

export const ScheduleView = struct({
  Profile: oneOf(...PROFILE_NAMES),
  Lifetime: required(duration()),
  RenewEvery: duration(),
  Overlap: duration(),
  Jitter: duration(),
});

export function scheduleView(schedule: Schedule): ValueOf<typeof ScheduleView> {
  const { lifetime, renewEvery, overlap, jitter } = schedule;
  const profile = PROFILE_NAMES.find((name) => isSame(PROFILES[name], schedule));
  return {
    ...(profile !== undefined && { Profile: profile }),
    Lifetime: lifetime,
    ...(renewEvery !== undefined && { RenewEvery: renewEvery }),
    ...(overlap !== undefined && { Overlap: overlap }),
    ...(jitter !== undefined && jitter > 0 && { Jitter: jitter }),
  };
}

function isSame(a: Schedule, b: Schedule): boolean {
  const parts = ["lifetime", "renewEvery", "overlap", "jitter"] as const;
  return parts.every((part) => (a[part] ?? 0) === (b[part] ?? 0));
}
