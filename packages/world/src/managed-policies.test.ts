// Managed policies by their ARN: AWS's, which are everywhere the same, and the account's own.
import { expect, test } from "@jest/globals";
import { parseDocument } from "@rolemint/policy/document";
import { ACCOUNT, openTestWorld, START } from "../../../test/support/world.ts";
import { awsManagedPolicies, managedPolicy, managedPolicyText } from "./managed-policies.ts";
import type { ManagedPolicy } from "./rows.ts";

const READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

const own: ManagedPolicy = {
  accountId: ACCOUNT,
  name: "Reports",
  path: "/team/",
  id: "ANPAEXAMPLE",
  arn: `arn:aws:iam::${ACCOUNT}:policy/team/Reports`,
  created: START,
  updated: START,
  defaultVersion: "v2",
  nextVersion: 3,
  versions: [
    { id: "v1", text: "old", created: START },
    { id: "v2", text: "new", created: START },
  ],
  tags: [],
};

test.each([...awsManagedPolicies().values()])("AWS's $name has a readable default version", (policy) => {
  expect(policy.arn).toBe(`arn:aws:iam::aws:policy${policy.path}${policy.name}`);
  expect(policy.id).toMatch(/^ANPA[A-Z0-9]{17}$/);
  const { world } = openTestWorld();
  expect(parseDocument(managedPolicyText(world, policy.arn)!)).not.toHaveProperty("error");
});

test("AWS's read-only policy is known in every account", () => {
  const { world } = openTestWorld();
  expect(managedPolicy(world, READ_ONLY)?.name).toBe("AmazonS3ReadOnlyAccess");
});

test("the account's own goes by its whole ARN, and its text is that of the default version", () => {
  const { world } = openTestWorld();
  world.change(() => world.account(ACCOUNT).policies.put(own));
  expect(managedPolicy(world, own.arn)).toEqual(own);
  expect(managedPolicyText(world, own.arn)).toBe("new");
});

test.each([
  "arn:aws:iam::aws:policy/NoSuchPolicy",
  `arn:aws:iam::${ACCOUNT}:policy/Reports`,
  `arn:aws:iam::${ACCOUNT}:policy/AmazonS3ReadOnlyAccess`,
  "arn:aws:iam::444455556666:policy/team/Reports",
  `arn:aws:iam::${ACCOUNT}:role/team/Reports`,
  "AmazonS3ReadOnlyAccess",
  "",
])("%p is none", (arn) => {
  const { world } = openTestWorld();
  world.change(() => world.account(ACCOUNT).policies.put(own));
  expect(managedPolicy(world, arn)).toBeUndefined();
  expect(managedPolicyText(world, arn)).toBeUndefined();
});
