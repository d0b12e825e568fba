import { expect, test } from "@jest/globals";
import { instanceIn, readyFileIn } from "./running.ts";

const READY = { version: 1, endpoints: {}, operator: {}, instances: { web: { instanceId: "i-1", imds: null } } };

test("a ready file is read", () => {
  expect(readyFileIn(JSON.stringify(READY), "ready.json", "…")).toEqual(READY);
});

test.each([
  ["", "ready.json cannot be read"],
  ["{", "ready.json cannot be read"],
  ["null", "ready.json is not a ready file"],
  ["[]", "ready.json is not a ready file"],
  [JSON.stringify({ ...READY, version: 2 }), "ready.json was written by another version"],
])("%j is refused, with what to do next", (text, says) => {
  expect(() => readyFileIn(text, "ready.json", "remove it")).toThrow(new RegExp(`^${says}.*; remove it$`));
});

test("an instance in a container has no metadata endpoint here, and the error says where it is", () => {
  const ready = readyFileIn(JSON.stringify(READY), "ready.json", "…");
  expect(() => instanceIn(ready, "web")).toThrow(/web has no metadata endpoint.*in its container/);
});
