// A world as a whole: changes and who is told of them, its clock, and what a state remembers.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "@jest/globals";
import type { EventRecord, Moved } from "@rolemint/authority";
import {
  ACCOUNT,
  HOUR,
  makeCredentialed,
  makeInstance,
  makeRole,
  moveClock,
  openTestWorld,
  SECOND,
  START,
  temporaryDirectory,
} from "../../../test/support/world.ts";
import { PROFILES } from "./rotation.ts";
import { StateError } from "./store.ts";

const event = (Action: string): EventRecord => ({ Time: START, Kind: "call", Action });
const noted = (world: ReturnType<typeof openTestWorld>["world"]) =>
  world.timeline.query({ limit: 100 }).map(({ Action }) => Action);

test("changes inside one another are one: one revision, one telling, one transaction", () => {
  const { world } = openTestWorld();
  const told: Moved[] = [];
  world.watch((moved) => told.push(moved));
  const before = world.revision();
  const [first, second] = world.change(() => {
    const made = [makeInstance(world, "a"), makeInstance(world, "b")];
    world.change(() => makeRole(world, "app"));
    expect(told).toEqual([]);
    return made;
  });
  const instances = [first!.id, second!.id];
  expect(told).toEqual([
    { revision: before + 1, identities: true, clock: false, faults: false, instances, buckets: [] },
  ]);
  expect(world.revision()).toBe(before + 1);
});

test("watchers are told before the change returns, of what already stands; one that stopped is not", () => {
  const { world } = openTestWorld();
  const seen: (string | undefined)[] = [];
  const stop = world.watch(() => seen.push(world.account(ACCOUNT).roles.get("app")?.description));
  makeRole(world, "app", { description: "one" });
  expect(seen).toEqual(["one"]);
  stop();
  makeRole(world, "app", { description: "two" });
  expect(seen).toEqual(["one"]);
});

test("what moves nothing counts no revision and tells nobody", () => {
  const { world } = openTestWorld();
  makeRole(world, "app");
  const told: Moved[] = [];
  world.watch((moved) => told.push(moved));
  const before = world.revision();
  world.change(() => world.account(ACCOUNT).roles.get("app"));
  world.change(() => world.store.putSetting("other", "1"));
  expect([told, world.revision()]).toEqual([[], before]);
});

test("a throw takes everything back: rows, what moved, noted events, the clock and the schedule", () => {
  const { world } = openTestWorld();
  const told: Moved[] = [];
  world.watch((moved) => told.push(moved));
  const [revision, line, schedule] = [world.revision(), world.clockLine(), world.schedule()];
  const work = () =>
    world.change(() => {
      makeRole(world, "app");
      moveClock(world, HOUR);
      world.rotation.setSchedule(PROFILES.tiny);
      world.note([event("undone")]);
      throw new Error("no");
    });
  expect(work).toThrow("no");
  expect([world.revision(), world.clockLine(), world.schedule(), world.now()]).toEqual([
    revision,
    line,
    schedule,
    START,
  ]);
  expect(world.account(ACCOUNT).roles.count()).toBe(0);

  const instance = makeInstance(world);
  expect(told).toEqual([
    { revision: revision + 1, identities: false, clock: false, faults: false, instances: [instance.id], buckets: [] },
  ]);
  world.note([event("kept")]);
  expect(noted(world)).toEqual(["kept"]);
});

test("events noted within a change come into the timeline when it stands", () => {
  const { world } = openTestWorld();
  world.change(() => {
    world.note([event("within")]);
    expect(noted(world)).toEqual([]);
  });
  expect(noted(world)).toEqual(["within"]);
});

test("a watcher may change the world itself, and loses nobody's events", () => {
  const { world } = openTestWorld();
  const stop = world.watch(() => {
    stop();
    world.change(() => {
      makeRole(world, "second");
      world.note([event("second")]);
    });
  });
  world.change(() => {
    makeRole(world, "first");
    world.note([event("first")]);
  });
  expect(world.account(ACCOUNT).roles.count()).toBe(2);
  expect(noted(world).sort()).toEqual(["first", "second"]);
});

test("a write outside of a change is a mistake that shows", () => {
  const { world } = openTestWorld();
  const role = makeRole(world, "app");
  expect(() => world.account(ACCOUNT).roles.put(role)).toThrow("outside of a change");
});

test("a watcher that is told of the clock reads the new time", () => {
  const { world } = openTestWorld();
  const times: number[] = [];
  world.watch(({ clock }) => clock && times.push(world.now()));
  moveClock(world, HOUR);
  expect(times).toEqual([START + HOUR]);
});

test.each([
  ["as the host's", 1, 10 * SECOND],
  ["twice as fast", 2, 20 * SECOND],
  ["at a tenth", 0.1, SECOND],
  ["not at all", 0, 0],
])("the clock goes %s", (_, rate, passed) => {
  const { world, clock } = openTestWorld();
  world.setClock({ at: clock.now(), time: START + HOUR, rate });
  clock.pass(10 * SECOND);
  expect(world.now()).toBe(START + HOUR + passed);
});

test.each([
  [1, HOUR],
  [60, 60 * HOUR],
  [0, 0],
])("over a restart the clock keeps its rate %p and has gone on", (rate, passed) => {
  const state = temporaryDirectory();
  const { world, clock } = openTestWorld({ state });
  world.setClock({ at: clock.now(), time: START + 5 * HOUR, rate });
  world.close();
  clock.pass(HOUR);
  const again = openTestWorld({ state, clock }).world;
  expect(again.now()).toBe(START + 5 * HOUR + passed);
  again.close();
});

test("a start time counts when the state is made, and never again", () => {
  const state = temporaryDirectory();
  const startTime = Date.parse("2030-01-01T00:00:00Z");
  const { world, clock } = openTestWorld({ state, startTime });
  expect(world.now()).toBe(startTime);
  world.close();
  clock.pass(SECOND);
  const again = openTestWorld({ state, clock, startTime: START }).world;
  expect(again.now()).toBe(startTime + SECOND);
  again.close();
});

test("a restart changes nothing: rows, revision, schedule, documents, sessions, metadata tokens", () => {
  const state = temporaryDirectory();
  const { world, clock } = openTestWorld({ state });
  const { instance } = makeCredentialed(world);
  world.rotation.setSchedule(PROFILES.fast);
  const facts = (one: typeof world) => ({
    instance: one.tables.instances.get(instance.id),
    current: one.rotation.current(instance),
    due: one.rotation.nextDue(),
    schedule: one.schedule(),
    revision: one.revision(),
    tokenKey: one.metadataTokenKey(instance.id),
    session: one.sealer.open(one.rotation.current(instance)!.keys[0]!.token),
    salt: one.rotationSalt,
    trail: one.trail.lookUp({ limit: 50 }),
    events: one.timeline.query({ limit: 50 }),
  });
  const before = facts(world);
  world.close();
  const again = openTestWorld({ state, clock }).world;
  expect(before.session).toBeDefined();
  expect(before.trail).toHaveLength(1);
  expect(facts(again)).toEqual(before);
  again.close();
});

test("each instance has a metadata token key of its own, and each state others", () => {
  const { world } = openTestWorld({ state: temporaryDirectory() });
  const other = openTestWorld({ entropy: (size) => Buffer.alloc(size, 9) }).world;
  const keys = [world.metadataTokenKey("i-1"), world.metadataTokenKey("i-2"), other.metadataTokenKey("i-1")];
  expect(new Set(keys).size).toBe(3);
  expect(keys.map((key) => Buffer.from(key, "base64").length)).toEqual([32, 32, 32]);
  world.close();
});

test.each([
  ["account", { accountId: "444455556666" }],
  ["region", { region: "eu-west-1" }],
])("another %s on the same state is refused, and the state left free", (_, other) => {
  const state = temporaryDirectory();
  const { world } = openTestWorld({ state });
  makeRole(world, "app");
  world.close();
  const database = () => readFileSync(join(state, "world.db"), "base64");
  const before = database();
  expect(() => openTestWorld({ state, ...other })).toThrow(StateError);
  expect(() => openTestWorld({ state, ...other })).toThrow(/the state is of account 111122223333 in us-east-1/);
  expect(database()).toBe(before);
  const again = openTestWorld({ state }).world;
  expect(again.account(ACCOUNT).roles.count()).toBe(1);
  again.close();
});

test("a timeline that is no database is refused as the state is, and the state left free", () => {
  const state = temporaryDirectory();
  openTestWorld({ state }).world.close();
  writeFileSync(join(state, "events.db"), "not a database, but long enough to be looked at".repeat(50));
  expect(() => openTestWorld({ state })).toThrow(StateError);
  writeFileSync(join(state, "events.db"), "");
  openTestWorld({ state }).world.close();
});

test("after close, reads that were still to be recorded are dropped without a crash", async () => {
  const { world } = openTestWorld();
  const call = { time: START, region: "us-east-1", accountId: ACCOUNT, eventSource: "iam.amazonaws.com" };
  const rest = { eventName: "GetRole", readOnly: true, identity: {}, sourceIp: "", userAgent: "", requestId: "" };
  world.trail.later({ ...call, ...rest });
  world.close();
  world.trail.later({ ...call, ...rest });
  world.note([event("late")]);
  await new Promise(setImmediate);
});

test("the state is a handful of files, and the database passes SQLite's own check", () => {
  const state = temporaryDirectory();
  const { world } = openTestWorld({ state });
  makeCredentialed(world);
  world.close();
  expect(readdirSync(state).sort()).toEqual([".gitignore", "events.db", "pid", "world.db"]);
  const db = new DatabaseSync(join(state, "world.db"));
  expect(Object.values(db.prepare("PRAGMA integrity_check").get()!)).toEqual(["ok"]);
  db.close();
});
