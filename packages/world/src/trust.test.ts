// Whom a trust policy stands for when users and roles are renamed, deleted and made anew; and whether EC2 is trusted.
import { expect, test } from "@jest/globals";
import {
  ACCOUNT,
  EC2_TRUST,
  makeRole,
  makeUser,
  NO_TRUST,
  openTestWorld,
  trusting,
} from "../../../test/support/world.ts";
import { iamArn } from "./arn.ts";
import { idOfPrincipal, isStranger } from "./bound-principals.ts";
import type { User } from "./rows.ts";
import { ec2MayAssume, shownTrust, storedTrust } from "./trust.ts";
import type { World } from "./world.ts";

function renameUser(world: World, user: User, name: string): User {
  return world.change(() => {
    const { users } = world.account(ACCOUNT);
    users.remove(user);
    return users.put({ ...user, name, arn: iamArn(ACCOUNT, "user", user.path, name) });
  });
}

test("a principal is stored as its id and shown as its ARN; the rest of the text stays as it was written", () => {
  const { world } = openTestWorld();
  const user = makeUser(world, "ci", { path: "/team/" });
  const other = makeRole(world, "other");
  const text = `{ "Version":"2012-10-17",\n "Statement": [{"Effect":"Allow","Action":"sts:AssumeRole",
    "Principal": { "AWS": ["${user.arn}", "${other.arn}", "444455556666", "arn:aws:iam::444455556666:user/far"],
    "Service": "ec2.amazonaws.com" } }] }`;
  const role = makeRole(world, "app", { trust: text });
  expect(role.trustedIds).toEqual({ [user.arn]: user.id, [other.arn]: other.id });
  expect(shownTrust(world, role)).toBe(text);
  expect(storedTrust(role)).toBe(text.replace(user.arn, user.id).replace(other.arn, other.id));
});

test("a renamed user is still trusted, and shown under the new name", () => {
  const { world } = openTestWorld();
  const user = makeUser(world, "ci");
  const role = makeRole(world, "app", { trust: trusting({ AWS: user.arn }) });
  const renamed = renameUser(world, user, "builder");
  expect(shownTrust(world, role)).toBe(trusting({ AWS: renamed.arn }));
  expect(storedTrust(role)).toBe(trusting({ AWS: user.id }));
});

test("one who is gone is shown as an id, and made anew is not trusted", () => {
  const { world } = openTestWorld();
  const user = makeUser(world, "ci");
  const role = makeRole(world, "app", { trust: trusting({ AWS: [user.arn, user.arn] }) });
  world.change(() => world.account(ACCOUNT).users.remove(user));
  expect(shownTrust(world, role)).toBe(trusting({ AWS: [user.id, user.id] }));
  const anew = makeUser(world, "ci");
  expect(anew.id).not.toBe(user.id);
  expect(shownTrust(world, role)).toBe(trusting({ AWS: [user.id, user.id] }));
  expect(storedTrust(role)).not.toContain(anew.id);
});

test("another who takes the name of a renamed user is not trusted", () => {
  const { world } = openTestWorld();
  const user = makeUser(world, "ci");
  const role = makeRole(world, "app", { trust: trusting({ AWS: user.arn }) });
  renameUser(world, user, "builder");
  const other = makeUser(world, "ci");
  expect(storedTrust(role)).not.toContain(other.id);
  expect(shownTrust(world, role)).toContain("user/builder");
});

test("an ARN stands for nobody unless it is the whole ARN of a user or role that is there", () => {
  const { world } = openTestWorld();
  const user = makeUser(world, "ci", { path: "/team/" });
  const found = (arn: string) => idOfPrincipal(world, arn);
  expect(found(user.arn)).toBe(user.id);
  expect(found(`arn:aws:iam::${ACCOUNT}:user/ci`)).toBeUndefined();
  expect(found(`arn:aws:iam::${ACCOUNT}:role/team/ci`)).toBeUndefined();
  expect(found(`arn:aws:iam::${ACCOUNT}:root`)).toBeUndefined();
  expect(found("arn:aws:iam::444455556666:user/team/ci")).toBeUndefined();
  expect(found("*")).toBeUndefined();
});

test("a session is kept by its role's id, so that one of a role made anew is not trusted", () => {
  const { world } = openTestWorld();
  const app = makeRole(world, "app", { path: "/team/" });
  const session = `arn:aws:sts::${ACCOUNT}:assumed-role/app/i-0`;
  const role = makeRole(world, "other", { trust: trusting({ AWS: session }) });
  expect([storedTrust(role), shownTrust(world, role)]).toEqual([
    trusting({ AWS: `${app.id}/i-0` }),
    trusting({ AWS: session }),
  ]);
  world.change(() => world.account(ACCOUNT).roles.remove(app));
  makeRole(world, "app");
  expect(storedTrust(role)).toBe(trusting({ AWS: `${app.id}/i-0` }));
});

test("who is not there is a stranger; other accounts are taken to exist, their users only if they are known", () => {
  const { world } = openTestWorld();
  const user = makeUser(world, "ci");
  makeRole(world, "app");
  const iam = (rest: string) => `arn:aws:iam::${ACCOUNT}:${rest}`;
  const sts = (rest: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${rest}`;
  const there = [
    "*",
    ACCOUNT,
    iam("root"),
    user.arn,
    user.id,
    sts("app/s"),
    "444455556666",
    "arn:aws:iam::444455556666:root",
  ];
  const gone = [
    iam("user/CI"),
    iam("user/x/ci"),
    iam("role/ci"),
    sts("App/s"),
    "AIDAEXAMPLEEXAMPLE123",
    "AROAEXAMPLEEXAMPLE123",
  ];
  expect(there.filter((name) => isStranger(world, name))).toEqual([]);
  expect([...gone, "arn:aws:iam::444455556666:role/far"].filter((name) => !isStranger(world, name))).toEqual([]);
});

test.each([
  ["for EC2", EC2_TRUST, true],
  ["for another service", NO_TRUST, false],
  ["for EC2 in a list", trusting({ Service: ["lambda.amazonaws.com", "ec2.amazonaws.com"] }), true],
  ["for the account", trusting({ AWS: `arn:aws:iam::${ACCOUNT}:root` }), false],
  ["that denies EC2", EC2_TRUST.replace("Allow", "Deny"), false],
  ["for another action", EC2_TRUST.replace("sts:AssumeRole", "sts:TagSession"), false],
  ["that is unreadable", "not JSON", false],
])("a role with a trust policy %s", (_, trust, may) => {
  const { world } = openTestWorld();
  expect(ec2MayAssume(world, makeRole(world, "app", { trust }))).toBe(may);
});
