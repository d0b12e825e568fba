// World time as a line over host time.
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { hostTimeOf, LATEST_MS, wholeSeconds, worldTime, worldTimeProblem } from "./clock.ts";

test.each([
  ["as fast", 1, 10, 110],
  ["at its own instant", 1, 0, 100],
  ["twice as fast", 2, 10, 120],
  ["slower", 0.5, 5, 102],
  ["frozen", 0, 1_000_000, 100],
  ["before its instant", 1, -10, 90],
])("a line %s", (_, rate, passed, expected) => {
  expect(worldTime({ at: 5000, time: 100, rate }, 5000 + passed)).toBe(expected);
});

test("a line stands at the end of the span of times, however fast it runs and whatever is due later", () => {
  const line = { at: 5000, time: LATEST_MS - 1000, rate: 10_000 };
  expect([5000, 5001, 10 ** 12].map((host) => worldTime(line, host))).toEqual([LATEST_MS - 1000, LATEST_MS, LATEST_MS]);
  expect([LATEST_MS, LATEST_MS + 1].map((time) => hostTimeOf(line, time))).toEqual([5000.1, Number.POSITIVE_INFINITY]);
});

test.each([
  [Date.UTC(2000, 0), undefined],
  [Date.UTC(2000, 0) - 1, "world time must stay between 2000 and 2100"],
  [LATEST_MS, undefined],
  [LATEST_MS + 1, "world time must stay between 2000 and 2100"],
  [Number.NaN, "world time must stay between 2000 and 2100"],
])("world time may be %p, or not: %p", (time, problem) => {
  expect(worldTimeProblem(time)).toBe(problem);
});

test.each([
  ["to come", 1, 130, 5030],
  ["to come, sooner on a fast clock", 10, 130, 5003],
  ["now", 1, 100, 5000],
  ["past, on a frozen clock", 0, 99, 5000],
  ["never, on a frozen clock", 0, 101, Number.POSITIVE_INFINITY],
])("the host instant of a time %s", (_, rate, time, expected) => {
  expect(hostTimeOf({ at: 5000, time: 100, rate }, time)).toBe(expected);
});

test("at the host instant of a time the world has reached it, and not more than a step before", () => {
  const lines = fc.record({
    at: fc.nat(2 ** 40),
    time: fc.nat(2 ** 40),
    rate: fc.double({ min: 0.001, max: 10_000, noNaN: true }),
  });
  fc.assert(
    fc.property(lines, fc.nat(10 ** 9), (line, ahead) => {
      const host = Math.ceil(hostTimeOf(line, line.time + ahead));
      expect(worldTime(line, host + 1)).toBeGreaterThanOrEqual(line.time + ahead);
      expect(worldTime(line, host - 2)).toBeLessThanOrEqual(line.time + ahead);
    }),
  );
});

test.each([
  [1999, 1000],
  [1000, 1000],
  [0, 0],
  [-1, -1000],
])("%p ms in whole seconds", (time, expected) => {
  expect(wholeSeconds(time)).toBe(expected);
});
