// startSimulator(): every service in one process, over one world. The containers run the same services apart; only
// this file and each service's `main.ts` construct them.
import { join } from "node:path";
import { cacheOver } from "@rolemint/authority";
import { prepareCaller } from "@rolemint/caller";
import { applyConfig, type Config } from "@rolemint/config";
import { type ControlSurroundings, type Plane } from "@rolemint/control-plane";
import { type Clock, type Entropy, hostClock, hostEntropy, type Listener, listen } from "@rolemint/host";
import { type Log, silentLog } from "@rolemint/host/log";
import { metadataEvents } from "@rolemint/imds";
import { openBuiltinStore } from "@rolemint/object-store";
import { createGate } from "@rolemint/s3-authorizer";
import { type AccessKey, localAuthority, nameOf, openWorld, runningInstances, type World } from "@rolemint/world";
import { endDeletions, seedBuckets } from "./buckets.ts";
import { controlServer } from "./control-server.ts";
import { openMetadataListeners } from "./metadata-listeners.ts";
import { type ReadyFile, removeReadyFiles, writeReadyFiles } from "./ready-file.ts";
import { finishReset, resetWorld } from "./reset.ts";
import { startRotationClock } from "./rotation-clock.ts";

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
  readonly version: string;
}

export interface Simulator {
  /** What the ready file says now. */
  ready(): ReadyFile;
  readonly world: World;
  /** What earlier configs made and this one no longer names. */
  readonly left: readonly string[];
  close(): Promise<void>;
}

/** Resolves when every listener answers. Throws StateError, ApplyError or ListenError; then nothing is left running. */
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
  const { clock = hostClock, entropy = hostEntropy, log = silentLog, host = "127.0.0.1" } = options;
  let { config } = options;
  const world = openWorld({
    state: options.state ?? "memory",
    accountId: config.account,
    region: config.region,
    clock,
    entropy,
    pid: process.pid,
    startTime: config.clock.start,
    strictClock: config.clock.strict,
  });
  closers.push(() => world.close());
  const directory = options.state === undefined ? {} : { directory: join(options.state, "objects") };
  const backend = await openBuiltinStore({ ...directory, clock, entropy });
  closers.push(() => backend.close());
  await finishReset(world, backend, config);
  await endDeletions(world, backend);
  await seedBuckets(world, backend, config);
  const { left } = applyConfig(world, config);
  const { operator, controlToken } = secretsOf(world);

  const unexpected = (error: unknown) => log.error({ err: error }, "unexpected error");
  const rotation = startRotationClock(world, unexpected);
  closers.push(() => rotation.stop());
  await rotation.tick();

  const authority = localAuthority(world);
  const cache = cacheOver(authority, prepareCaller);
  closers.push(() => cache.stop());
  const events = metadataEvents(authority, log);
  closers.push(() => events.close());
  const shownHost = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const firstPort = options.imdsPort ?? 1338;
  const listeners = openMetadataListeners(world, cache, events, { host, firstPort, shownHost, log });
  closers.push(() => listeners.close());
  await listeners.follow();

  const readyPaths = [...(options.state === undefined ? [] : [join(options.state, "ready.json")]), ...(options.readyFiles ?? [])];
  const acknowledged = async () => {
    await listeners.follow();
    refreshReady();
  };
  const plane: Plane = { world, callers: cache, acknowledged, unexpected: (error, requestId) => log.error({ err: error, requestId }, "unexpected error") };
  const gate = createGate({ authority, backend, region: config.region, clock, entropy, log, controlPlane: lazyAwsApp(plane) });
  closers.push(() => gate.close());
  const aws = await listen(gate.server, host, options.awsPort ?? 4566);
  closers.push(() => aws.close());

  const surroundings: ControlSurroundings = {
    world,
    endpointOf: (id) => listeners.endpointOf(id),
    tick: () => rotation.tick(),
    async flushEvents() {
      await Promise.all([events.flush(), gate.events.flush()]);
    },
    acknowledged,
    async reset() {
      await resetWorld(world, backend, config);
      await rotation.tick();
    },
    async apply(next) {
      const given = next as Config;
      await seedBuckets(world, backend, given);
      const applied = applyConfig(world, given);
      config = given;
      await rotation.tick();
      return applied.left;
    },
    health: () => ({
      status: "ok",
      version: options.version,
      parts: { controlPlane: "ok", imds: "ok", s3: "ok" },
      dataPlanes: ["imds", "s3-authorizer"],
      eventsDropped: events.dropped + gate.events.dropped,
    }),
  };
  const control = await listen(controlServer({ ...surroundings, token: controlToken, unexpected }), "127.0.0.1", options.controlPort ?? 4567);
  closers.push(() => control.close());

  const ready = () => readyFile(world, { aws, control, shownHost, operator, controlToken, endpointOf: surroundings.endpointOf });
  let written = "";
  function refreshReady(): void {
    const now = ready();
    const text = JSON.stringify(now);
    if (text !== written) writeReadyFiles(readyPaths, now);
    written = text;
  }
  closers.push(() => removeReadyFiles(readyPaths));
  refreshReady();
  return { ready, world, left, close };
}

interface ReadyParts {
  readonly aws: Listener;
  readonly control: Listener;
  readonly shownHost: string;
  readonly operator: AccessKey;
  readonly controlToken: string;
  endpointOf(id: string): string | undefined;
}

function readyFile(world: World, parts: ReadyParts): ReadyFile {
  const aws = `http://${parts.shownHost}:${parts.aws.port}`;
  const { operator } = parts;
  const named = runningInstances(world).map((instance) => [
    nameOf(instance),
    { instanceId: instance.id, imds: parts.endpointOf(instance.id) ?? null },
  ] as const);
  const once = named.map(([name, entry]) => {
    const isShared = named.filter(([other]) => other === name).length > 1;
    return [isShared ? entry.instanceId : name, entry] as const;
  });
  return {
    version: 1,
    pid: process.pid,
    region: world.region,
    endpoints: { aws, s3: aws, control: `http://127.0.0.1:${parts.control.port}` },
    operator: { accountId: operator.accountId, accessKeyId: operator.id, secretAccessKey: operator.secret },
    controlToken: parts.controlToken,
    instances: Object.fromEntries(once),
  };
}

/** The operator's key (the account's root user) and the control token: made once for a state. */
function secretsOf(world: World): { operator: AccessKey; controlToken: string } {
  return world.change(() => {
    const known = world.account(world.accountId).accessKeysOf()[0];
    const operator =
      known ??
      world.tables.accessKeys.put({
        id: world.ids.accessKey("AKIA", world.accountId),
        secret: world.ids.secret(),
        accountId: world.accountId,
        status: "Active",
        created: world.now(),
      });
    const token = world.store.setting("controlToken") ?? world.entropy(24).toString("base64url");
    world.store.putSetting("controlToken", token);
    return { operator, controlToken: token };
  });
}

/** The control plane is loaded with its first request: S3 and metadata need nothing of it. */
function lazyAwsApp(plane: Plane) {
  let loading: Promise<(request: unknown, response: unknown) => void> | undefined;
  return (request: unknown, response: unknown): void => {
    loading ??= import("@rolemint/control-plane").then(({ awsApp }) => awsApp(plane) as never);
    void loading.then((app) => app(request, response));
  };
}
