// Reset: the world back to its config. The operator's key, the control token, and the config's instance ids and ports
// stay; roles and users get new ids, so that earlier sessions are refused.
import { applyConfig, type Config } from "@rolemint/config";
import type { Backend } from "@rolemint/object-store";
import { DEFAULT_OPTIONS, type Instance, PROFILES, type World } from "@rolemint/world";
import { emptyBuckets, seedBuckets } from "./buckets.ts";

/** A reset that a crash cut short is done again at the next start: see `finishReset`. */
export async function resetWorld(world: World, backend: Backend, config: Config): Promise<void> {
  const buckets = world.tables.buckets.list().map((bucket) => bucket.name);
  world.change(() => {
    world.store.putSetting("resetting", JSON.stringify(buckets));
    wipe(world, config);
  });
  await finishReset(world, backend, config);
}

/** What a reset still has to do after the wiping: the objects, and the config. */
export async function finishReset(world: World, backend: Backend, config: Config): Promise<void> {
  const pending = world.store.setting("resetting");
  if (!pending) return;
  await emptyBuckets(backend, JSON.parse(pending) as string[]);
  await seedBuckets(backend, config.buckets);
  world.change(() => {
    applyConfig(world, config);
    world.store.putSetting("resetting", "");
  });
  world.trail.clear();
  world.timeline.clear();
  world.warnings.clear();
  world.refusals.clear();
}

function wipe(world: World, config: Config): void {
  const { tables, store, hostClock } = world;
  for (const table of [tables.roles, tables.users, tables.policies, tables.instanceProfiles, tables.buckets]) {
    for (const row of table.list()) table.remove(row as never);
  }
  for (const key of tables.accessKeys.list()) if (key.userName !== undefined) tables.accessKeys.remove(key);
  for (const generation of tables.generations.list()) tables.generations.remove(generation);
  const kept = new Set(config.instances.map(({ name }) => instanceOf(world, name)?.id));
  for (const instance of tables.instances.list()) {
    const { association: _, schedule: __, userData: ___, terminated: ____, ...rest } = instance;
    if (!kept.has(instance.id)) tables.instances.remove(instance);
    else tables.instances.put({ ...rest, state: "running", options: DEFAULT_OPTIONS, tags: [] });
  }
  world.rotation.forget();
  world.faults.forget();
  for (const name of ["config.applied", "config.left"]) store.removeSetting(name);
  const host = hostClock.now();
  const rate = Number(store.setting("clock.startRate") ?? "1");
  world.setClock({ at: host, time: config.clock.start ?? host, rate });
  world.setSchedule(PROFILES.ec2);
}

/** The one that the config's entry made: the running one, else the last that was terminated. */
function instanceOf(world: World, configName: string): Instance | undefined {
  const made = world
    .account(world.accountId)
    .instances()
    .filter((instance) => instance.configName === configName);
  return made.find((instance) => instance.state === "running") ?? made.at(-1);
}
