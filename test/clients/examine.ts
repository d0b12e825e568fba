// What every client is put through: who it is, what it may and may not, and a rotation while it runs.
import type { TimelineEvent } from "@rolemint/expectations";
import { until } from "../support/until.ts";
import type { Client } from "./clients.ts";
import type { Lab } from "./lab.ts";
import type { Answer, Session } from "./session.ts";

/** The slowest, the AWS SDK for C++, looks every five minutes. */
const LIMIT_MS = 400_000;
const PAUSE_MS = 2000;
/** Services hand in what they saw in batches. */
const SECONDS_OF_EVENTS = 10;

export interface Findings {
  readonly version: string;
  readonly instanceId: string;
  readonly environment: string;
  /** Of each step; nothing where the client has no such step. */
  readonly identity: Answer | undefined;
  readonly list: Answer | undefined;
  readonly read: Answer | undefined;
  readonly write: Answer | undefined;
  /** What the instance signed meanwhile. */
  readonly calls: readonly TimelineEvent[];
  readonly rotation: Rotation;
}

export interface Rotation {
  /** Generation of the keys that the client signed with first and last. */
  readonly first: number;
  readonly last: number;
  readonly seconds: number;
  /** What it did meanwhile: all of it, and what of it failed. */
  readonly steps: number;
  readonly failures: readonly string[];
}

export async function examine(lab: Lab, client: Client): Promise<Findings> {
  const session = lab.open(client);
  try {
    if ("commands" in client.runs && client.runs.prepare !== undefined) await mustRun(lab, client, client.runs.prepare);
    const version = await mustRun(lab, client, client.version);
    const { instanceId } = lab.project.ready().instances[client.name]!;
    const environment = await mustRun(lab, client, "env");
    const since = await lab.mark();
    const identity = await session.step("identity");
    const list = await session.step("list");
    const read = await session.step("read");
    const write = await session.step("write");
    let calls: TimelineEvent[] = [];
    await until(async () => {
      calls = signed(await lab.events(client.name, since));
      return calls.some(({ Code }) => Code === "AccessDenied");
    }, SECONDS_OF_EVENTS * 1000);
    const rotation = await outlive(lab, client, session, calls);
    return { version, instanceId, environment, identity, list, read, write, calls, rotation };
  } finally {
    await session.end();
  }
}

/** Until the client signs with a key that did not exist when it signed first. */
async function outlive(lab: Lab, client: Client, session: Session, calls: readonly TimelineEvent[]): Promise<Rotation> {
  const first = Math.min(...calls.map(({ Generation }) => Generation ?? Number.NaN));
  const since = await lab.mark();
  const failures: string[] = [];
  let [steps, last] = [0, first];
  const start = performance.now();
  const long = "commands" in client.runs ? client.runs.long : undefined;
  if (long !== undefined) await mustRun(lab, client, long);
  await until(async () => {
    const answer = await session.step("list");
    steps += 1;
    if (!answer?.isOk) failures.push(answer?.text ?? "");
    const generations = signed(await lab.events(client.name, since)).map(({ Generation }) => Generation ?? 0);
    last = Math.max(first, ...generations);
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    return last > first;
  }, LIMIT_MS);
  return { first, last, seconds: Math.round((performance.now() - start) / 1000), steps, failures };
}

function signed(events: readonly TimelineEvent[]): TimelineEvent[] {
  return events.filter(({ Kind }) => Kind === "call" || Kind === "refusal");
}

async function mustRun(lab: Lab, client: Client, line: string): Promise<string> {
  const { code, text } = await lab.shell(client, line);
  if (code !== 0) throw new Error(`${client.name}: ${line}: ${text}`);
  return text;
}
