// Rotation: when a generation of an instance's credentials is due, and how long it lives. Pure functions of schedule,
// generation and time; generations.ts mints what they say is due.
import { hash } from "node:crypto";

/** All in milliseconds. */
export interface Schedule {
  readonly lifetime: number;
  /** Absent: one generation, never renewed. */
  readonly renewEvery?: number;
  /** The old generation ends this long after its successor was issued, at the latest at its own expiry. */
  readonly overlap?: number;
  /** Up to so much is added to the lifetime, drawn anew for each generation. */
  readonly jitter?: number;
}

const MINUTE = 60_000;

/**
 * `ec2` is what EC2 does: six hours and up to 36 minutes, renewed hourly. The others are compressions that are each
 * just above or below some client's refresh window.
 */
export const PROFILES = {
  ec2: { lifetime: 360 * MINUTE, renewEvery: 60 * MINUTE, jitter: 36 * MINUTE },
  fast: { lifetime: 60 * MINUTE, renewEvery: 10 * MINUTE },
  edge: { lifetime: 30 * MINUTE, renewEvery: 26 * MINUTE },
  tiny: { lifetime: 15 * MINUTE, renewEvery: 5 * MINUTE },
  frozen: { lifetime: 15 * MINUTE },
} satisfies Record<string, Schedule>;

export type ProfileName = keyof typeof PROFILES;

/** What is wrong with a schedule, or undefined. STS's own limits do not bind EC2, so only sense is asked for. */
export function scheduleProblem(schedule: Schedule): string | undefined {
  if (!(schedule.lifetime >= 1000)) return "a lifetime is at least 1s";
  if (schedule.lifetime > 365 * 24 * 60 * MINUTE) return "a lifetime is at most 8760h";
  if (schedule.renewEvery !== undefined && !(schedule.renewEvery >= 1000)) return "renewEvery is at least 1s";
  if (schedule.renewEvery !== undefined && schedule.renewEvery > schedule.lifetime) {
    return "renewEvery is at most the lifetime: a successor must be out before its predecessor ends";
  }
  if (schedule.overlap !== undefined && schedule.renewEvery === undefined) {
    return "overlap needs renewEvery: without a successor there is nothing to overlap";
  }
  return undefined;
}

/** When the successor of a generation issued at `issued` is due; undefined for never. */
export function dueAfter(schedule: Schedule, issued: number): number | undefined {
  return schedule.renewEvery === undefined ? undefined : issued + schedule.renewEvery;
}

/** The expiry of one generation. The jitter is drawn from `salt`, so that it is the same whenever it is asked. */
export function expiryOf(schedule: Schedule, salt: string, generation: number, issued: number): number {
  const { lifetime, jitter } = schedule;
  return issued + lifetime + (jitter ? Math.floor(jitter * fraction(salt, generation)) : 0);
}

/** How many generations can be good at the same time, when each is issued as it is due. */
export function aliveAtOnce({ lifetime, jitter = 0, renewEvery }: Schedule): number {
  return renewEvery === undefined ? 1 : Math.floor((lifetime + jitter) / renewEvery) + 1;
}

/** Metadata shows the newest only: of more than these that are due at once nobody could have seen the others. */
const MOST_AT_ONCE = 1000;

/**
 * The generations due by `now`, oldest first, given when the next one is due. Generations that would have ended by now,
 * and all but the newest thousand, are counted, not listed: `skipped` says how many.
 */
export function generationsDue(
  schedule: Schedule,
  due: number,
  now: number,
): { readonly skipped: number; readonly issues: readonly number[]; readonly next: number | undefined } {
  const step = schedule.renewEvery;
  if (due > now) return { skipped: 0, issues: [], next: due };
  if (step === undefined) return { skipped: 0, issues: [due], next: undefined };
  const count = Math.floor((now - due) / step) + 1;
  const alive = Math.min(count, aliveAtOnce(schedule), MOST_AT_ONCE);
  const skipped = count - alive;
  const issues = Array.from({ length: alive }, (_, index) => due + (skipped + index) * step);
  return { skipped, issues, next: due + count * step };
}

/** A number in [0, 1) that depends on nothing but its arguments. */
function fraction(salt: string, generation: number): number {
  return Number.parseInt(hash("sha256", `${salt} ${generation}`).slice(0, 8), 16) / 2 ** 32;
}
