import { expect, test } from "@jest/globals";
import { nearestOf } from "./nearest.ts";

test.each([
  ["manajedPolicies", ["inlinePolicies", "managedPolicies"], "managedPolicies"],
  ["managed_policies", ["inlinePolicies", "managedPolicies"], "managedPolicies"],
  ["MANAGEDPOLICIES", ["managedPolicies"], "managedPolicies"],
  ["rloe", ["role", "roles"], "role"],
  ["roels", ["role", "roles"], "roles"],
  ["tag", ["tokens", "tags"], "tags"],
  ["i", ["secret", "id"], "id"],
  ["App", ["app", "App2", "APP"], "app"],
  ["colour", ["trust", "path", "tags"], undefined],
  ["xy", ["id"], undefined],
  ["", ["id"], undefined],
  ["id", [], undefined],
])("%s of %j is %s", (word, candidates, nearest) => {
  expect(nearestOf(word, candidates)).toBe(nearest);
});
