// The timeline: a bounded list of events with ids that only grow, asked for by place, time and instance.
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { EventRecord } from "@rolemint/authority";
import { temporaryDirectory } from "../../../test/support/world.ts";
import { openTimeline } from "./timeline.ts";

const event = (Time: number, given: Partial<EventRecord> = {}): EventRecord => ({ Time, Kind: "call", ...given });
const many = (count: number) => Array.from({ length: count }, (_, n) => event(n));
const ids = (events: readonly { Id: number }[]) => events.map(({ Id }) => Id);

test("an event comes back as it was, without what it had not", () => {
  const timeline = openTimeline("memory");
  const whole: Required<Omit<EventRecord, "Management">> = {
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
