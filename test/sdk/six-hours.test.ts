// Six hours of rotation in about two minutes: the world's clock and those of two unmodified SDKs run 200 times as fast,
// from one instant. The timeline tells what EC2 would in six hours: who refreshed when, and that no call was refused.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { libfaketime } from "../support/libfaketime.ts";
import { pythonWithBoto3 } from "../support/python-programs.ts";
import { directory, launch, ROLEMINT, type Running, start } from "../support/rolemint.ts";

const RATE = 200;
const HOURS = 6;
const EVERY_SECONDS = 1;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Of the profile `fast`, which is renewed every ten minutes. */
const LIFETIME_MS = HOUR_MS;
/** Within which of the world's clock a signature is good. */
const GOOD_SECONDS = 15 * 60;

const CONFIG = `
version: 1
rotation: fast
roles:
  app: { managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] }
instances:
  node: { role: app }
  python: { role: app }
buckets: { demo: { objects: ./seed } }
`;

interface Event {
  readonly Time: string;
  readonly Kind: string;
  readonly Generation?: number;
  readonly Path?: string;
}

const library = libfaketime();
const python = pythonWithBoto3();
// Without libfaketime or Python it is skipped by name, and failed under REQUIRE_DOCKER=1.
const testAtSpeed = library === undefined || python === undefined ? test.skip : test;

/** A program whose clock is the world's, for six hours of it. */
function worker(running: Running, instance: string, ...command: string[]) {
  const args = ["exec", "--ready", running.readyFile, instance, "--client-clock", "world", "--", ...command];
  const times = [HOURS, EVERY_SECONDS, RATE].map(String);
  return launch(ROLEMINT, [...args, ...times], { env: { ROLEMINT_FAKETIME: library! } }).ended;
}

async function eventsOf(running: Running, instance: string): Promise<Event[]> {
  const { Events } = await running.control("ListEvents", { Instance: instance, Limit: 10_000 });
  return Events;
}

const at = ({ Time }: Event) => Date.parse(Time);
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

testAtSpeed(
  "six hours of rotation with real SDKs, each on a clock that runs 200 times as fast",
  async () => {
    const cwd = directory();
    mkdirSync(join(cwd, "seed"));
    writeFileSync(join(cwd, "seed", "hello.txt"), "hello\n");
    const running = await start({ cwd, config: CONFIG });
    await running.control("SetClock", { Rate: RATE });
    const ends = {
      node: worker(running, "node", process.execPath, resolve("test/sdk/hours.mjs")),
      python: worker(running, "python", python!, resolve("test/sdk/hours.py")),
    };
    for (const [instance, ending] of Object.entries(ends)) {
      const { code, stdout, stderr } = await ending;
      expect({ instance, code, stderr }).toEqual({ instance, code: 0, stderr: "" });
      expectOneClock(stdout.trim().split("\n").map(Number));
      expectRefreshes(await eventsOf(running, instance));
    }
  },
  300_000,
);

/** Started from one instant the clocks stay together: what a client is ahead by is how long an answer takes. */
function expectOneClock(secondsAhead: readonly number[]): void {
  expect(secondsAhead.length).toBeGreaterThan(20);
  const [early, late] = [median(secondsAhead.slice(0, 10)), median(secondsAhead.slice(-10))];
  expect(Math.abs(early)).toBeLessThan(GOOD_SECONDS);
  expect(Math.abs(late)).toBeLessThan(GOOD_SECONDS);
  expect(Math.abs(late - early)).toBeLessThan(GOOD_SECONDS);
}

function expectRefreshes(events: readonly Event[]): void {
  expect(events.filter(({ Kind }) => Kind === "refusal")).toEqual([]);
  const calls = events.filter(({ Kind }) => Kind === "call");
  expect(at(calls.at(-1)!) - at(calls[0]!)).toBeGreaterThan((HOURS - 0.5) * HOUR_MS);
  const issued = new Map(events.filter(({ Kind }) => Kind === "issue").map((event) => [event.Generation, at(event)]));
  const generations = [...new Set(calls.map(({ Generation }) => Generation))];
  // One lives for an hour; who refreshes as late as possible uses seven.
  expect(generations.length).toBeGreaterThanOrEqual(HOURS);
  expect(generations).toEqual(generations.toSorted((a, b) => a! - b!));
  for (const call of calls) {
    const left = issued.get(call.Generation)! + LIFETIME_MS - at(call);
    expect(left).toBeGreaterThan(0);
  }
  // Each was fetched while the one before was still good.
  const fetches = events.filter(
    ({ Kind, Path }) => Kind === "metadata" && /security-credentials\/app$/.test(Path ?? ""),
  );
  for (const [index, generation] of generations.entries()) {
    if (index === 0) continue;
    const first = calls.find(({ Generation }) => Generation === generation)!;
    const fetch = fetches.findLast((one) => at(one) <= at(first))!;
    expect(at(fetch)).toBeLessThan(issued.get(generations[index - 1])! + LIFETIME_MS);
  }
}
