// The buffer: events go out in order and in batches, wait when nobody takes them, and are counted when they do not fit.
import { expect, test } from "@jest/globals";
import { silentLog } from "@rolemint/host/log";
import type { EventRecord } from "./authority.ts";
import { eventBuffer } from "./event-buffer.ts";

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
  const events = eventBuffer(authority, silentLog);
  for (let i = 0; i < 2200; i++) events.record(numbered(i));
  await events.close();
  expect(authority.batches.map((batch) => batch.Events.length)).toEqual([1000, 1000, 200]);
  expect(authority.batches.flatMap((batch) => batch.Events.map((event) => event.Time))).toEqual(
    Array.from({ length: 2200 }, (_, i) => i),
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
    eventBuffer({ record }, silentLog).record(numbered(1));
  });
  expect(await arrived).toEqual([numbered(1)]);
  clearTimeout(awake);
});

test("what could not be sent is kept; what a full buffer drops is counted and told", async () => {
  const up = { isUp: false };
  const authority = recorder(up);
  const events = eventBuffer(authority, silentLog);
  for (let i = 0; i < 50_005; i++) events.record(numbered(i));
  await events.flush();
  expect([authority.batches.length, events.dropped]).toEqual([0, 5]);
  up.isUp = true;
  await events.close();
  expect(authority.batches.flatMap((batch) => batch.Events)).toHaveLength(50_000);
  expect(authority.batches.map((batch) => batch.Dropped ?? 0).reduce((a, b) => a + b)).toBe(5);
});

test("of many refusals that wait only some keep their details", async () => {
  const up = { isUp: false };
  const authority = recorder(up);
  const events = eventBuffer(authority, silentLog);
  for (let i = 0; i < 3000; i++) events.record({ ...numbered(i), Kind: "refusal", Refusal: "{}" });
  await events.flush();
  up.isUp = true;
  await events.flush();
  for (let i = 0; i < 10; i++) events.record({ ...numbered(i), Kind: "refusal", Refusal: "{}" });
  await events.close();
  const sent = authority.batches.flatMap((batch) => batch.Events);
  expect(sent).toHaveLength(3010);
  expect(sent.slice(0, 3000).filter(({ Refusal }) => Refusal !== undefined)).toHaveLength(500);
  expect(sent.slice(3000).every(({ Refusal }) => Refusal === "{}")).toBe(true);
});
