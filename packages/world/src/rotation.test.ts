// The arithmetic of rotation: what is due, what it is called and how long it lives.
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  aliveAtOnce,
  dueAfter,
  expiryOf,
  generationsDue,
  PROFILES,
  type Schedule,
  scheduleProblem,
} from "./rotation.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ISSUED = 1_800_000_000_000;

test.each([
  ["ec2", 6 * HOUR, 36 * MINUTE, 60 * MINUTE, 7],
  ["fast", 60 * MINUTE, 0, 10 * MINUTE, 7],
  ["edge", 30 * MINUTE, 0, 26 * MINUTE, 2],
  ["tiny", 15 * MINUTE, 0, 5 * MINUTE, 4],
  ["frozen", 15 * MINUTE, 0, undefined, 1],
] as const)("profile %s", (name, lifetime, jitter, renewEvery, alive) => {
  const schedule: Schedule = PROFILES[name];
  const lives = Array.from({ length: 500 }, (_, number) => expiryOf(schedule, "salt", number, ISSUED) - ISSUED);
  expect(Math.min(...lives)).toBeGreaterThanOrEqual(lifetime);
  expect(Math.max(...lives)).toBeLessThanOrEqual(lifetime + jitter);
  expect(dueAfter(schedule, ISSUED)).toBe(renewEvery === undefined ? undefined : ISSUED + renewEvery);
  expect(aliveAtOnce(schedule)).toBe(alive);
  expect(scheduleProblem(schedule)).toBeUndefined();
});

test("jitter spreads over its whole width, and is the same whenever it is asked", () => {
  const draw = (salt: string, number: number) => expiryOf(PROFILES.ec2, salt, number, ISSUED) - ISSUED - 6 * HOUR;
  const draws = Array.from({ length: 1000 }, (_, number) => draw("a", number));
  expect(draws).toEqual(Array.from({ length: 1000 }, (_, number) => draw("a", number)));
  expect(draws.filter((one) => one < 9 * MINUTE).length).toBeGreaterThan(150);
  expect(draws.filter((one) => one > 27 * MINUTE).length).toBeGreaterThan(150);
  expect(draw("b", 1)).not.toBe(draw("a", 1));
  expect(draw("a", 12)).not.toBe(draw("a1", 2));
});

test.each([
  ["a lifetime of nothing", { lifetime: 0, renewEvery: 1000 }, /lifetime is at least/],
  ["a lifetime that is no number", { lifetime: Number.NaN }, /lifetime is at least/],
  ["a lifetime of more than a year", { lifetime: 8761 * HOUR }, /lifetime is at most/],
  ["renewal without a pause", { lifetime: HOUR, renewEvery: 999 }, /renewEvery is at least/],
  ["a gap between generations", { lifetime: HOUR, renewEvery: HOUR + 1 }, /renewEvery is at most/],
  ["overlap without renewal", { lifetime: HOUR, overlap: 1000 }, /overlap needs renewEvery/],
])("%s is refused", (_, schedule, problem) => {
  expect(scheduleProblem(schedule)).toMatch(problem);
});

test("generations may follow without any overlap", () => {
  expect(scheduleProblem({ lifetime: HOUR, renewEvery: HOUR, overlap: 0 })).toBeUndefined();
});

test.each([
  ["not yet", HOUR, -1, 0, [], 0],
  ["at its very millisecond", HOUR, 0, 0, [0], HOUR],
  ["one late by less than a period", HOUR, HOUR - 1, 0, [0], HOUR],
  ["two", HOUR, HOUR, 0, [0, 1], 2 * HOUR],
  ["ten hours late: those that would have ended are not issued", HOUR, 10 * HOUR, 4, [4, 5, 6, 7, 8, 9, 10], 11 * HOUR],
])("due %s", (_, renewEvery, late, skipped, hours, next) => {
  const schedule = { lifetime: 6 * HOUR, jitter: 36 * MINUTE, renewEvery };
  const issues = hours.map((hour) => ISSUED + hour * HOUR);
  expect(generationsDue(schedule, ISSUED, ISSUED + late)).toEqual({ skipped, issues, next: ISSUED + next });
});

test("of a year of generations, a second apart and all still good, the newest thousand are issued", () => {
  const schedule = { lifetime: 8760 * HOUR, renewEvery: 1000 };
  const { skipped, issues, next } = generationsDue(schedule, ISSUED, ISSUED + 8759 * HOUR);
  expect(issues).toHaveLength(1000);
  expect(skipped + issues.length).toBe(8759 * 3600 + 1);
  expect(issues.at(-1)).toBe(ISSUED + 8759 * HOUR);
  expect(next).toBe(ISSUED + 8759 * HOUR + 1000);
});

test("a frozen schedule gives one generation and no next", () => {
  expect(generationsDue(PROFILES.frozen, ISSUED, ISSUED + 9 * HOUR)).toEqual({
    skipped: 0,
    issues: [ISSUED],
    next: undefined,
  });
});

const schedules = fc
  .record({
    lifetime: fc.integer({ min: 1000, max: 100_000 }),
    jitter: fc.nat(50_000),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ lifetime, jitter, share }) => ({
    lifetime,
    jitter,
    renewEvery: Math.max(1000, Math.floor(lifetime * share)),
  }));

/** The generations that are still good at `now`, by number, however the time until then was cut into ticks. */
function aliveAfter(schedule: Schedule, due: number, ticks: readonly number[]): Map<number, number> {
  const issued = new Map<number, number>();
  let next: number | undefined = due;
  let last = 0;
  for (const now of ticks) {
    const step = generationsDue(schedule, next!, now);
    last += step.skipped;
    for (const time of step.issues) issued.set(++last, time);
    next = step.next;
  }
  const now = ticks.at(-1)!;
  return new Map([...issued].filter(([number, time]) => expiryOf(schedule, "salt", number, time) > now));
}

test("one long step and many short ones end in the same generations", () => {
  fc.assert(
    fc.property(schedules, fc.array(fc.nat(300_000), { minLength: 1, maxLength: 20 }), (schedule, steps) => {
      const ticks = steps.map((_, index) => ISSUED + steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0));
      expect(aliveAfter(schedule, ISSUED, ticks)).toEqual(aliveAfter(schedule, ISSUED, ticks.slice(-1)));
    }),
  );
});

test("a second look at the same time finds nothing due", () => {
  fc.assert(
    fc.property(schedules, fc.nat(1_000_000), (schedule, late) => {
      const now = ISSUED + late;
      const { next, issues } = generationsDue(schedule, ISSUED, now);
      expect(generationsDue(schedule, next!, now)).toEqual({ skipped: 0, issues: [], next });
      expect(next).toBe(issues.at(-1)! + schedule.renewEvery);
      expect(next).toBeGreaterThan(now);
    }),
  );
});
