// A gate put together from what it is given: an authority to ask, a back end to keep objects in, a clock, randomness.
import type { Server } from "node:http";
import { type Authority, cacheOver, type EventBuffer, eventBuffer } from "@rolemint/authority";
import { prepareCaller } from "@rolemint/caller";
import type { Clock, Entropy } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import type { Backend } from "@rolemint/object-store";
import { hostReader } from "./address.ts";
import type { Gate } from "./gate.ts";
import { respond } from "./pipeline.ts";
import { requestIds } from "./request-ids.ts";
import { type ControlPlane, makeServer } from "./server.ts";

export interface GateOptions {
  readonly authority: Authority;
  readonly backend: Backend;
  /** The world's region: the only one that signatures may be for, and where buckets are. */
  readonly region: string;
  /** Domains under which each name is a bucket, besides AWS's own and `s3.localhost`. */
  readonly hostSuffixes?: readonly string[];
  /** The host's clock; world time is asked of the authority. */
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** Takes what is not S3's; without it everything is. */
  readonly controlPlane?: ControlPlane;
  /** After so long without a byte a body is given up; default 20 s, as on S3. Milliseconds. */
  readonly idleMs?: number;
  /** Takes aws-chunked bodies with chunks under 8192 bytes before others, which AWS refuses. */
  readonly allowsSmallChunks?: boolean;
}

export interface S3Gate {
  /** Not yet listening. */
  readonly server: Server;
  readonly events: Pick<EventBuffer, "flush" | "dropped">;
  /** Sends the events that wait and forgets what it knew. Who opened listener and back end closes them. */
  close(): Promise<void>;
}

const IDLE_MS = 20_000;
const HOST_ID_BYTES = 56;

export function createGate(options: GateOptions): S3Gate {
  const { authority, backend, region, clock, entropy, log } = options;
  const events = eventBuffer(authority, log);
  const known = cacheOver(authority, prepareCaller);
  const hostId = entropy(HOST_ID_BYTES).toString("base64");
  const gate: Gate = {
    authority,
    backend,
    region,
    known,
    hostId,
    hostNow: () => clock.now(),
    bucketOfHost: hostReader(options.hostSuffixes ?? []),
    allowsSmallChunks: options.allowsSmallChunks ?? false,
    record: events.record,
    unexpected: (error, requestId) => log.error({ err: error, requestId }, "a request could not be answered"),
  };
  const server = makeServer({
    surroundings: {
      hostId,
      now: () => authority.clock().now,
      newRequestId: requestIds(entropy),
      failed: (error, requestId) => log.warn({ err: error, requestId }, "an answer was cut off"),
    },
    respond: (call) => respond(gate, call),
    controlPlane: options.controlPlane,
    idleMs: options.idleMs ?? IDLE_MS,
  });
  return {
    server,
    events,
    async close() {
      await events.close();
      known.stop();
    },
  };
}
