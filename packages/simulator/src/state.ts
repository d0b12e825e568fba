// What a simulator stands on: the world and the object store of its state, with the config applied.
import { join } from "node:path";
import { ApplyError, type Config } from "@rolemint/config";
import { type Clock, type Entropy, hostClock, hostEntropy, streamOf } from "@rolemint/host";
import { breathe } from "@rolemint/host/schedule";
import { type Backend, openBuiltinStore, Refusal } from "@rolemint/object-store";
import { type AccessKey, openWorld, type World } from "@rolemint/world";
import { applyWithObjects, endDeletions } from "./buckets.ts";
import { finishReset } from "./reset.ts";
import type { SimulatorOptions } from "./simulator.ts";
import { prepareDirectory } from "./state-directory.ts";

export interface State {
  readonly world: World;
  readonly backend: Backend;
  readonly operator: AccessKey;
  readonly controlToken: string;
  /** What earlier configs made and this one no longer names. */
  readonly left: readonly string[];
  close(): Promise<void>;
}

/** The S3 server that the config names does not answer. */
export class StoreAwayError extends Error {}

/**
 * Throws StateError, StoreAwayError or ApplyError; then nothing is left open. What was due while the process was away
 * is issued.
 */
export async function openState(options: SimulatorOptions): Promise<State> {
  const { config, clock = hostClock, entropy = hostEntropy } = options;
  if (options.state !== undefined) prepareDirectory(options.state);
  const world = openWorld({
    state: options.state ?? "memory",
    accountId: config.account,
    region: config.region,
    clock,
    entropy,
    pid: process.pid,
    startTime: config.clock.start,
    ...(options.startRate !== undefined && { startRate: options.startRate }),
    strictClock: config.clock.strict,
  });
  world.warnings.watch(({ code, message }, instance) => options.log?.warn({ instance, code }, message));
  let backend: Backend | undefined;
  try {
    backend = await openBackend(options, clock, entropy);
    const left = await settle(world, backend, config);
    return { world, backend, left, ...secretsOf(world), close: () => closeBoth(world, backend) };
  } catch (error) {
    await closeBoth(world, backend);
    const isAway = config.s3.backend === "endpoint" && error instanceof Refusal && error.code === "Unavailable";
    throw isAway ? new StoreAwayError(`the S3 server at ${config.s3.endpoint} does not answer`) : error;
  }
}

/** The store built in, or the S3 server that the config names. */
async function openBackend(
  { config: { s3, region }, state, log }: SimulatorOptions,
  clock: Clock,
  entropy: Entropy,
): Promise<Backend> {
  if (s3.backend === "builtin") {
    return openBuiltinStore({
      ...(state !== undefined && { directory: join(state, "objects") }),
      clock,
      entropy: streamOf(entropy, "objects"),
    });
  }
  const { endpoint, accessKeyId, secretAccessKey } = s3;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ApplyError(`s3.endpoint ${endpoint} needs s3.accessKeyId and s3.secretAccessKey, which no one has given`);
  }
  const { openForwardBackend } = await import("@rolemint/s3-authorizer/forward");
  return openForwardBackend({ endpoint, accessKeyId, secretAccessKey, region, clock, ...(log && { log }) });
}

/** Ends what a crash cut short, brings the world to its config, and catches up with rotation. */
async function settle(world: World, backend: Backend, config: Config): Promise<readonly string[]> {
  await finishReset(world, backend, config);
  await endDeletions(world, backend);
  const { left } = await applyWithObjects(world, backend, config);
  world.faults.tick();
  await world.rotation.tick(breathe);
  return left;
}

async function closeBoth(world: World, backend: Backend | undefined): Promise<void> {
  await backend?.close();
  world.close();
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
    // It guards our own API and is nothing of the world's: it does not repeat where that does.
    const token = world.store.setting("controlToken") ?? hostEntropy(24).toString("base64url");
    world.store.putSetting("controlToken", token);
    return { operator, controlToken: token };
  });
}
