// Durations as people write them.
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

test.each([
  ["6h20m", 22_800_000],
  ["90s", 90_000],
  ["1d", 86_400_000],
  ["500ms", 500],
  ["1.5h", 5_400_000],
  ["1h30m15s250ms", 5_415_250],
  [" 5m ", 300_000],
  ["0s", 0],
])("%p", (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each(["", "5", "m", "5 m", "5x", "h5", "-5m", "+5m", "1h-5m", "5m!", "1e3s", ".5h", "5.h", "∞"])(
  "%p is none",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([
  ["-1h30m", -5_400_000],
  ["+6h", 21_600_000],
  ["6h", 21_600_000],
])("%p where a sign may stand", (text, expected) => {
  expect(parseDuration(text, { signed: true })).toBe(expected);
});

test.each([
  [0, "0s"],
  [22_800_000, "6h20m"],
  [86_400_000, "1d"],
  [90_061_001, "1d1h1m1s1ms"],
  [-5_400_000, "-1h30m"],
])("%p ms", (milliseconds, expected) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});

test("what is written is read as the same", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), (milliseconds) => {
      expect(parseDuration(formatDuration(milliseconds), { signed: true })).toBe(milliseconds);
    }),
  );
});
