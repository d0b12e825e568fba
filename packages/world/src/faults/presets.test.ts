// Every preset: of faults that there are, with parameters that they take; put whole or not at all.
import { expect, test } from "@jest/globals";
import { checkParameters } from "@rolemint/faults";
import { associateNow, makeInstance, makeProfile, makeRole, openTestWorld } from "../../../../test/support/world.ts";
import { scheduleOf } from "../generations.ts";
import { runningInstances } from "../instances.ts";
import type { World } from "../world.ts";
import { type PresetRequest, presets, putPreset } from "./presets.ts";
import { descriptionOf, FaultProblem } from "./request.ts";

function openWithRoles() {
  const { world } = openTestWorld();
  for (const name of ["app", "other"]) makeRole(world, name);
  const instance = makeInstance(world, "web");
  associateNow(world, instance, makeProfile(world, "app", "app"));
  return world;
}

const request = (name: string, more: Partial<PresetRequest> = {}): PresetRequest => ({
  name,
  target: "web",
  given: name === "role-swapped" ? { Role: "other" } : {},
  for: undefined,
  ...more,
});

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof FaultProblem) return `${error.kind}: ${error.message}`;
    throw error;
  }
  throw new Error("it should have been refused");
};

const names = presets().map(([name]) => name);

/** What the faults of presets change, and heal. */
function touched(world: World) {
  const { roles, instanceProfiles } = world.account(world.accountId);
  const [instance] = runningInstances(world);
  const { lifetime } = scheduleOf(world, instance!);
  const { profileArn } = instance!.association ?? {};
  return { roles: roles.list(), profiles: instanceProfiles.list(), profileArn, lifetime };
}

test.each(presets())("%s is made of what there is", (_, { steps, replays, goodClient }) => {
  for (const step of steps) {
    if (step.do !== "fault") continue;
    const kind = descriptionOf(step.name);
    expect(kind?.name).toBe(step.name);
    const given = { ...(step.name === "role.swap" && { Role: "other" }), ...step.given };
    expect(checkParameters(kind!.parameters, given)).toEqual({ values: expect.anything() });
  }
  expect(replays).not.toMatch(/\.$/);
  expect(goodClient).not.toMatch(/\.$/);
});

test.each(names.filter((name) => name !== "vm-woke-up"))("%s is put, and all that it did is healed", (name) => {
  const world = openWithRoles();
  const before = touched(world);
  const made = putPreset(world, request(name));
  for (const { id } of made) world.faults.remove(id);
  expect(world.faults.list()).toEqual([]);
  expect(touched(world)).toEqual(before);
});

test.each([
  ["six-hours-later", "world time must stay between 2000 and 2100"],
  ["vm-woke-up", "world time must stay between 2000 and 2100"],
  ["smithy-2117", "At is a time before 2100"],
])("%s: not past the end of all times, and nothing is done", (name, message) => {
  const world = openWithRoles();
  world.attached.attach({ instanceId: runningInstances(world)[0]!.id, hasClock: true, told() {} });
  const time = Date.UTC(2100, 0) - 1000;
  world.setClock({ at: world.hostClock.now(), time, rate: 1 });
  expect(refusal(() => putPreset(world, request(name)))).toContain(message);
  expect([world.now(), world.faults.list()]).toEqual([time, []]);
});

test("a step that fails takes back those before it, the clock too", () => {
  const world = openWithRoles();
  world.faults.put({ name: "imds.5xx", target: "web", given: { Step: "credentials" }, for: 7_200_000 });
  const [before, time] = [world.faults.list(), world.now()];
  expect(refusal(() => putPreset(world, request("smithy-2117")))).toMatch(/^conflict: imds\.5xx contradicts/);
  expect(world.faults.list()).toEqual(before);
  expect(world.now()).toBe(time);
});

test("its faults follow each other, and may be told to last otherwise", () => {
  const world = openWithRoles();
  const [first, second] = putPreset(world, request("smithy-2117"));
  expect(second!.begins).toBe(first!.ends);
  const shorter = putPreset(openWithRoles(), request("imds-outage-30m", { for: 1000 }))[0]!;
  expect(shorter.ends - shorter.begins).toBe(1000);
});

test("parameters go to the faults that have them, over the preset's own", () => {
  const [fault] = putPreset(openWithRoles(), request("presign-7d", { given: { After: "1h" } }));
  expect(fault!.parameters).toEqual({ After: 3_600_000 });
});

test.each([
  [request("six-hours"), /^invalid: there is no preset six-hours; there are six-hours-later,/],
  [
    request("mid-multipart", { given: { Page: 1 } }),
    /^invalid: mid-multipart: there is no parameter Page; there are Part, /,
  ],
  [request("hop-limit-1", { given: { Hops: 1 } }), /there is no parameter Hops; there is none/],
  [request("six-hours-later", { target: "wob" }), /^missing: no running instance is called wob/],
  [request("six-hours-later", { for: 1000 }), /takes no For/],
  [request("role-swapped", { given: {} }), /^invalid: role\.swap: Role must be the name of a role/],
  [request("vm-woke-up"), /^conflict: clock\.sleep-resume needs power over the client's process/],
])("%j is refused", (wish, says) => {
  const world = openWithRoles();
  const time = world.now();
  expect(refusal(() => putPreset(world, wish))).toMatch(says);
  expect([world.faults.list(), world.now()]).toEqual([[], time]);
});
