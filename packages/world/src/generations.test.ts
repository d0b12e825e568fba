// Rotation over time: what is minted when, numbered how, and what ends early.
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  ACCOUNT,
  associateNow,
  DAY,
  fresh,
  HOUR,
  MINUTE,
  makeCredentialed,
  makeInstance,
  makeProfile,
  makeRole,
  moveClock,
  NO_TRUST,
  openTestWorld,
  SECOND,
  START,
  temporaryDirectory,
  tick,
} from "../../../test/support/world.ts";
import { liveKeys } from "./generations.ts";
import { viewOf } from "./instance-view.ts";
import { disassociate, terminate } from "./instances.ts";
import { PROFILES, type Schedule } from "./rotation.ts";
import type { Instance, MetadataOptions } from "./rows.ts";
import type { World } from "./world.ts";

const numbers = (world: World, { id }: Instance) => world.tables.generations.list(id).map(({ number }) => number);
const current = (world: World, instance: Instance) => world.rotation.current(fresh(world, instance));
const keyIds = (world: World, instance: Instance) => current(world, instance)!.keys.map((set) => set.accessKeyId);

function setOptions(world: World, instance: Instance, options: Partial<MetadataOptions>): Instance {
  const row = fresh(world, instance);
  return world.change(() => world.tables.instances.put({ ...row, options: { ...row.options, ...options } }));
}

test("a tick issues what is due and nothing else, and a second one nothing more", async () => {
  const { world, clock } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  clock.pass(30 * MINUTE);
  const later = associateNow(world, makeInstance(world, "later"), profile);
  makeInstance(world, "without");
  expect(world.rotation.nextDue()).toBe(START + HOUR);
  clock.pass(30 * MINUTE);
  const before = world.revision();
  await tick(world);
  expect([numbers(world, instance), numbers(world, later)]).toEqual([[1, 2], [1]]);
  expect(world.revision()).toBe(before + 1);
  await tick(world);
  expect(world.revision()).toBe(before + 1);
  expect(world.rotation.nextDue()).toBe(START + 90 * MINUTE);
});

test("a tick does not run after a clock that is faster than it", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  clock.pass(HOUR);
  let rounds = 0;
  await world.rotation.tick(async () => {
    if (++rounds > 3) throw new Error("it goes on and on");
    clock.pass(HOUR);
  });
  expect(numbers(world, instance)).toEqual([1, 2]);
});

test("times are whole seconds, and the next one is counted from when it was due, not from the tick", async () => {
  const { world, clock } = openTestWorld();
  clock.pass(250);
  const { instance } = makeCredentialed(world);
  expect(current(world, instance)).toMatchObject({ issued: START });
  clock.pass(HOUR + 7 * MINUTE);
  await tick(world);
  expect(current(world, instance)).toMatchObject({ issued: START + HOUR, number: 2 });
  expect(world.rotation.nextDue()).toBe(START + 2 * HOUR);
});

test("every instance due is rotated, however many slices that takes", async () => {
  const { world, clock } = openTestWorld();
  const { profile } = makeCredentialed(world);
  world.change(() => {
    for (let n = 0; n < 450; n++) associateNow(world, makeInstance(world, `more-${n}`), profile);
  });
  clock.pass(HOUR);
  let slices = 0;
  await world.rotation.tick(async () => {
    slices++;
  });
  expect(slices).toBeGreaterThan(2);
  const last = world
    .account(ACCOUNT)
    .instances()
    .map((instance) => current(world, instance)!.number);
  expect(new Set(last)).toEqual(new Set([2]));
});

test("a slice ends early when it has taken its time", async () => {
  const { clock } = openTestWorld();
  let reads = 0;
  const slow = { now: () => clock.now() + 5 * reads++ };
  const { world } = openTestWorld({ clock: slow });
  const { profile } = makeCredentialed(world);
  for (let n = 0; n < 9; n++) associateNow(world, makeInstance(world, `more-${n}`), profile);
  clock.pass(2 * HOUR);
  let slices = 0;
  await world.rotation.tick(async () => {
    slices++;
  });
  expect(slices).toBeGreaterThanOrEqual(5);
});

test("looking never mints", () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  clock.pass(DAY);
  const before = world.revision();
  for (let look = 0; look < 3; look++) expect(viewOf(world, fresh(world, instance)).Credentials[0]?.Generation).toBe(1);
  expect([numbers(world, instance), world.revision()]).toEqual([[1], before]);
});

test("rotate now: the next number, at once, and the period counted anew", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  clock.pass(20 * MINUTE);
  const generation = world.rotation.issueNow(fresh(world, instance));
  expect(generation).toMatchObject({ number: 2, issued: START + 20 * MINUTE, code: "Success" });
  expect(current(world, instance)).toEqual(generation);
  expect(world.rotation.nextDue()).toBe(START + 80 * MINUTE);
  expect(liveKeys(world, instance)).toHaveLength(2);
});

test("rotate now gives nothing where no role stands behind", () => {
  const { world } = openTestWorld();
  const without = makeInstance(world);
  expect(world.rotation.issueNow(without)).toBeUndefined();
  const empty = associateNow(world, makeInstance(world), makeProfile(world, "empty"));
  expect(world.rotation.issueNow(empty)).toBeUndefined();
  const dangling = associateNow(world, makeInstance(world), makeProfile(world, "dangling", "gone"));
  expect(world.rotation.issueNow(dangling)).toBeUndefined();
  expect(numbers(world, dangling)).toEqual([]);
});

test("generations count on over swaps, and what was swapped away is nobody's current one", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  clock.pass(HOUR);
  await tick(world);
  makeRole(world, "other");
  const swapped = associateNow(world, fresh(world, instance), makeProfile(world, "other", "other"));
  expect(current(world, swapped)).toMatchObject({ number: 3, roleName: "other" });
  world.change(() => world.rotation.unschedule(disassociate(world, fresh(world, instance))));
  expect(current(world, instance)).toBeUndefined();
  clock.pass(5 * HOUR);
  await tick(world);
  expect(world.rotation.nextDue()).toBeUndefined();
  const again = associateNow(world, fresh(world, instance), world.account(ACCOUNT).instanceProfiles.get("app")!);
  expect(current(world, again)).toMatchObject({ number: 4, roleName: "app" });
});

test("the old association's keys stay live over a swap, also with an overlap", () => {
  const { world } = openTestWorld();
  world.rotation.setSchedule({ lifetime: HOUR, renewEvery: 10 * MINUTE, overlap: 0 });
  const { instance } = makeCredentialed(world);
  const [old] = keyIds(world, instance);
  makeRole(world, "other");
  associateNow(world, fresh(world, instance), makeProfile(world, "other", "other"));
  expect(world.rotation.endOf(old!)).toBeUndefined();
  expect(liveKeys(world, instance)).toContain(old);
});

test("an instance that ended is never due again", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  world.change(() => terminate(world, fresh(world, instance)));
  clock.pass(DAY);
  await tick(world);
  expect(numbers(world, instance)).toEqual([1]);
  expect(world.rotation.nextDue()).toBeUndefined();
});

test.each([
  ["three hours", 3 * HOUR, [1, 2, 3, 4]],
  ["to the last millisecond before", 4 * HOUR - 1, [1, 2, 3, 4]],
  [
    "ten days: those that would have ended by now are counted, not minted",
    10 * DAY,
    [235, 236, 237, 238, 239, 240, 241],
  ],
])("the clock moved forward by %s", async (_, by, expected) => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  moveClock(world, by);
  await tick(world);
  const last = expected.at(-1)!;
  expect(numbers(world, instance).filter((number) => number > last - 7)).toEqual(expected);
  expect(current(world, instance)).toMatchObject({ number: last, issued: START + (last - 1) * HOUR });
  expect(world.rotation.nextDue()).toBe(START + last * HOUR);
});

test("one jump and many small ones end in the same live generations", async () => {
  const schedule: Schedule = { lifetime: 10 * MINUTE, renewEvery: 3 * MINUTE, jitter: 2 * MINUTE };
  const liveAfter = async (jumps: readonly number[]) => {
    const { world } = openTestWorld();
    world.rotation.setSchedule(schedule);
    const { instance } = makeCredentialed(world);
    for (const jump of jumps) {
      moveClock(world, jump * SECOND);
      await tick(world);
    }
    const live = world.tables.generations.list(instance.id).filter(({ enforced }) => enforced > world.now());
    // Jitter is drawn under the state's own salt, which the seed makes the same.
    return live.map(({ number, issued, stated }) => [number, issued, stated]);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 8 }), async (jumps) => {
      const total = jumps.reduce((sum, jump) => sum + jump, 0);
      expect(await liveAfter(jumps)).toEqual(await liveAfter([total]));
    }),
    { numRuns: 20 },
  );
});

test("the clock moved back un-mints nothing and issues nothing until the due time comes again", async () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  moveClock(world, 5 * HOUR);
  await tick(world);
  const before = world.tables.generations.list(instance.id);
  moveClock(world, -2 * DAY);
  await tick(world);
  expect(world.tables.generations.list(instance.id)).toEqual(before);
  expect(world.rotation.nextDue()).toBe(START + 6 * HOUR);
  const generation = world.rotation.issueNow(fresh(world, instance));
  expect(generation).toMatchObject({ number: 7, issued: START + 5 * HOUR - 2 * DAY });
  expect(world.rotation.nextDue()).toBe(START + 6 * HOUR - 2 * DAY);
});

test("generations that are over are forgotten, live ones kept, failed ones too", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule({ lifetime: 10 * MINUTE, renewEvery: 5 * MINUTE });
  const { instance, role } = makeCredentialed(world);
  for (let step = 0; step < 20; step++) {
    clock.pass(5 * MINUTE);
    await tick(world);
    if (step === 9) makeRole(world, "app", { ...role, trust: NO_TRUST });
    expect(numbers(world, instance).length).toBeLessThanOrEqual(4);
  }
  expect(current(world, instance)).toMatchObject({ number: 21, code: "AssumeRoleUnauthorizedAccess", keys: [] });
});

test("rotated by hand again and again, every live generation is kept", () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  for (let step = 0; step < 30; step++) {
    clock.pass(SECOND);
    world.rotation.issueNow(fresh(world, instance));
  }
  expect(liveKeys(world, instance)).toHaveLength(31);
});

test("a period without a role counts no generations", async () => {
  const { world, clock } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  const { instanceProfiles } = world.account(ACCOUNT);
  world.change(() => instanceProfiles.put({ ...profile, roleName: undefined }));
  clock.pass(30 * DAY);
  await tick(world);
  world.change(() => instanceProfiles.put(profile));
  clock.pass(HOUR);
  await tick(world);
  expect(current(world, instance)?.number).toBe(2);
});

test("tokens made optional: the current generation gets a set for callers without a token, with its own times", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const before = current(world, instance)!;
  clock.pass(10 * MINUTE);
  const changed = setOptions(world, instance, { tokens: "optional" });
  world.rotation.deliverWithoutToken(changed);
  const after = current(world, instance)!;
  expect(after).toEqual({ ...before, keys: [after.keys[0], ...before.keys] });
  expect(after.keys.map(({ delivery }) => delivery)).toEqual(["1.0", "2.0"]);
  expect(world.sealer.open(after.keys[0]!.token)).toMatchObject({
    issued: before.issued,
    expires: before.enforced,
    instance: { delivery: "1.0", generation: 1 },
  });
  world.rotation.deliverWithoutToken(changed);
  expect(current(world, instance)).toEqual(after);
  clock.pass(50 * MINUTE);
  await tick(world);
  expect(current(world, instance)!.keys).toHaveLength(2);
  setOptions(world, instance, { tokens: "required" });
  clock.pass(HOUR);
  await tick(world);
  expect(current(world, instance)!.keys.map(({ delivery }) => delivery)).toEqual(["2.0"]);
});

test("no set without a token is made where EC2 may not take the role, or there is no generation", () => {
  const { world } = openTestWorld();
  const { instance, role } = makeCredentialed(world);
  makeRole(world, "app", { ...role, trust: NO_TRUST });
  world.rotation.deliverWithoutToken(setOptions(world, instance, { tokens: "optional" }));
  expect(current(world, instance)!.keys).toHaveLength(1);
  const bare = makeInstance(world);
  world.rotation.deliverWithoutToken(bare);
  expect(numbers(world, bare)).toEqual([]);
});

test.each<[what: string, schedule: Schedule, due: number | undefined]>([
  ["due later", { lifetime: 3 * HOUR, renewEvery: 2 * HOUR }, START + 2 * HOUR],
  ["due already", PROFILES.tiny, START + 5 * MINUTE],
  ["never due", PROFILES.frozen, undefined],
])("another schedule, under which the next is %s: counted from the current one's issue", async (_, schedule, due) => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const { stated } = current(world, instance)!;
  clock.pass(10 * MINUTE);
  world.rotation.setSchedule(schedule);
  expect(world.schedule()).toEqual(schedule);
  expect(world.rotation.nextDue()).toBe(due);
  expect(current(world, instance)!.stated).toBe(stated);
  await tick(world);
  const isPast = due !== undefined && due <= world.now();
  expect(current(world, instance)!.number).toBe(isPast ? 3 : 1);
});

test("an instance's own schedule is its own: the world's does not move it, nor it the others", () => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  const other = associateNow(world, makeInstance(world, "other"), profile);
  world.rotation.setSchedule(PROFILES.tiny, fresh(world, instance));
  expect(world.schedule()).toEqual(PROFILES.ec2);
  expect(fresh(world, other).schedule).toBeUndefined();
  world.rotation.setSchedule(PROFILES.frozen);
  expect(world.rotation.nextDue()).toBe(START + 5 * MINUTE);
  expect(world.rotation.issueNow(fresh(world, instance))?.stated).toBe(START + 15 * MINUTE);
  expect(fresh(world, instance).schedule).toEqual(PROFILES.tiny);
});

test("frozen: one generation, also where the role comes late, and thawed it goes on", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule(PROFILES.frozen);
  const profile = makeProfile(world, "app");
  const instance = associateNow(world, makeInstance(world), profile);
  makeRole(world, "app");
  world.change(() => world.account(ACCOUNT).instanceProfiles.put({ ...profile, roleName: "app" }));
  clock.pass(15 * MINUTE);
  await tick(world);
  expect(numbers(world, instance)).toEqual([1]);
  clock.pass(DAY);
  await tick(world);
  expect(numbers(world, instance)).toEqual([1]);
  world.rotation.setSchedule(PROFILES.fast);
  await tick(world);
  expect(current(world, instance)!.number).toBeGreaterThan(1);
});

test("thawed, an instance that never had a generation gets one", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule(PROFILES.frozen);
  const instance = associateNow(world, makeInstance(world), makeProfile(world, "app", "app"));
  world.rotation.setSchedule(PROFILES.tiny);
  makeRole(world, "app");
  clock.pass(5 * MINUTE);
  await tick(world);
  expect(numbers(world, instance)).toEqual([1]);
});

test("with an overlap each successor ends the generation before it, over failed ones too", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule({ lifetime: HOUR, renewEvery: 10 * MINUTE, overlap: MINUTE });
  const { instance, role } = makeCredentialed(world);
  const [first] = keyIds(world, instance);
  makeRole(world, "app", { ...role, trust: NO_TRUST });
  clock.pass(10 * MINUTE);
  await tick(world);
  expect(current(world, instance)).toMatchObject({ number: 2, keys: [] });
  expect(world.rotation.endOf(first!)).toBeUndefined();
  makeRole(world, "app", role);
  clock.pass(10 * MINUTE);
  await tick(world);
  expect(current(world, instance)).toMatchObject({ number: 3, code: "Success" });
  expect(world.rotation.endOf(first!)).toBe(START + 21 * MINUTE);
  expect(liveKeys(world, instance)).toHaveLength(2);
  clock.pass(MINUTE);
  expect(liveKeys(world, instance)).toEqual(keyIds(world, instance));
});

test("a successor that ends its predecessor makes every known identity stale", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule({ lifetime: HOUR, renewEvery: 10 * MINUTE, overlap: MINUTE });
  makeCredentialed(world);
  clock.pass(10 * MINUTE);
  const told: boolean[] = [];
  world.watch(({ identities }) => told.push(identities));
  await tick(world);
  expect(told).toEqual([true]);
});

test("ended keys are forgotten a day after their sessions are over, those ended by hand never", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule({ lifetime: 20 * MINUTE, renewEvery: 10 * MINUTE, overlap: 0 });
  const { instance } = makeCredentialed(world);
  const [first] = keyIds(world, instance);
  world.rotation.endKeys(["ASIAHANDEXAMPLE"], world.now());
  for (const by of [10 * MINUTE, DAY, -DAY, HOUR]) {
    moveClock(world, by);
    await tick(world);
    expect(world.rotation.endOf(first!)).toBe(START + 10 * MINUTE);
  }
  clock.pass(2 * DAY);
  await tick(world);
  expect(world.rotation.endOf(first!)).toBeUndefined();
  expect(world.rotation.endOf("ASIAHANDEXAMPLE")).toBe(START);
});

test("every key of an instance, of all generations and deliveries, can be ended; metadata goes on showing them", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world, { tokens: "optional" });
  clock.pass(HOUR);
  await tick(world);
  const keys = liveKeys(world, instance);
  expect(keys).toHaveLength(4);
  const before = viewOf(world, fresh(world, instance));
  world.rotation.endKeys(keys, world.now());
  expect(liveKeys(world, instance)).toEqual([]);
  expect(viewOf(world, fresh(world, instance))).toEqual(before);
});

test("an issue is in the trail as EC2's AssumeRole and in the timeline, at the time of the generation", async () => {
  const { world, clock } = openTestWorld();
  const { instance, role } = makeCredentialed(world, { tokens: "optional" });
  clock.pass(HOUR + MINUTE);
  await tick(world);
  const sets = world.tables.generations
    .list(instance.id)
    .flatMap(({ keys, number }) => keys.map((set) => ({ ...set, number })));
  expect(sets).toHaveLength(4);
  const issue = { Kind: "issue", Instance: instance.id, Service: "sts", Action: "AssumeRole", Resource: role.arn };
  expect(world.timeline.query({ limit: 9 })).toMatchObject(
    sets.map(({ accessKeyId, number }) => ({
      ...issue,
      AccessKeyId: accessKeyId,
      Generation: number,
      Time: START + (number - 1) * HOUR,
    })),
  );
  const recorded = world.trail
    .lookUp({ limit: 9 })
    .map(({ record }) => JSON.parse(record).responseElements.credentials.accessKeyId);
  expect(recorded.sort()).toEqual(sets.map(({ accessKeyId }) => accessKeyId).sort());
});

test("a rotation that is undone leaves no trace", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const facts = () => [
    world.tables.generations.list(instance.id),
    world.rotation.nextDue(),
    world.trail.count(),
    world.timeline.count(),
    world.schedule(),
  ];
  const before = facts();
  const work = () =>
    world.change(() => {
      world.rotation.setSchedule(PROFILES.tiny);
      world.rotation.issueNow(fresh(world, instance));
      world.rotation.endKeys(liveKeys(world, instance), world.now());
      throw new Error("no");
    });
  expect(work).toThrow("no");
  expect(facts()).toEqual(before);
  expect(liveKeys(world, instance)).toHaveLength(1);
});

test("what is due while the process is down is issued at the next start", async () => {
  const state = temporaryDirectory();
  const first = openTestWorld({ state });
  const { instance } = makeCredentialed(first.world);
  first.world.close();
  first.clock.pass(150 * MINUTE);
  const { world } = openTestWorld({ state, clock: first.clock });
  await tick(world);
  expect(numbers(world, instance)).toEqual([1, 2, 3]);
  world.close();
});

test("forgotten: nothing is due, numbers begin anew, and keys ended by hand are good again", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const keys = liveKeys(world, instance);
  world.change(() => {
    world.rotation.endKeys(keys, world.now());
    world.rotation.forget();
  });
  expect([world.rotation.nextDue(), world.rotation.endOf(keys[0]!)]).toEqual([undefined, undefined]);
  expect(world.rotation.issueNow(fresh(world, instance))?.number).toBe(1);
});
