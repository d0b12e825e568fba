// Rotation schedules as the control API writes them: durations like `6h20m`, and the profile's name where it is one.
import { formatDuration } from "@rolemint/host";
import { PROFILES, type Schedule } from "@rolemint/world";

export function scheduleView(schedule: Schedule): object {
  const { lifetime, renewEvery, overlap, jitter } = schedule;
  const profile = Object.entries(PROFILES).find(([, known]) => isSame(known, schedule))?.[0];
  return {
    ...(profile !== undefined && { Profile: profile }),
    Lifetime: formatDuration(lifetime),
    ...(renewEvery !== undefined && { RenewEvery: formatDuration(renewEvery) }),
    ...(overlap !== undefined && { Overlap: formatDuration(overlap) }),
    ...(jitter !== undefined && jitter > 0 && { Jitter: formatDuration(jitter) }),
  };
}

function isSame(a: Schedule, b: Schedule): boolean {
  const parts = ["lifetime", "renewEvery", "overlap", "jitter"] as const;
  return parts.every((part) => (a[part] ?? 0) === (b[part] ?? 0));
}
