// startSimulator(): every service in one process, over one world. The containers run the same services apart; only
// this file and `packages/containers` construct them.
import { cacheOver, eventBuffer } from "@rolemint/authority";
import { prepareCaller } from "@rolemint/caller";
import type { Config } from "@rolemint/config";
import { type Clock, type Entropy, type Listener, lazyServer, listen } from "@rolemint/host";
import { type Log, silentLog } from "@rolemint/host/log";
import { localAuthority, type World } from "@rolemint/world";
import { controlSurroundings } from "./control-surroundings.ts";
import { openFront } from "./front.ts";
import { openMetadataListeners } from "./metadata-listeners.ts";
import { type ReadyFile, readyFileOf, readyInstances } from "./ready-file.ts";
import { startRotationClock } from "./rotation-clock.ts";
import { openState, type State } from "./state.ts";

export interface SimulatorOptions {
  readonly config: Config;
  /** A directory that this process alone may use; default: a world in memory. */
  readonly state?: string;
  /** Address of the app-facing listeners; default 127.0.0.1. The control API is on 127.0.0.1 always. */
  readonly host?: string;
  /** Ports; 0 takes any free one. Defaults 4566, 1338 (the first instance's), 4567. */
  readonly awsPort?: number;
  readonly imdsPort?: number;
  readonly controlPort?: number;
  /** Further places for the ready file, beside `<state>/ready.json`. */
  readonly readyFiles?: readonly string[];
  readonly log?: Log;
  readonly clock?: Clock;
  readonly entropy?: Entropy;
  /** How fast the world's clock runs where the state is made now; default 1, 0 is frozen. */
  readonly startRate?: number;
  readonly version: string;
}

export interface Simulator {
  /** What the ready file says now. */
  ready(): ReadyFile;
  readonly world: World;
  /** What earlier configs made and this one no longer names. */
  readonly left: readonly string[];
  /** To be called after a change of the world by its own object: listeners and ready file follow it. */
  acknowledged(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Resolves when every listener answers. Throws StateError, ApplyError, ListenError or ReadyFileError; then nothing is
 * left running.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const closers: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    return await assemble(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function assemble(
  options: SimulatorOptions,
  closers: (() => void | Promise<void>)[],
  close: () => Promise<void>,
): Promise<Simulator> {
  const { host = "127.0.0.1", log = silentLog } = options;
  const shownHost = shownFor(host);
  const unexpected = (error: unknown) => log.error({ err: error }, "unexpected error");
  const state = await openState(options);
  const { world } = state;
  closers.push(() => state.close());

  const authority = localAuthority(world);
  const cache = cacheOver(authority, prepareCaller);
  closers.push(() => cache.stop());
  const events = eventBuffer(authority, log);
  closers.push(() => events.close());
  // What the data planes still hold was before what the world notes now.
  world.beforeNote(() => void events.flush());
  const firstPort = options.imdsPort ?? 1338;
  const settings = { host, firstPort, shownHost, faults: authority, log };
  const listeners = openMetadataListeners(world, cache, events, settings);
  closers.push(() => listeners.close());
  await listeners.follow();
  const rotation = startRotationClock(world, unexpected);
  closers.push(() => rotation.stop());

  const ready = readyFileOf(options, () =>
    readyFile(state, { aws, control, shownHost, endpointOf: listeners.endpointOf }),
  );
  const acknowledged = async () => {
    // What was asked is done, also when no port is left to listen on, or the place of the ready file is gone.
    await listeners.follow().catch(unexpected);
    try {
      ready.refresh();
    } catch (error) {
      unexpected(error);
    }
  };
  const front = openFront({ options, state, authority, cache, events, acknowledged, log });
  closers.push(() => front.close());
  const aws = await listen(front.server, host, options.awsPort ?? 4566);
  closers.push(() => aws.close());

  const surroundings = controlSurroundings({
    config: options.config,
    state,
    rotation,
    acknowledged,
    endpointOf: listeners.endpointOf,
    flushEvents: () => events.flush(),
    health: () => healthOf(options.version, events.dropped),
  });
  const controlServer = lazyServer(async () => {
    const { serveControl } = await import("./serve-control.ts");
    return serveControl({ ...surroundings, token: state.controlToken, unexpected });
  }, unexpected);
  const control = await listen(controlServer.server, "127.0.0.1", options.controlPort ?? 4567);
  closers.push(() => control.close());

  closers.push(() => ready.remove());
  ready.refresh();
  front.warmSoon();
  return { ready: ready.now, world, left: state.left, acknowledged, close };
}

function healthOf(version: string, eventsDropped: number): object {
  const parts = { "control-plane": "ok", imds: "ok", "s3-authorizer": "ok" };
  return { status: "ok", version, parts, dataPlanes: ["imds", "s3-authorizer"], eventsDropped };
}

/** The host as clients are told it: for every address of the machine the loopback one, IPv6 as URLs have it. */
function shownFor(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

interface ReadyParts {
  readonly aws: Listener;
  readonly control: Listener;
  readonly shownHost: string;
  endpointOf(id: string): string | undefined;
}

function readyFile({ world, operator, controlToken }: State, parts: ReadyParts): ReadyFile {
  const aws = `http://${parts.shownHost}:${parts.aws.port}`;
  return {
    version: 1,
    pid: process.pid,
    region: world.region,
    endpoints: { aws, s3: aws, control: `http://127.0.0.1:${parts.control.port}` },
    operator: { accountId: operator.accountId, accessKeyId: operator.id, secretAccessKey: operator.secret },
    controlToken,
    instances: readyInstances(world, parts.endpointOf),
  };
}
