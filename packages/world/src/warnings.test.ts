// Warnings: each cause is told once for an instance until something changes, in words that hold the client's own
// figures; what is ordinary is not told at all.
import { beforeEach, expect, test } from "@jest/globals";
import type { EventRecord } from "@rolemint/authority";
import {
  fresh,
  HOUR,
  MINUTE,
  makeCredentialed,
  openTestWorld,
  SECOND,
  type TestClock,
  tick,
} from "../../../test/support/world.ts";
import { clientOf, lifetimeWarning } from "./clients.ts";
import type { Schedule } from "./rotation.ts";
import type { Instance } from "./rows.ts";
import { openWarnings } from "./warnings.ts";
import type { World } from "./world.ts";

const BOTO3 = "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 lang/python#3.12.3";
const RUST = "aws-sdk-rust/1.157.0 ua/2.1 api/s3/1.1 os/linux lang/rust/1.90.0";

let world: World;
let clock: TestClock;
let instance: Instance;

beforeEach(() => {
  ({ world, clock } = openTestWorld());
});

/** An instance whose first credentials are of this schedule. */
function launch(schedule: Schedule): void {
  world.setSchedule(schedule);
  instance = makeCredentialed(world, { tokens: "optional" }).instance;
}

const event = (given: Partial<EventRecord>): EventRecord => ({
  Time: world.now(),
  Kind: "call",
  Instance: instance.id,
  UserAgent: BOTO3,
  ...given,
});
const fetched = (Generation: number, given: Partial<EventRecord> = {}) =>
  event({ Kind: "metadata", Action: "v2", Status: 200, Generation, AccessKeyId: "ASIAEXAMPLE", ...given });
const called = (Generation: number, given: Partial<EventRecord> = {}) => event({ Generation, ...given });
const read = (Action: "v1" | "v2", Status: number, given: Partial<EventRecord> = {}) =>
  event({ Kind: "metadata", Action, Status, Path: "/latest/meta-data/instance-id", ...given });
const asked = (Status?: number) => event({ Kind: "metadata", Action: "v2", Status, Path: "/latest/api/token" });

/** What is said while these are noted. */
function said(...events: EventRecord[]): string[] {
  const before = world.timeline.last();
  world.note(events);
  return world.timeline.query({ after: before, kinds: ["warning"], limit: 99 }).map(({ Message }) => Message!);
}

async function pass(milliseconds: number): Promise<void> {
  clock.pass(milliseconds);
  await tick(world);
}

const SHORT: Schedule = { lifetime: MINUTE, renewEvery: 30 * SECOND };

test("a lifetime under the client's window, in the words of the figures", () => {
  launch(SHORT);
  expect(said(fetched(1))).toEqual([
    "Boto3 1.44 refreshes at 15m; a lifetime of 1m makes about 60\u00a0% of its calls fail; EC2 never would",
  ]);
  expect(said(fetched(1), called(1), called(1))).toEqual([]);
  expect(said(called(1, { UserAgent: RUST }))).toEqual([]);
  expect(world.warnings.of(instance.id)).toMatchObject([{ code: "LifetimeTooShort", time: world.now() }]);
});

test("is told of the next generation only when the schedule is another, and goes when the lifetime is long enough", async () => {
  launch({ ...SHORT, jitter: 5 * SECOND });
  expect(said(fetched(1))).toHaveLength(1);
  await pass(30 * SECOND);
  expect(said(fetched(2), called(2))).toEqual([]);
  world.rotation.setSchedule({ lifetime: 2 * MINUTE, renewEvery: MINUTE });
  await pass(MINUTE);
  const current = () => world.rotation.current(fresh(world, instance))!.number;
  expect(said(fetched(current()))).toEqual([expect.stringContaining("a lifetime of 2m makes about 38")]);
  world.rotation.setSchedule({ lifetime: HOUR, renewEvery: 10 * MINUTE });
  await pass(10 * MINUTE);
  expect(said(fetched(current()))).toEqual([]);
  expect(world.warnings.of(instance.id)).toEqual([]);
  world.rotation.setSchedule({ lifetime: 2 * MINUTE, renewEvery: MINUTE });
  await pass(10 * MINUTE);
  expect(said(fetched(current()))).toHaveLength(1);
});

test("schedules that every client is at ease with are not told", () => {
  launch({ lifetime: 6 * HOUR, renewEvery: HOUR });
  for (const UserAgent of [BOTO3, RUST, "aws-sdk-js/3.1169.0", "s3fs/1.90", "aws-sdk-crt/aws-imds-client", undefined]) {
    expect(said(fetched(1, { UserAgent }), called(1, { UserAgent }))).toEqual([]);
  }
});

test("metadata without a token, though there are tokens, once a client", () => {
  launch({ lifetime: 6 * HOUR, renewEvery: HOUR });
  expect(said(read("v2", 200), read("v1", 404))).toEqual([]);
  expect(said(read("v1", 200), read("v1", 200))).toEqual([
    expect.stringMatching(/^Boto3 1\.44 reads metadata without a token \(IMDSv1\), though it could have one/),
  ]);
  expect(said(read("v1", 200, { UserAgent: "curl/8.5.0" }))).toEqual([expect.stringMatching(/^curl\/8\.5\.0 reads/)]);
  expect(said(read("v1", 401), read("v1", 401))).toEqual([
    "Boto3 1.44 asks for metadata without a token, and gets 401: this instance requires tokens",
  ]);
});

test.each<[status: number | undefined, reason: string]>([
  [403, "(IMDSv1) after its request for one got 403,"],
  [200, "(IMDSv1) though one was sent: the answer did not reach it, as with a hop limit that is too low,"],
  [undefined, "(IMDSv1) after its request for one got no answer,"],
])("a client that falls back after a token request with %p", (status, reason) => {
  launch({ lifetime: 6 * HOUR, renewEvery: HOUR });
  expect(said(asked(status), read("v1", 200))).toEqual([expect.stringContaining(reason)]);
});

test("an app that never refreshed is told of when its key is past its client's window", async () => {
  launch({ lifetime: HOUR, renewEvery: 20 * MINUTE });
  expect(said(fetched(1), called(1))).toEqual([]);
  await pass(20 * MINUTE);
  expect(said(called(1))).toEqual([]);
  await pass(29 * MINUTE);
  expect(said(called(1))).toEqual([]);
  await pass(2 * MINUTE);
  expect(said(called(1), called(1))).toEqual([
    "Boto3 1.44 calls with the key of generation 1, which has 9m left; generation 3 has been out for 11m, and this instance has never asked for it",
  ]);
  await pass(10 * MINUTE);
  expect(said(called(1, { Kind: "refusal", Code: "ExpiredToken" }))).toEqual([]);
  expect(said(called(1, { UserAgent: RUST, Kind: "refusal", Code: "ExpiredToken" }))).toEqual([
    expect.stringMatching(/^AWS SDK for Rust 1\.157 calls with the key of generation 1, which has ended; generation 4/),
  ]);
});

test("a key that is used on after its instance fetched the next one", async () => {
  launch({ lifetime: HOUR, renewEvery: 20 * MINUTE });
  said(fetched(1), called(1));
  await pass(20 * MINUTE);
  said(fetched(2));
  await pass(15 * MINUTE);
  expect(said(called(1), called(2))).toEqual([]);
  await pass(20 * MINUTE);
  expect(said(called(1))).toEqual([
    expect.stringMatching(
      /which has 5m left; .*has fetched generation 2: another process, or a copy of the keys, was left/,
    ),
  ]);
  expect(world.warnings.of(instance.id)).toMatchObject([{ code: "OldKeyUsed" }]);
});

test("in EC2's own schedule old keys are ordinary for hours, whoever uses them", async () => {
  launch({ lifetime: 6 * HOUR, renewEvery: HOUR });
  for (let hour = 0; hour < 5; hour++) {
    await pass(HOUR);
    for (const UserAgent of [BOTO3, RUST, "aws-sdk-go-v2/1.47.7", "MinIO (linux; amd64) minio-go/v7.0.95", undefined]) {
      if (hour < 4 || UserAgent === RUST) expect(said(called(1, { UserAgent }))).toEqual([]);
    }
  }
});

test("a client that comes to the newest generation has nothing said of it any more", async () => {
  launch({ lifetime: HOUR, renewEvery: 20 * MINUTE });
  await pass(55 * MINUTE);
  expect(said(called(1))).toHaveLength(1);
  expect(said(fetched(3), called(3))).toEqual([]);
  expect(world.warnings.of(instance.id)).toEqual([]);
});

test("watchers are told of each, and a reset forgets all", () => {
  launch(SHORT);
  const told: string[] = [];
  const stop = world.warnings.watch(({ code }, id) => told.push(`${code} ${id}`));
  said(fetched(1));
  expect(told).toEqual([`LifetimeTooShort ${instance.id}`]);
  world.warnings.clear();
  expect(world.warnings.of(instance.id)).toEqual([]);
  stop();
  expect(said(fetched(1))).toHaveLength(1);
  expect(told).toHaveLength(1);
});

test("memory is bounded whatever clients call themselves", () => {
  launch(SHORT);
  const warnings = openWarnings(world);
  const events = Array.from({ length: 5000 }, (_, n) => read("v1", 200, { UserAgent: `app-${n}/1.0` }));
  expect(warnings.look(events).length).toBeLessThanOrEqual(32);
  expect(warnings.of(instance.id).length).toBeLessThanOrEqual(32);
});

test.each<[userAgent: string | undefined, label: string]>([
  [BOTO3, "Boto3 1.44"],
  ["Botocore/1.44.5 ua/2.1", "botocore 1.44"],
  ["aws-cli/2.31.1 md/awscrt#0.27.6 ua/2.1", "AWS CLI 2.31"],
  ["aws-cli/1.46.3 md/Botocore#1.44.5 ua/2.1", "AWS CLI 1.46"],
  ["aws-sdk-js/3.1169.0 ua/2.1 os/linux", "AWS SDK for JavaScript 3.1169"],
  ["aws-sdk-go-v2/1.47.7 ua/2.1 os/linux", "AWS SDK for Go 1.47"],
  ["aws-sdk-go/1.55.5 (go1.22; linux; amd64)", "AWS SDK for Go 1.55"],
  ["aws-sdk-java/2.57.0 md/io#sync", "AWS SDK for Java 2.57"],
  [RUST, "AWS SDK for Rust 1.157"],
  ["aws-sdk-ruby3/3.170.0 ruby/3.1", "AWS SDK for Ruby 3.170"],
  ["aws-sdk-php/3.300.0", "AWS SDK for PHP 3.300"],
  ["s3fs/1.90 (commit hash unknown; OpenSSL)", "s3fs 1.90"],
  ["MinIO (linux; amd64) minio-go/v7.0.95 restic/0.14", "minio-go 7.0"],
  ["rclone/v1.60.1-DEV", "rclone 1.60"],
  ["aws-sdk-crt/aws-imds-client", "AWS common runtime"],
  ["my-app/2.0 Boto3/1.44.5", "Boto3 1.44"],
  ["curl/8.5.0", "curl/8.5.0"],
  ["", "a client without User-Agent"],
  [undefined, "a client without User-Agent"],
])("%p is %s", (userAgent, label) => {
  expect(clientOf(userAgent).label).toBe(label);
});

test.each<[minutes: number, overlapMinutes: number, text: string | undefined]>([
  [0.5, 0.25, "a lifetime of 30s makes at least 60\u00a0% of its calls fail; EC2 never would"],
  [1.5, 0.75, "a lifetime of 1m30s makes about 49\u00a0% of its calls fail; EC2 never would"],
  [8, 5, "a lifetime of 8m makes about 0.2\u00a0% of its calls fail; EC2 never would"],
  [8, 2, "a lifetime of 8m makes up to 7\u00a0% of its calls fail; EC2 never would"],
  [8, 1, "a lifetime of 8m makes at least 7\u00a0% of its calls fail; EC2 never would"],
  [10, 5, "a lifetime of 10m makes it ask the metadata service about 108 times an hour; with EC2's it is about 5"],
  [15, 5, undefined],
])("botocore with keys of %d minutes, their successors %d minutes before the end", (minutes, overlap, text) => {
  const told = lifetimeWarning(clientOf(BOTO3), minutes * MINUTE, overlap * MINUTE);
  expect(told).toBe(text && `Boto3 1.44 refreshes at 15m; ${text}`);
});
