// A shifted clock: what every service says the time is, and that nothing ages, is renewed or ends for it.
import { expect, test } from "@jest/globals";
import {
  fresh,
  HOUR,
  identityOf,
  MINUTE,
  makeCredentialed,
  moveClock,
  openTestWorld,
  SECOND,
  START,
  temporaryDirectory,
  tick,
} from "../../../../test/support/world.ts";
import { localAuthority } from "../authority.ts";
import type { Instance } from "../rows.ts";
import type { World } from "../world.ts";

const skew = (world: World, Offset: string, more: object = {}) =>
  world.faults.put({ name: "clock.skew-server", target: "all", given: { Offset }, ...more });

/** All that is kept of time: by it two moments of a world are compared. */
function times(world: World, instance: Instance) {
  const { now, clockLine, tables, rotation } = world;
  return {
    now: now(),
    line: clockLine(),
    generations: tables.generations.list(),
    due: rotation.nextDue(),
    changed: fresh(world, instance).changed,
    principal: identityOf(world, rotation.current(instance)!).Principal,
  };
}

test.each([
  ["20m", 20 * MINUTE],
  ["-20m", -20 * MINUTE],
  ["48h", 48 * HOUR],
])(
  "by %s: every time moves along, nothing is issued or ends, and all of it is taken back exactly",
  async (Offset, by) => {
    const { world } = openTestWorld();
    const { instance } = makeCredentialed(world);
    const before = times(world, instance);
    skew(world, Offset);
    await tick(world);
    const [shifted] = world.tables.generations.list();
    const [own] = before.generations;
    expect(world.now()).toBe(START + by);
    expect(world.tables.generations.list()).toHaveLength(1);
    expect(shifted).toEqual({
      ...own,
      issued: own!.issued + by,
      stated: own!.stated + by,
      enforced: own!.enforced + by,
    });
    expect(world.rotation.nextDue()).toBe(before.due! + by);
    const { Verdict, Principal } = identityOf(world, own!);
    expect(Verdict).toBe("ok");
    expect([Principal!.IssuedAt, Principal!.ExpiresAt]).toEqual([shifted!.issued, shifted!.enforced]);
    world.faults.remove("f-1");
    await tick(world);
    expect(times(world, instance)).toEqual(before);
  },
);

test("only the world's clock counts for signatures while it lasts, and the data planes are told", () => {
  const { world } = openTestWorld();
  const authority = localAuthority(world);
  const told: boolean[] = [];
  authority.watch(({ clock }) => void told.push(clock));
  expect(authority.clock()).toEqual({ now: START, strict: false });
  skew(world, "16m");
  expect(authority.clock()).toEqual({ now: START + 16 * MINUTE, strict: true });
  world.faults.remove("f-1");
  expect(authority.clock()).toEqual({ now: START, strict: false });
  expect(told).toEqual([true, true]);
});

test("it lasts as long as it was asked to, and other faults too", () => {
  const { world } = openTestWorld();
  world.faults.put({ name: "imds.no-role", target: "all", for: 2 * HOUR });
  world.faults.put({ name: "imds.unreachable", target: "all", at: START + 30 * MINUTE });
  const { begins, ends } = skew(world, "-6h", { for: HOUR });
  expect([begins, ends]).toEqual([START - 6 * HOUR, START - 5 * HOUR]);
  moveClock(world, 30 * MINUTE);
  world.faults.tick();
  expect(world.faults.list().map(({ state }) => state)).toEqual(["acting", "acting", "acting"]);
  moveClock(world, 30 * MINUTE);
  world.faults.tick();
  expect(world.now()).toBe(START + HOUR);
  expect(world.faults.list().map(({ name, ends: end }) => [name, end])).toEqual([
    ["imds.no-role", START + 2 * HOUR],
    ["imds.unreachable", START + HOUR + 30 * MINUTE],
  ]);
});

test("what is due when it ends is done at once, though the clock that it was due by is another then", () => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  world.faults.put({ name: "role.detach", target: "web", for: 3 * HOUR });
  skew(world, "40h", { for: HOUR });
  world.faults.put({ name: "imds.no-role", target: "web", for: 2 * HOUR });
  moveClock(world, 5 * HOUR);
  world.faults.tick();
  expect(world.faults.list()).toEqual([]);
});

test("the clock may be moved meanwhile, and its rate: just the shift is taken back", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  skew(world, "3h", { for: 24 * HOUR });
  world.setClock({ at: clock.now(), time: world.now() + 90 * MINUTE, rate: 2 });
  await tick(world);
  clock.pass(5 * SECOND);
  const during = world.rotation.current(instance)!;
  expect(during.number).toBe(2);
  world.faults.remove("f-1");
  expect(world.now()).toBe(START + 90 * MINUTE + 10 * SECOND);
  expect(world.clockLine().rate).toBe(2);
  // Issued under the shift, it is as old as it is.
  const after = world.rotation.current(instance)!;
  expect(after.issued).toBe(START + HOUR);
  expect(identityOf(world, after).Principal!.ExpiresAt).toBe(after.enforced);
  world.setClock({ at: clock.now(), time: after.enforced, rate: 1 });
  expect(identityOf(world, after).Verdict).toBe("token-expired");
});

test("a key that was ended by hand, or is yet to end, stays so", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const ended = world.rotation.current(instance)!;
  world.rotation.endKeys([ended.keys[0]!.accessKeyId], world.now());
  skew(world, "-6h");
  expect(identityOf(world, ended).Verdict).toBe("token-expired");
  world.faults.remove("f-1");
  expect(identityOf(world, ended).Verdict).toBe("token-expired");
});

test("it outlives the process, and is healed by the next", () => {
  const state = temporaryDirectory();
  const first = openTestWorld({ state });
  const { instance } = makeCredentialed(first.world);
  const before = times(first.world, instance);
  skew(first.world, "1h", { for: HOUR });
  first.world.close();
  const { world, clock } = openTestWorld({ state });
  expect([world.now(), world.isStrict()]).toEqual([START + HOUR, true]);
  expect(identityOf(world, before.generations[0]!).Verdict).toBe("ok");
  clock.pass(HOUR);
  world.faults.tick();
  expect([world.now(), world.isStrict()]).toEqual([START + HOUR, false]);
  expect(times(world, instance)).toEqual({ ...before, now: START + HOUR });
  world.close();
});

test("a jump over all of it leaves no trace", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const before = times(world, instance);
  skew(world, "-2h", { at: START + HOUR, for: HOUR });
  moveClock(world, 5 * HOUR);
  world.faults.tick();
  moveClock(world, -5 * HOUR);
  expect(times(world, instance)).toEqual(before);
  expect(world.faults.list()).toEqual([]);
});

test("it shifts no clock out of the span of times", () => {
  const { world, clock } = openTestWorld();
  world.setClock({ at: clock.now(), time: Date.UTC(2100, 0) - HOUR, rate: 1 });
  expect(() => skew(world, "61m")).toThrow("world time must stay between 2000 and 2100");
  skew(world, "1h");
  clock.pass(HOUR);
  expect(world.now()).toBe(Date.UTC(2100, 0));
  world.faults.remove("f-1");
  expect(world.now()).toBe(Date.UTC(2100, 0));
});

test("it is everybody's, and once at a time", () => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  expect(() => skew(world, "1h", { target: "web" })).toThrow("the clock is everybody's: the Target is all");
  skew(world, "1h");
  expect(() => skew(world, "2h")).toThrow("contradicts clock.skew-server (f-1)");
  expect(world.now()).toBe(START + HOUR);
});
