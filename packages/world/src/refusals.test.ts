// What is kept of refusals: the last ones, bounded by number and by size.
import { expect, test } from "@jest/globals";
import type { EventRecord } from "@rolemint/authority";
import { openRefusals } from "./refusals.ts";

const refusal = (RequestId: string, Refusal = "{}"): EventRecord => ({ Time: 1, Kind: "refusal", RequestId, Refusal });

test("a refusal is found by its id, with its event; other events leave nothing", () => {
  const refusals = openRefusals();
  refusals.keep([
    { Time: 1, Kind: "call", RequestId: "granted" },
    { Time: 1, Kind: "refusal", RequestId: "bare" },
    refusal("r", '{"a":1}'),
  ]);
  expect(refusals.find("r")).toEqual({ event: { Time: 1, Kind: "refusal", RequestId: "r" }, detail: '{"a":1}' });
  expect([refusals.find("granted"), refusals.find("bare"), refusals.find("x")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  refusals.clear();
  expect(refusals.find("r")).toBeUndefined();
});

test("the last ones are kept, by number", () => {
  const refusals = openRefusals(3);
  for (let n = 0; n < 5; n++) refusals.keep([refusal(`r${n}`)]);
  expect([0, 1, 2, 3, 4].map((n) => refusals.find(`r${n}`) !== undefined)).toEqual([false, false, true, true, true]);
});

test("the last ones are kept, by size, and one that comes again counts once", () => {
  const refusals = openRefusals(100, 1000);
  for (let n = 0; n < 5; n++) refusals.keep([refusal(`r${n}`, "x".repeat(400))]);
  expect([2, 3, 4].map((n) => refusals.find(`r${n}`) !== undefined)).toEqual([false, true, true]);
  for (let n = 0; n < 5; n++) refusals.keep([refusal("r4", "x".repeat(400))]);
  expect(refusals.find("r3")).toBeDefined();
  refusals.keep([refusal("huge", "x".repeat(2000))]);
  expect(refusals.find("huge")).toBeUndefined();
});
