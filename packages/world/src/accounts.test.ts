// An account's entities: names without case, keys by owner, instances in the order of their making.
import { expect, test } from "@jest/globals";
import {
  ACCOUNT,
  makeInstance,
  makeKey,
  makeProfile,
  makeRole,
  makeUser,
  openTestWorld,
  SECOND,
} from "../../../test/support/world.ts";

test("names are the same regardless of case, and kept as they were given", () => {
  const { world } = openTestWorld();
  const { roles } = world.account(ACCOUNT);
  makeRole(world, "App");
  expect(roles.get("aPP")?.name).toBe("App");
  makeRole(world, "APP", { description: "again" });
  expect(roles.list().map(({ name, description }) => [name, description])).toEqual([["APP", "again"]]);
  world.change(() => roles.remove(roles.get("app")!));
  expect(roles.count()).toBe(0);
});

test("lists are in name order, of this account alone", () => {
  const { world } = openTestWorld();
  for (const name of ["b", "C", "a"]) makeUser(world, name);
  makeUser(world, "other", { accountId: "444455556666" });
  expect(
    world
      .account(ACCOUNT)
      .users.list()
      .map(({ name }) => name),
  ).toEqual(["a", "b", "C"]);
  expect(world.account(ACCOUNT).users.count()).toBe(3);
  expect(world.account("444455556666").users.get("a")).toBeUndefined();
  expect(world.account("444455556666").users.get("other")).toBeDefined();
});

test("one kind's name is free for another kind", () => {
  const { world } = openTestWorld();
  makeRole(world, "app");
  makeProfile(world, "app");
  const account = world.account(ACCOUNT);
  world.change(() => account.roles.remove(account.roles.get("app")!));
  expect(account.instanceProfiles.get("app")).toBeDefined();
});

test("access keys go by their owner, oldest first; root's have no name", () => {
  const { world, clock } = openTestWorld();
  const account = world.account(ACCOUNT);
  const root = makeKey(world);
  const first = makeKey(world, "CI");
  clock.pass(SECOND);
  const second = makeKey(world, "ci");
  makeKey(world, "other");
  expect(account.accessKeysOf("ci")).toEqual([first, second]);
  expect(account.accessKeysOf()).toEqual([root]);
});

test("instances keep the order of their making, and no order is given twice", () => {
  const { world } = openTestWorld();
  const made = ["a", "b", "c"].map((name) => makeInstance(world, name));
  world.change(() => world.tables.instances.remove(made[1]!));
  const last = makeInstance(world, "d");
  expect(world.account(ACCOUNT).instances()).toEqual([made[0], made[2], last]);
  expect(new Set([...made, last].map(({ order }) => order)).size).toBe(4);
});
