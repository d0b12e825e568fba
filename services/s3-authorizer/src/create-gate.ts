// A gate put together from what it is given: an authority to ask, a back end to keep objects in, a clock, randomness.
import type { Server } from "node:http";
import { type Authority, cacheOver, type EventBuffer, type EventRecord, eventBuffer } from "@rolemint/authority";
import { prepareCaller } from "@rolemint/caller";
import { openInjector } from "@rolemint/faults";
import type { Clock, Entropy } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import type { Backend } from "@rolemint/object-store";
import { hostReader } from "./address.ts";
import type { Gate } from "./gate.ts";
import { recordUnread, refuse, respond } from "./pipeline.ts";
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
  /** Where its events go; default a buffer of its own. */
  readonly events?: EventBuffer;
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
  const { events = eventBuffer(authority, log) } = options;
  const known = cacheOver(authority, prepareCaller);
  // The world answers some of what faults do: it hears of it before the client does.
  const recordNow = (event: EventRecord) => {
    events.record(event);
    void events.flush();
  };
  const hostId = entropy(HOST_ID_BYTES).toString("base64");
  const gate: Gate = {
    authority,
    backend,
    region,
    known,
    injector: openInjector(authority, recordNow),
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
    refuse: (call, error) => refuse(gate, call, error),
    unread: (error, seen) => recordUnread(gate, error, seen),
    controlPlane: options.controlPlane,
    idleMs: options.idleMs ?? IDLE_MS,
  });
  return {
    server,
    events,
    async close() {
      if (!options.events) await events.close();
      else await events.flush();
      known.stop();
    },
  };
}
