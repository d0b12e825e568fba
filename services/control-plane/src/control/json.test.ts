// Every kind of member that an action may take: what is read from it, and the sentence that refuses a wrong one.
import { expect, test } from "@jest/globals";
import {
  boolean,
  defaulted,
  document,
  duration,
  integer,
  list,
  number,
  oneOf,
  required,
  string,
  struct,
  timestamp,
} from "@rolemint/wire";
import { controlAction } from "./action.ts";
import { readInput, writeJson } from "./json.ts";

const action = controlAction({
  name: "DoThing",
  says: "Does a thing.",
  input: struct({
    Name: required(string({ max: 5 })),
    Mode: oneOf("drop", "reset"),
    Code: string({ pattern: "[0-9]+" }),
    Count: defaulted(integer({ min: 1, max: 3 }), 2),
    Least: integer({ min: 1 }),
    Most: number({ max: 1 }),
    On: boolean(),
    At: timestamp(),
    For: duration(),
    By: duration({ isSigned: true }),
    Free: document(),
    Tags: list(struct({ Key: required(string()) }), { max: 1 }),
    Names: list(string()),
  }),
  output: struct({}),
  handle: () => ({}),
});

test("times and durations are read as milliseconds, the rest as it is, defaults filled in", () => {
  expect(readInput(action, { Name: "x" })).toEqual({ Name: "x", Count: 2 });
  const rest = { Name: "x", Mode: "drop", Code: "12", Count: 1, Least: 9, Most: -0.5, On: false, Names: [] };
  const inside = { Free: { any: [null, {}] }, Tags: [{ Key: "a" }] };
  expect(readInput(action, { ...rest, ...inside, At: "2026-11-23T05:30:00.5Z", For: "1h30m", By: "-90s" })).toEqual({
    ...rest,
    ...inside,
    At: Date.parse("2026-11-23T05:30:00.500Z"),
    For: 5_400_000,
    By: -90_000,
  });
});

test.each([
  [null, "the body must be a JSON object"],
  [[], "the body must be a JSON object"],
  [{}, "Name is required"],
  [{ Name: "" }, "Name is required"],
  [{ Name: null }, "Name must be a string"],
  [{ Name: "longer" }, "Name must have a length of at most 5"],
  [{ name: "x" }, /^DoThing has no member name; it takes Name, Mode, Code, /],
  [JSON.parse('{"__proto__":1}'), /^DoThing has no member __proto__; /],
  [{ Name: "x", Mode: "slow" }, "there is no Mode slow; there are drop, reset"],
  [{ Name: "x", Mode: "" }, "there is no Mode ; there are drop, reset"],
  [{ Name: "x", Code: "1x" }, 'Code must match [0-9]+, not "1x"'],
  [{ Name: "x", Count: "1" }, "Count must be a number"],
  [{ Name: "x", Count: null }, "Count must be a number"],
  [{ Name: "x", Count: 4 }, "Count must be a whole number from 1 to 3"],
  [{ Name: "x", Count: 1.5 }, "Count must be a whole number from 1 to 3"],
  [{ Name: "x", Least: 0 }, "Least must be a whole number of at least 1"],
  [{ Name: "x", Least: 1e300 }, "Least must be a whole number of at least 1"],
  [{ Name: "x", Most: 1.1 }, "Most must be a number of at most 1"],
  [{ Name: "x", On: "true" }, "On must be true or false"],
  [{ Name: "x", At: 5 }, "At must be a string"],
  [{ Name: "x", At: "2026-02-30T00:00:00Z" }, /^At must be a time like .* not "2026-02-30T00:00:00Z"$/],
  [{ Name: "x", For: "-1h" }, 'For must be a duration like 6h20m or 90s, not "-1h"'],
  [{ Name: "x", For: 60 }, "For must be a string"],
  [{ Name: "x", By: "soon" }, /^By must be a duration/],
  [{ Name: "x", Free: [] }, "Free must be an object"],
  [{ Name: "x", Tags: {} }, "Tags must be a list"],
  [{ Name: "x", Tags: [1] }, "Tags[0] must be an object"],
  [{ Name: "x", Tags: [{}] }, "Tags[0].Key is required"],
  [{ Name: "x", Tags: [{ Key: "a", Value: "b" }] }, "Tags[0] has no member Value; it takes Key"],
  [{ Name: "x", Tags: [{ Key: "a" }, { Key: "b" }] }, "Tags must have a length of at most 1"],
  [{ Name: "x", Names: ["a", 1] }, "Names[1] must be a string"],
])("%j is refused: %s", (input, says) => {
  expect(() => readInput(action, input)).toThrow(
    expect.objectContaining({
      code: "InvalidInput",
      message: says instanceof RegExp ? expect.stringMatching(says) : says,
    }),
  );
});

test("an answer holds only what its shape declares, times and durations as texts", () => {
  const shape = struct({ At: timestamp(), For: duration(), List: list(struct({ Key: string(), None: string() })) });
  const value = { At: 1_800_000_000_500, For: 5_400_000, List: [{ Key: "a", Secret: "s" }], Secret: "s" };
  expect(writeJson(shape, value)).toEqual({ At: "2027-01-15T08:00:00.500Z", For: "1h30m", List: [{ Key: "a" }] });
  expect(writeJson(shape, { At: 1_800_000_000_000 })).toEqual({ At: "2027-01-15T08:00:00Z" });
});
