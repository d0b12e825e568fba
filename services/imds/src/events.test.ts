// Events: what one says, that they go out in batches, and what happens when nobody takes them.
import { expect, test } from "@jest/globals";
import type { EventRecord } from "@rolemint/authority";
import { hostEntropy } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";
import { metadataEvent, metadataEvents } from "./events.ts";
import type { MetadataRequest } from "./request.ts";
import { respond } from "./respond.ts";
import { SAMPLE_NOW, SAMPLE_VIEW, SAMPLE_VIEWS } from "./sample-view.fixture.ts";

const DOCUMENT = "/latest/meta-data/iam/security-credentials/s3access";

function eventOf(method: string, target: string, rawHeaders: readonly string[], view = SAMPLE_VIEW): EventRecord {
  const request: MetadataRequest = { method, target, rawHeaders, httpVersion: "1.1" };
  return metadataEvent(request, view, respond(request, view, SAMPLE_NOW, hostEntropy), SAMPLE_NOW);
}

test("an event says who asked for what, with which version, and whose keys were given", () => {
  const { optional } = SAMPLE_VIEWS;
  expect(eventOf("GET", DOCUMENT, ["User-Agent", "Botocore/1.43"], optional)).toEqual({
    Time: SAMPLE_NOW,
    Kind: "metadata",
    Instance: SAMPLE_VIEW.InstanceId,
    Path: DOCUMENT,
    Action: "v1",
    Status: 200,
    Generation: 3,
    AccessKeyId: "ASIAIOSFODNN1EXAMPLE",
    UserAgent: "Botocore/1.43",
  });
});

test.each([
  ["v2", 200, "PUT", "/latest/api/token", ["X-aws-ec2-metadata-token-ttl-seconds", "60"]],
  ["v2", 401, "GET", DOCUMENT, ["X-aws-ec2-metadata-token", "INVALID"]],
  ["v1", 401, "GET", DOCUMENT, []],
])("%s, %d: no keys are named where none were given", (version, status, method, target, headers) => {
  const event = eventOf(method, target, headers);
  expect([event.Action, event.Status]).toEqual([version, status]);
  expect([event.Generation, event.AccessKeyId]).toEqual([undefined, undefined]);
});

/** An authority that keeps what it is told, once it is up. */
function recorder(options: { isUp: boolean }) {
  const batches: { Events: EventRecord[]; Dropped?: number | undefined }[] = [];
  const record = async (input: (typeof batches)[number]) => {
    if (!options.isUp) throw new Error("nobody there");
    batches.push(input);
    return {};
  };
  return { batches, record };
}

const numbered = (Time: number): EventRecord => ({ Time, Kind: "metadata" });

test("events arrive in order, in batches", async () => {
  const authority = recorder({ isUp: true });
  const events = metadataEvents(authority, silentLog);
  for (let i = 0; i < 1200; i++) events.record(numbered(i));
  await events.close();
  expect(authority.batches.map((batch) => batch.Events.length)).toEqual([500, 500, 200]);
  expect(authority.batches.flatMap((batch) => batch.Events.map((event) => event.Time))).toEqual(
    Array.from({ length: 1200 }, (_, i) => i),
  );
});

test("events go out by themselves", async () => {
  // The buffer's own timer keeps no process alive; the test has to.
  const awake = setTimeout(() => {}, 10_000);
  const arrived = new Promise<EventRecord[]>((resolve) => {
    const record = async ({ Events }: { Events: EventRecord[] }) => {
      resolve(Events);
      return {};
    };
    metadataEvents({ record }, silentLog).record(numbered(1));
  });
  expect(await arrived).toEqual([numbered(1)]);
  clearTimeout(awake);
});

test("what could not be sent is kept; what a full buffer drops is counted and told", async () => {
  const up = { isUp: false };
  const authority = recorder(up);
  const events = metadataEvents(authority, silentLog);
  for (let i = 0; i < 20_005; i++) events.record(numbered(i));
  await events.flush();
  expect([authority.batches.length, events.dropped]).toEqual([0, 5]);
  up.isUp = true;
  await events.close();
  expect(authority.batches.flatMap((batch) => batch.Events)).toHaveLength(20_000);
  expect(authority.batches.map((batch) => batch.Dropped ?? 0).reduce((a, b) => a + b)).toBe(5);
});
