// The refresh lab under load: a thousand rotations while fifty clients fetch credentials and call S3 with them, and what
// a timeline of a million events costs. A child process is the simulator, so that its memory is its own. Run directly,
// or by `make bench`.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { signRequest } from "@rolemint/sigv4";
import { openTimeline } from "@rolemint/world/timeline";
import { type Keys, keysOf, metadataToken } from "../support/metadata.ts";
import type { Ready } from "../support/rolemint.ts";
import { median, type Row } from "./row.ts";

const CLIENTS = 50;
const ROTATIONS = 1000;
const EVENTS = 1_000_000;
const FOLLOW_BOUND_MS = 100;
/** Bytes on disk, and of memory beyond what the process had before. */
const DISK_BOUND_MB = 400;
const MEMORY_BOUND_MB = 64;
const EMPTY = createHash("sha256").update("").digest("hex");

const CONFIG = {
  version: 1,
  rotation: { lifetime: "1h", renewEvery: "30m" },
  roles: {
    app: { trust: "ec2.amazonaws.com", managedPolicies: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] },
  },
  instances: { web: { role: "app" } },
  buckets: { demo: {} },
};

async function startSimulator(folder: string) {
  const ready = join(folder, "ready.json");
  const config = join(folder, "rolemint.yaml");
  writeFileSync(config, JSON.stringify(CONFIG));
  const ports = ["--aws-port", "0", "--imds-port", "0", "--control-port", "0"];
  const args = ["packages/cli/bin.js", "up", "--quiet", "--ephemeral", "--config", config, "--ready", ready, ...ports];
  const child = spawn(
    process.execPath,
    args.map((arg, index) => (index === 0 ? resolve(arg) : arg)),
    { stdio: "inherit" },
  );
  while (!existsSync(ready)) await wait(20);
  return { child, ready: JSON.parse(readFileSync(ready, "utf8")) as Ready };
}

async function control(ready: Ready, action: string, input: object): Promise<any> {
  const headers = { authorization: `Bearer ${ready.controlToken}` };
  const response = await fetch(`${ready.endpoints.control}/${action}`, {
    method: "POST",
    headers,
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
  return response.json();
}

/** Fetches, and lists a bucket with what it fetched, until it is told to stop. */
async function work(ready: Ready, isOver: () => boolean): Promise<{ calls: number; refusals: string[] }> {
  const imds = ready.instances["web"]!.imds;
  const token = await metadataToken(imds);
  const refusals: string[] = [];
  let calls = 0;
  while (!isOver()) {
    const keys = await keysOf(imds, token);
    for (let call = 0; call < 3; call++) {
      const response = await list(ready, keys);
      calls++;
      if (response !== undefined) refusals.push(response);
    }
  }
  return { calls, refusals };
}

/** The refusal, if it is one. */
async function list({ endpoints, region }: Ready, keys: Keys): Promise<string | undefined> {
  const { host } = new URL(endpoints.s3);
  const request = { method: "GET", target: "/demo?list-type=2", rawHeaders: ["host", host] };
  const signed = signRequest(request, { ...keys, region, service: "s3" }, { timeMs: Date.now(), payloadHash: EMPTY });
  const headers: Record<string, string> = {};
  for (let i = 0; i < signed.rawHeaders.length; i += 2) headers[signed.rawHeaders[i]!] = signed.rawHeaders[i + 1]!;
  const response = await fetch(endpoints.s3 + signed.target, { headers });
  const text = await response.text();
  return response.ok ? undefined : `${response.status} ${/<Code>(.*?)</.exec(text)?.[1]}`;
}

async function rotationsUnderLoad(ready: Ready): Promise<Row[]> {
  let isOver = false;
  const begun = performance.now();
  const clients = Array.from({ length: CLIENTS }, () => work(ready, () => isOver));
  for (let rotation = 0; rotation < ROTATIONS; rotation++)
    await control(ready, "RotateCredentials", { Instance: "web" });
  isOver = true;
  const done = await Promise.all(clients);
  const seconds = (performance.now() - begun) / 1000;
  const calls = done.reduce((sum, one) => sum + one.calls, 0);
  const refusals = done.flatMap((one) => one.refusals);
  for (const refusal of new Set(refusals)) process.stderr.write(`  refused: ${refusal}\n`);
  return [
    {
      name: `refresh: refusals in ${calls} calls of ${CLIENTS} clients over ${ROTATIONS} rotations`,
      value: refusals.length,
      unit: "refusals",
      bound: "0",
      ok: refusals.length === 0,
    },
    { name: "refresh: rotations a second under that load", value: ROTATIONS / seconds, unit: "/s" },
  ];
}

/** From a metadata request to its line in the stream. */
async function followDelay(ready: Ready): Promise<Row> {
  const imds = ready.instances["web"]!.imds;
  const { Next } = await control(ready, "ListEvents", { Since: "9999-01-01T00:00:00Z" });
  const headers = { authorization: `Bearer ${ready.controlToken}` };
  const stream = await fetch(`${ready.endpoints.control}/events?since=${Next}`, { headers });
  const reader = stream.body!.getReader();
  const delays: number[] = [];
  for (let round = 0; round < 20; round++) {
    const asked = performance.now();
    await metadataToken(imds);
    await reader.read();
    delays.push(performance.now() - asked);
    await wait(60);
  }
  await reader.cancel();
  const value = median(delays);
  return {
    name: "timeline: from a request to its line in the stream, median of 20",
    value,
    unit: "ms",
    bound: `≤ ${FOLLOW_BOUND_MS} ms`,
    ok: value <= FOLLOW_BOUND_MS,
  };
}

function millionEvents(folder: string): Row[] {
  const before = process.memoryUsage().rss;
  const timeline = openTimeline(folder);
  const event = {
    Kind: "call",
    Instance: "i-0abcdef1234567890",
    Generation: 3,
    AccessKeyId: "ASIAIOSFODNN7EXAMPLE",
    Service: "s3",
    Action: "GetObject",
    Resource: "arn:aws:s3:::demo/reports/2026/11/23/part-00000.csv",
    Status: 200,
    RequestId: "0123456789ABCDEF",
    UserAgent: "aws-sdk-js/3.1169.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/s3#3.1169.0",
  } as const;
  const begun = performance.now();
  // More than are kept, so that the oldest have to go.
  const total = EVENTS * 1.2;
  for (let at = 0; at < total; at += 1000) {
    timeline.append(Array.from({ length: 1000 }, (_, index) => ({ ...event, Time: at + index })));
  }
  const perSecond = total / ((performance.now() - begun) / 1000);
  const kept = timeline.count();
  const disk = statSync(join(folder, "events.db")).size / 1024 ** 2;
  const memory = (process.memoryUsage().rss - before) / 1024 ** 2;
  timeline.close();
  const named = (name: string) => `timeline of ${EVENTS.toLocaleString("en")} events: ${name}`;
  return [
    { name: named("kept"), value: kept, unit: "events", ok: kept <= EVENTS * 1.01, bound: "≤ 1 % more" },
    { name: named("written"), value: perSecond, unit: "/s" },
    { name: named("disk"), value: disk, unit: "MB", bound: `≤ ${DISK_BOUND_MB} MB`, ok: disk <= DISK_BOUND_MB },
    {
      name: named("memory"),
      value: memory,
      unit: "MB",
      bound: `≤ ${MEMORY_BOUND_MB} MB`,
      ok: memory <= MEMORY_BOUND_MB,
    },
  ];
}

export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "rolemint-refresh-"));
  try {
    const timeline = millionEvents(folder);
    const { child, ready } = await startSimulator(folder);
    try {
      return [...(await rotationsUnderLoad(ready)), await followDelay(ready), ...timeline];
    } finally {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) console.table(await run());
