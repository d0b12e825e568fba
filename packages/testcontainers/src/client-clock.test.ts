import { expect, test } from "@jest/globals";
import { clockFile, settingFor, skewOf, UNMOVED } from "./client-clock.ts";

const LINE = { hostMs: 1_000_000, worldMs: 5_000_000, rate: 1 };
const written = (...args: Parameters<typeof settingFor>) => clockFile(settingFor(...args)).content;

test.each<[string, Parameters<typeof settingFor>, string]>([
  ["the world's", [LINE, UNMOVED, 1_000_000], "+4000.000 x1"],
  ["the world's, earlier than the host's", [{ ...LINE, worldMs: 0 }, UNMOVED, 1_000_000], "-1000.000 x1"],
  ["a skew on top", [LINE, skewOf("-10m"), 1_000_000], "+3400.000 x1"],
  // Ten seconds before, the world was 100 seconds earlier.
  ["a rate, from the program's start", [{ ...LINE, rate: 10 }, UNMOVED, 990_000], "+3910.000 x10"],
  ["a world that stands", [{ ...LINE, rate: 0 }, UNMOVED, 990_000], "5000"],
])("%s", (_, args, text) => {
  expect(written(...args)).toBe(text);
});

test.each([
  ["+6h", { offsetMs: 21_600_000, rate: 1 }],
  ["90s", { offsetMs: 90_000, rate: 1 }],
  [{ rate: 2 }, { offsetMs: 0, rate: 2 }],
])("a client's clock may be %j", (clock, skew) => {
  expect(skewOf(clock)).toEqual(skew);
});

test.each(["soon", { offset: "+", rate: 1 }, { rate: 0 }, { rate: -1 }])("a client's clock cannot be %j", (clock) => {
  expect(() => skewOf(clock)).toThrow(/clock/);
});
