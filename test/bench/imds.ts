// How fast the metadata service gives a credential document: `wrk` with 32 kept connections and a token, in turn against
// our listener and against a bare node:http server that returns the same bytes. Run directly, or by `make bench`.
import { createServer } from "node:http";
import { eventBuffer } from "@rolemint/authority";
import type { ActiveFaults } from "@rolemint/faults";
import { hostClock, hostEntropy, listen } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";
import { respond, startMetadataListener } from "@rolemint/imds";
import { SAMPLE_VIEW } from "@rolemint/imds/sample-view.fixture";
import { median, type Row } from "./row.ts";
import { hasWrk, load } from "./wrk.ts";

export type { Row };

const PATH = "/latest/meta-data/iam/security-credentials/s3access";
const ROUNDS = 5;
const SECONDS = 1;
/** The document is to come faster than node:http can send it. */
const BOUND = 1;

export interface Server {
  readonly name: string;
  readonly port: number;
  close(): Promise<unknown>;
}

/** The listener as it runs: token checked, every request recorded. */
export async function startOurs(more: { readonly faults?: ActiveFaults } = {}): Promise<Server> {
  const recorded = { record: async () => ({}) };
  const events = eventBuffer(recorded, silentLog);
  const { record } = events;
  const lookup = () => SAMPLE_VIEW;
  const options = { host: "127.0.0.1", port: 0, lookup, now: hostClock.now, record, log: silentLog };
  const listener = await startMetadataListener({ ...options, ...more });
  return { name: "metadata service", port: listener.port, close: () => listener.close().then(events.close) };
}

/** What node:http does at best: no token, no table, nothing but the bytes. */
async function startBare(token: string): Promise<Server> {
  const headers = ["X-aws-ec2-metadata-token", token];
  const request = { method: "GET", target: PATH, rawHeaders: headers, httpVersion: "1.1" };
  const body = Buffer.from(respond(request, SAMPLE_VIEW, hostClock.now(), hostEntropy).body, "latin1");
  const server = createServer((_, response) => {
    response.writeHead(200, ["Content-Type", "text/plain", "Content-Length", String(body.length)]);
    response.end(body);
  });
  const listener = await listen(server, "127.0.0.1", 0);
  return { name: "bare node:http", port: listener.port, close: () => listener.close() };
}

export async function newToken(port: number): Promise<string> {
  const headers = { "X-aws-ec2-metadata-token-ttl-seconds": "21600" };
  const answer = await fetch(`http://127.0.0.1:${port}/latest/api/token`, { method: "PUT", headers });
  return answer.text();
}

/** Requests a second, of the document. */
export function documents(port: number, token: string): Promise<number> {
  const headers = ["-H", "Connection: keep-alive", "-H", `X-aws-ec2-metadata-token: ${token}`];
  return load(SECONDS, ...headers, `http://127.0.0.1:${port}${PATH}`);
}

export async function run(): Promise<Row[]> {
  if (!hasWrk()) return [{ name: "imds: skipped, wrk is not installed", value: 0, unit: "" }];
  const ours = await startOurs();
  const token = await newToken(ours.port);
  const bare = await startBare(token);
  const rates: { ours: number; bare: number }[] = [];
  await documents(ours.port, token);
  await documents(bare.port, token);
  for (let round = 0; round < ROUNDS; round++) {
    // There and back, so that a machine that slows down or speeds up meanwhile favours neither.
    const loads: number[] = [];
    for (const server of [ours, bare, bare, ours]) loads.push(await documents(server.port, token));
    rates.push({ ours: (loads[0]! + loads[3]!) / 2, bare: (loads[1]! + loads[2]!) / 2 });
  }
  await Promise.all([ours.close(), bare.close()]);
  const ratio = median(rates.map((rate) => rate.ours / rate.bare));
  const unit = "requests/s";
  return [
    {
      name: `imds: credential document, ${bare.name}`,
      value: Math.round(median(rates.map((rate) => rate.bare))),
      unit,
    },
    {
      name: `imds: credential document, ${ours.name}`,
      value: Math.round(median(rates.map((rate) => rate.ours))),
      unit,
      ratio,
      bound: `≥ ${BOUND}×`,
      ok: ratio >= BOUND,
    },
  ];
}

if (import.meta.main) console.table(await run());
