// The book of faults: when each begins and ends, what outlives the process, what contradicts what, and that one that
// fails holds up no other.
import { expect, test } from "@jest/globals";
import type { EventRecord } from "@rolemint/authority";
import {
  associateNow,
  fresh,
  HOUR,
  MINUTE,
  makeCredentialed,
  makeInstance,
  makeProfile,
  makeRole,
  moveClock,
  openTestWorld,
  SECOND,
  START,
  temporaryDirectory,
} from "../../../../test/support/world.ts";
import { localAuthority } from "../authority.ts";
import { terminate } from "../instances.ts";
import type { World } from "../world.ts";

const told = (world: World) =>
  world.timeline
    .query({ limit: 1000, kinds: ["fault"] })
    .map(({ Resource, Code, Message }) => `${Resource} ${Code}${Message === undefined ? "" : `: ${Message}`}`);

const put = (world: World, name: string, more: object = {}) => world.faults.put({ name, target: "all", ...more });

const problem = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it should have been refused");
};

function pass(world: World, by: number): void {
  moveClock(world, by);
  world.faults.tick();
}

const refreshOf = (instance: string): EventRecord => ({
  Time: START,
  Kind: "metadata",
  Instance: instance,
  AccessKeyId: "ASIAIOSFODNN7EXAMPLE",
});
const actOn = (instance: string, fault: string): EventRecord => ({
  Time: START,
  Kind: "fault",
  Code: "acted",
  Instance: instance,
  Resource: fault,
  Action: "imds.unreachable",
});

test("a fault begins at once, is told to the data planes until its end, and is over then", () => {
  const { world } = openTestWorld();
  const { id, begins, ends, state } = put(world, "imds.unreachable", { for: 10 * MINUTE });
  expect({ id, begins, ends, state }).toEqual({ id: "f-1", begins: START, ends: START + 10 * MINUTE, state: "acting" });
  expect(world.faults.active()).toMatchObject([{ Id: "f-1", Begins: START, Ends: ends }]);
  expect(world.faults.nextDue()).toBe(ends);
  pass(world, 10 * MINUTE - 1);
  expect(world.faults.list()).toHaveLength(1);
  pass(world, 1);
  expect(world.faults.list()).toEqual([]);
  expect(world.faults.active()).toEqual([]);
  expect(world.faults.nextDue()).toBeUndefined();
  expect(told(world)).toEqual(["f-1 began", "f-1 ended"]);
});

test("the list of the data planes is the same object until it moves", () => {
  const { world } = openTestWorld();
  put(world, "imds.unreachable");
  const before = world.faults.active();
  makeRole(world, "app");
  expect(world.faults.active()).toBe(before);
  put(world, "s3.slow-down");
  expect(world.faults.active()).not.toBe(before);
});

test("one that says neither how long nor how often ends after an hour", () => {
  const { world } = openTestWorld();
  expect(put(world, "imds.unreachable").ends).toBe(START + HOUR);
});

test("at a time, and not before", () => {
  const { world } = openTestWorld();
  put(world, "imds.unreachable", { at: START + 5 * MINUTE, for: MINUTE });
  expect(world.faults.list()[0]!.state).toBe("waiting");
  expect(world.faults.nextDue()).toBe(START + 5 * MINUTE);
  pass(world, 5 * MINUTE);
  expect(world.faults.list()[0]!.state).toBe("acting");
  expect(told(world)).toEqual(["f-1 began"]);
});

test("at a share of the lifetime of one instance's credentials", () => {
  const { world } = openTestWorld();
  world.change(() => world.setSchedule({ lifetime: HOUR, renewEvery: 30 * MINUTE }));
  const { instance } = makeCredentialed(world);
  const { begins } = put(world, "imds.unreachable", { target: "web", atLifetime: 80 });
  expect(begins).toBe(START + 48 * MINUTE);
  expect(problem(() => put(world, "s3.slow-down", { atLifetime: 80 }))).toContain("name that instance as the Target");
  makeInstance(world, "bare");
  expect(problem(() => put(world, "s3.slow-down", { target: "bare", atLifetime: 80 }))).toContain("no credentials");
  expect(instance.id).toBe(world.faults.list()[0]!.target.slice("instance ".length));
});

test("from the next refresh on: of that instance, and for as long from there", () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const other = makeInstance(world, "other");
  put(world, "imds.unreachable", { target: "web", fromRefresh: true, for: MINUTE });
  clock.pass(HOUR);
  world.faults.noted([refreshOf(other.id)]);
  expect(world.faults.list()[0]!.state).toBe("waiting");
  world.faults.noted([refreshOf(instance.id)]);
  expect(world.faults.list()[0]).toMatchObject({ state: "acting", begins: START + HOUR, ends: START + HOUR + MINUTE });
  expect(world.faults.active()[0]!.FromRefresh).toBeUndefined();
});

test("from the next refresh on, where the fault itself keeps the keys from who refreshes", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  put(world, "imds.unreachable", { target: "web", fromRefresh: true, for: MINUTE });
  world.faults.noted([actOn(instance.id, "f-1")]);
  expect(world.faults.list()[0]).toMatchObject({ state: "acting", ends: START + MINUTE, acted: { [instance.id]: 1 } });
  pass(world, MINUTE);
  expect(world.faults.list()).toEqual([]);
});

test("an act is over when it is put, and says that it was done", () => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  expect(put(world, "creds.expire-now").state).toBe("acting");
  expect(world.faults.list()).toEqual([]);
  expect(told(world)).toEqual(["f-1 began", "f-1 ended"]);
});

test("from the next refresh on, for many: the first of them does not begin it for the others", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  put(world, "imds.unreachable", { fromRefresh: true, for: MINUTE });
  world.faults.noted([refreshOf(instance.id)]);
  expect(world.faults.active()).toMatchObject([{ FromRefresh: true, Begins: START, Ends: START + MINUTE }]);
  world.faults.noted([refreshOf(instance.id)]);
  expect(told(world)).toEqual(["f-1 began"]);
});

test("what acted is counted, and one that may not act again on its one instance is over", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  put(world, "imds.unreachable", { target: "web", times: 2 });
  put(world, "s3.slow-down", { times: 1 });
  world.faults.noted([actOn(instance.id, "f-1"), actOn(instance.id, "f-2"), actOn(instance.id, "f-9")]);
  expect(world.faults.list().map(({ acted }) => acted)).toEqual([{ [instance.id]: 1 }, { [instance.id]: 1 }]);
  expect(world.faults.active()[0]!.Acted).toEqual([{ Instance: instance.id, Times: 1 }]);
  world.faults.noted([actOn(instance.id, "f-1")]);
  // The other may still act on another instance.
  expect(world.faults.list().map(({ id }) => id)).toEqual(["f-2"]);
});

test("a jump over begin and end is both, in their order", () => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  put(world, "role.detach", { at: START + HOUR, for: 10 * MINUTE });
  pass(world, 6 * HOUR);
  expect(told(world)).toEqual(["f-1 began", "f-1 ended"]);
  expect(fresh(world, instance).association?.profileId).toBe(profile.id);
  expect(world.faults.list()).toEqual([]);
});

test("what is taken away heals at once; an id that is not there is not taken away", () => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  put(world, "role.detach", { target: "web" });
  expect(fresh(world, instance).association).toBeUndefined();
  expect(world.faults.remove("f-1")).toBe(true);
  expect(fresh(world, instance).association?.profileId).toBe(profile.id);
  expect(world.faults.remove("f-1")).toBe(false);
});

test.each<[string, string, object, string, object, string | undefined]>([
  ["the same twice", "imds.unreachable", {}, "imds.unreachable", {}, "f-1"],
  ["two at one place", "imds.no-role", {}, "imds.assume-failed", {}, "f-1"],
  ["all and one", "imds.no-role", {}, "imds.no-role", { target: "web" }, "f-1"],
  [
    "a role and an instance that has it",
    "imds.no-role",
    { target: "role:app" },
    "imds.no-role",
    { target: "web" },
    "f-1",
  ],
  ["a request's and the world's", "imds.no-role", {}, "imds.stale-serve", {}, "f-1"],
  ["other places", "imds.no-role", {}, "imds.lying-expiry", {}, undefined],
  ["other instances", "imds.no-role", { target: "web" }, "imds.no-role", { target: "bare" }, undefined],
  [
    "a role and an instance without it",
    "imds.no-role",
    { target: "role:app" },
    "imds.no-role",
    { target: "bare" },
    undefined,
  ],
  ["one after the other", "imds.no-role", { for: HOUR }, "imds.no-role", { at: START + HOUR }, undefined],
  ["one before the other ends", "imds.no-role", { for: HOUR }, "imds.no-role", { at: START + HOUR - 1 }, "f-1"],
  [
    "one that waits for a refresh",
    "imds.no-role",
    { at: START + HOUR },
    "imds.no-role",
    { fromRefresh: true, for: MINUTE },
    "f-1",
  ],
  ["other paths", "imds.unreachable", { path: "token" }, "imds.unreachable", { path: "iam" }, undefined],
  ["acts", "creds.expire-now", {}, "creds.expire-now", {}, undefined],
])("contradiction: %s", (_, first, firstGiven, second, secondGiven, contradicted) => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  makeInstance(world, "bare");
  put(world, first, firstGiven);
  const before = world.faults.list().length;
  if (contradicted === undefined) put(world, second, secondGiven);
  else expect(problem(() => put(world, second, secondGiven))).toContain(`contradicts ${first} (${contradicted})`);
  if (contradicted !== undefined) expect(world.faults.list()).toHaveLength(before);
});

test.each<[string, string, object, string]>([
  ["nobody", "imds.unreachable", { target: "" }, "Target is required"],
  [
    "after all times",
    "imds.slow",
    { at: Date.UTC(2100, 0) + 1 },
    "At is a time before 2100, where the world's clock stands",
  ],
  ["nobody there", "imds.unreachable", { target: "mail" }, "no running instance is called mail"],
  ["no such role", "imds.unreachable", { target: "role:mail" }, "there is no role mail"],
  ["no such fault", "imds.gone", {}, "there is no fault imds.gone; there are imds."],
  ["a parameter of another", "imds.no-role", { given: { By: "1h" } }, "there is no parameter By"],
  ["a parameter left out", "role.swap", {}, "Role must be the name of a role"],
  ["a bad parameter", "imds.lying-expiry", { given: { By: 5 } }, "By must be a duration"],
  ["for ever", "imds.no-role", { for: 8761 * HOUR }, "For is from 1ms to 8760h"],
  ["an act that lasts", "creds.expire-now", { for: HOUR }, "it takes no For"],
  ["the world, request by request", "role.detach", { nth: 2 }, "it takes no Nth"],
  ["two beginnings", "imds.no-role", { at: START, fromRefresh: true }, "give one of At, AtLifetime and FromRefresh"],
])("refused: %s", (_, name, given, message) => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  expect(problem(() => put(world, name, given))).toContain(message);
  expect(world.faults.list()).toEqual([]);
  expect(told(world)).toEqual([]);
});

test("they outlive the process, numbers and all, and heal what was begun before a crash", () => {
  const state = temporaryDirectory();
  const first = openTestWorld({ state });
  const { instance, profile } = makeCredentialed(first.world);
  put(first.world, "role.detach", { target: "web", for: 10 * MINUTE });
  put(first.world, "imds.unreachable", { target: "web", at: START + 5 * MINUTE, for: HOUR });
  const active = first.world.faults.active();
  first.world.close();

  const { world, clock } = openTestWorld({ state });
  expect(world.faults.list().map(({ id, state: is }) => [id, is])).toEqual([
    ["f-1", "acting"],
    ["f-2", "waiting"],
  ]);
  expect(world.faults.active()).toEqual(active);
  expect(fresh(world, instance).association).toBeUndefined();
  clock.pass(30 * MINUTE);
  world.faults.tick();
  expect(fresh(world, instance).association?.profileId).toBe(profile.id);
  expect(world.faults.list().map(({ id, state: is }) => [id, is])).toEqual([["f-2", "acting"]]);
  world.faults.remove("f-2");
  expect(put(world, "imds.no-role").id).toBe("f-3");
  world.close();
});

test("one whose instance is gone does not begin, and says so", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  put(world, "imds.no-role", { target: "web", at: START + MINUTE });
  put(world, "role.detach", { target: "web", at: START + MINUTE });
  put(world, "imds.unreachable", { at: START + MINUTE });
  world.change(() => world.rotation.unschedule(terminate(world, fresh(world, instance))));
  pass(world, MINUTE);
  expect(told(world)).toEqual([
    `f-1 not-begun: the instance ${instance.id} is gone`,
    `f-2 not-begun: the instance ${instance.id} is gone`,
    "f-3 began",
  ]);
  expect(world.faults.list().map(({ id }) => id)).toEqual(["f-3"]);
});

test("one that fails at its end is out, says so, has undone its half, and holds up no other", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const other = makeInstance(world, "other");
  put(world, "role.detach", { target: "web", for: MINUTE });
  put(world, "imds.unreachable", { target: "web", for: MINUTE });
  // What the fault kept is not readable any more.
  world.change(() => {
    const [fault] = world.faults.list();
    const { profiles: kept } = fault!.kept as { profiles: Record<string, object> };
    const profiles = { [instance.id]: kept[instance.id], [other.id]: null };
    world.tables.faults.put({ ...fault!, kept: { profiles } });
    world.touch.faults();
  });
  pass(world, MINUTE);
  expect(world.faults.list()).toEqual([]);
  expect(fresh(world, instance).association).toBeUndefined();
  expect(told(world).slice(2)).toEqual([
    expect.stringMatching(/^f-1 ended: it failed, and heals nothing: /),
    "f-2 ended",
  ]);
});

test("a change around them that fails leaves no fault behind", () => {
  const { world } = openTestWorld();
  const authority = localAuthority(world);
  expect(() =>
    world.change(() => {
      put(world, "imds.unreachable");
      expect(authority.faults()).toHaveLength(1);
      throw new Error("undone");
    }),
  ).toThrow("undone");
  expect(authority.faults()).toEqual([]);
  expect(world.faults.list()).toEqual([]);
  expect(put(world, "imds.unreachable").id).toBe("f-1");
});

test("forgetting drops them all and heals nothing", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  put(world, "role.detach", { target: "web" });
  put(world, "imds.unreachable", { at: START + SECOND });
  world.change(() => world.faults.forget());
  expect(world.faults.list()).toEqual([]);
  expect(world.faults.active()).toEqual([]);
  expect(fresh(world, instance).association).toBeUndefined();
});

test("a fault put for a role is for the instances that get it later", async () => {
  const { world } = openTestWorld();
  makeRole(world, "app");
  const profile = makeProfile(world, "app", "app");
  put(world, "imds.short-ttl", { target: "role:app", given: { Lifetime: "60s" } });
  expect(told(world)).toEqual(["f-1 began: no instance that it is for has a role whose credentials could be renewed"]);
  const instance = associateNow(world, makeInstance(world), profile);
  const { issued, enforced } = world.rotation.current(instance)!;
  expect(enforced - issued).toBe(MINUTE);
});
