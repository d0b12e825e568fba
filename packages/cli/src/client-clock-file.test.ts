import { expect, test } from "@jest/globals";
import { movedBy } from "./client-clock-file.ts";

test.each([
  ["+0.000", 7200, "+7200.000"],
  ["+21600.000 x200", -22_000, "-400.000 x200"],
  ["-90.500", 90.5, "+0.000"],
  ["1795521906", 60, "1795521966"],
])("%s moved by %d is %s", (setting, seconds, moved) => {
  expect(movedBy(setting, seconds)).toBe(moved);
});
