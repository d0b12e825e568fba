// The timeline: a bounded list of events with ids that only grow, asked for by place, time and instance.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "@jest/globals";
import type { EventRecord } from "@rolemint/authority";
import { temporaryDirectory } from "../../../test/support/world.ts";
import { type EventFilter, type EventQuery, openTimeline } from "./timeline.ts";

const event = (Time: number, given: Partial<EventRecord> = {}): EventRecord => ({ Time, Kind: "call", ...given });
const many = (count: number) => Array.from({ length: count }, (_, n) => event(n));
const ids = (events: readonly { Id: number }[]) => events.map(({ Id }) => Id);

test("an event comes back as it was, without what it had not", () => {
  const timeline = openTimeline("memory");
  const whole: Required<Omit<EventRecord, "Management" | "Refusal">> = {
    Time: 1,
    Kind: "refusal",
    Instance: "i-1",
    Generation: 3,
    AccessKeyId: "ASIAEXAMPLE",
    Path: "/latest",
    Service: "s3",
    Action: "GetObject",
    Resource: "arn:aws:s3:::demo/a",
    Status: 403,
    Code: "AccessDenied",
    RequestId: "r",
    UserAgent: "test",
    Message: "Access Denied",
    Expiration: 4,
  };
  timeline.append([whole, event(2, { Instance: undefined })]);
  expect(timeline.query({ limit: 9 })).toEqual([
    { Id: 1, ...whole },
    { Id: 2, Time: 2, Kind: "call" },
  ]);
});

test("asked for by place, time and instance, oldest first, so many at most", () => {
  const timeline = openTimeline("memory");
  timeline.append([
    event(10, { Instance: "a" }),
    event(20, { Instance: "b" }),
    event(30, { Instance: "a" }),
    event(15),
  ]);
  expect(ids(timeline.query({ limit: 2 }))).toEqual([1, 2]);
  expect(ids(timeline.query({ after: 2, limit: 9 }))).toEqual([3, 4]);
  expect(ids(timeline.query({ since: 15, limit: 9 }))).toEqual([2, 3, 4]);
  expect(ids(timeline.query({ instance: "a", limit: 9 }))).toEqual([1, 3]);
  expect(ids(timeline.query({ instance: "a", after: 1, since: 30, limit: 9 }))).toEqual([3]);
  expect(ids(timeline.query({ after: 4, limit: 9 }))).toEqual([]);
});

test.each<[given: Partial<EventRecord>, filter: EventFilter]>([
  [{ Instance: "i-1" }, { instance: "i-1" }],
  [{ Kind: "warning" }, { kinds: ["fault", "warning"] }],
  [{ AccessKeyId: "ASIAEXAMPLE" }, { accessKeyId: "ASIAEXAMPLE" }],
  [{ Generation: 3 }, { generation: 3 }],
  [{ Action: "GetObject" }, { action: "GetObject" }],
  [{ Status: 403 }, { status: 403 }],
  [{ Code: "AccessDenied" }, { code: "AccessDenied" }],
  [{ RequestId: "r" }, { requestId: "r" }],
  [{ Time: 20 }, { since: 20, until: 21 }],
])("%j is found by %j and not by another", (given, filter) => {
  const timeline = openTimeline("memory");
  const others = {
    Instance: "i-2",
    AccessKeyId: "A",
    Generation: 4,
    Action: "v2",
    Status: 200,
    Code: "C",
    RequestId: "s",
  };
  timeline.append([event(19, others), { ...event(21, others), ...given }, event(21, others)]);
  expect(ids(timeline.query({ ...filter, limit: 9 }))).toEqual([2]);
  expect(timeline.query({ ...filter, kinds: [], limit: 9 })).toEqual([]);
});

test("a search in slices finds the same, says how far it looked, and breathes", async () => {
  const timeline = openTimeline("memory");
  timeline.append(Array.from({ length: 50_000 }, (_, n) => event(n, { Generation: n % 25_000 })));
  let breaths = 0;
  const search = (query: Partial<EventQuery>) =>
    timeline.search({ limit: 100, ...query }, async () => {
      breaths++;
    });
  const found = await search({ generation: 24_999 });
  expect([ids(found.events), found.upTo]).toEqual([[25_000, 50_000], 50_000]);
  expect(breaths).toBeGreaterThan(0);
  const first = await search({ generation: 24_999, limit: 1 });
  expect([ids(first.events), first.upTo]).toEqual([[25_000], 25_000]);
  const none = await search({ generation: 24_999, after: 25_000, upTo: 40_000 });
  expect([ids(none.events), none.upTo]).toEqual([[], 40_000]);
});

test("what is no longer kept is counted, what was cleared is not, and both over restarts", () => {
  const directory = temporaryDirectory();
  const open = () => openTimeline(directory, 10);
  const timeline = open();
  timeline.append(many(10));
  expect([timeline.missedAfter(0), timeline.missedAfter(4)]).toEqual([0, 0]);
  timeline.append(many(5));
  expect([timeline.missedAfter(0), timeline.missedAfter(4), timeline.missedAfter(15)]).toEqual([5, 1, 0]);
  timeline.close();
  const again = open();
  expect([again.missedAfter(0), again.count(), again.last()]).toEqual([5, 10, 15]);
  again.clear();
  expect([again.missedAfter(0), again.count()]).toEqual([0, 0]);
  again.close();
  const third = open();
  third.append(many(12));
  expect([third.missedAfter(0), third.missedAfter(16), third.count()]).toEqual([2, 1, 10]);
  third.close();
});

test("what never arrived is counted until it is cleared", () => {
  const timeline = openTimeline("memory");
  timeline.lose(3);
  timeline.lose(4);
  expect(timeline.dropped()).toBe(7);
  timeline.clear();
  expect(timeline.dropped()).toBe(0);
});

test("a file of an earlier version is read, and takes what it had no column for", () => {
  const directory = temporaryDirectory();
  const old = new DatabaseSync(join(directory, "events.db"));
  old.exec("CREATE TABLE events (Id INTEGER PRIMARY KEY AUTOINCREMENT, Time, Kind, Instance)");
  old.exec("CREATE INDEX events_time ON events (Time); INSERT INTO events VALUES (7, 1, 'call', 'i-1')");
  old.close();
  const timeline = openTimeline(directory);
  timeline.append([event(2, { Code: "C", Message: "why" })]);
  expect(timeline.query({ limit: 9 })).toEqual([
    { Id: 7, Time: 1, Kind: "call", Instance: "i-1" },
    { Id: 8, Time: 2, Kind: "call", Code: "C", Message: "why" },
  ]);
  timeline.close();
});

test("only about as many are kept as the bound says, the newest", () => {
  const timeline = openTimeline("memory", 100);
  for (let round = 0; round < 50; round++) timeline.append(many(7));
  expect(timeline.count()).toBeGreaterThanOrEqual(100);
  expect(timeline.count()).toBeLessThanOrEqual(108);
  expect(timeline.last()).toBe(350);
  expect(timeline.query({ limit: 1 })[0]!.Id).toBeGreaterThan(240);
  timeline.append(many(1000));
  expect(timeline.count()).toBe(100);
});

test("an id is never given twice, over clearing and over restarts", () => {
  const directory = temporaryDirectory();
  const timeline = openTimeline(directory);
  expect(timeline.last()).toBe(0);
  timeline.append(many(3));
  timeline.clear();
  expect([timeline.count(), timeline.last()]).toEqual([0, 3]);
  timeline.close();
  const again = openTimeline(directory);
  again.append(many(1));
  expect(ids(again.query({ limit: 9 }))).toEqual([4]);
  again.close();
});

test("watchers are told after each batch, when it can be read, and not of an empty one", () => {
  const timeline = openTimeline("memory");
  const counts: number[] = [];
  const stop = timeline.watch(() => counts.push(timeline.count()));
  timeline.append(many(2));
  timeline.append([]);
  timeline.append(many(1));
  stop();
  timeline.append(many(1));
  expect(counts).toEqual([2, 3]);
});

test("a batch that cannot be written is not written by half, and the next one is", () => {
  const timeline = openTimeline("memory");
  const wrong = { ...event(2), Status: {} as number };
  expect(() => timeline.append([event(1), wrong])).toThrow();
  expect(timeline.count()).toBe(0);
  timeline.append([event(3)]);
  expect(timeline.count()).toBe(1);
});

test("a directory that is not there is refused", () => {
  expect(() => openTimeline(join(temporaryDirectory(), "none"))).toThrow(/events\.db cannot be used/);
});
