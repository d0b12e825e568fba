// Every action of IAM, STS, EC2 and CloudTrail, byte for byte: a file shows its success, and more files its refusals.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { cloudtrailActions } from "@rolemint/control-plane/cloudtrail/index";
import { ec2Actions } from "@rolemint/control-plane/ec2/index";
import { iamActions } from "@rolemint/control-plane/iam/index";
import { stsActions } from "@rolemint/control-plane/sts/index";
import { goldensIn, played } from "../support/golden.ts";

const services = { iam: iamActions, sts: stsActions, ec2: ec2Actions, cloudtrail: cloudtrailActions };

const goldens = Object.keys(services).flatMap((service) =>
  goldensIn(join(import.meta.dirname, "control-plane", service)).map((golden) => ({
    ...golden,
    name: `${service} ${golden.name}`,
  })),
);

test.each(goldens)("$name", async (golden) => {
  expect(golden.text).toMatch(/^(?:recorded|documented|derived): \S/);
  const now = await played(golden);
  expect(now).toBe(readFileSync(golden.file, "utf8"));
});

const actions = Object.entries(services).flatMap(([service, served]) =>
  [...served.values()].map((action) => ({ name: `${service} ${action.name}`, action })),
);

test.each(actions)("$name has a golden of its success, and one of a refusal if it refuses", ({ name, action }) => {
  const names = goldens.map((golden) => golden.name);
  expect(names).toContain(name);
  if (action.errors.length > 0) expect(names.filter((one) => one.startsWith(`${name}-`))).not.toEqual([]);
});

test("no golden is of an action that is not served", () => {
  const known = new Set(actions.map(({ name }) => name));
  const strangers = goldens.filter(({ name }) => /^\w+ [A-Z]/.test(name) && !known.has(name.split("-")[0]!));
  expect(strangers.map(({ name }) => name)).toEqual([]);
});
