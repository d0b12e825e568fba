// What a simulator stands on: the world and the object store of its state, with the config applied.
import { join } from "node:path";
import { applyConfig, type Config } from "@rolemint/config";
import { hostClock, hostEntropy } from "@rolemint/host";
import { breathe } from "@rolemint/host/schedule";
import { type Backend, openBuiltinStore } from "@rolemint/object-store";
import { type AccessKey, openWorld, type World } from "@rolemint/world";
import { endDeletions, seedBuckets } from "./buckets.ts";
import { finishReset } from "./reset.ts";
import type { SimulatorOptions } from "./simulator.ts";

export interface State {
  readonly world: World;
  readonly backend: Backend;
  readonly operator: AccessKey;
  readonly controlToken: string;
  /** What earlier configs made and this one no longer names. */
  readonly left: readonly string[];
  close(): Promise<void>;
}

/** Throws StateError or ApplyError; then nothing is left open. What was due while the process was away is issued. */
export async function openState(options: SimulatorOptions): Promise<State> {
  const { config, clock = hostClock, entropy = hostEntropy } = options;
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
  const directory = options.state === undefined ? {} : { directory: join(options.state, "objects") };
  let backend: Backend | undefined;
  try {
    backend = await openBuiltinStore({ ...directory, clock, entropy });
    const left = await settle(world, backend, config);
    return { world, backend, left, ...secretsOf(world), close: () => closeBoth(world, backend) };
  } catch (error) {
    await closeBoth(world, backend);
    throw error;
  }
}

/** Ends what a crash cut short, brings the world to its config, and catches up with rotation. */
async function settle(world: World, backend: Backend, config: Config): Promise<readonly string[]> {
  await finishReset(world, backend, config);
  await endDeletions(world, backend);
  await seedBuckets(world, backend, config);
  const { left } = applyConfig(world, config);
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
    const token = world.store.setting("controlToken") ?? world.entropy(24).toString("base64url");
    world.store.putSetting("controlToken", token);
    return { operator, controlToken: token };
  });
}
