// A config applied to a world: what it names is brought to what it says, and loses what earlier files gave it and this
// one does not; what the API made beside it is left alone; what an earlier file made and this one no longer names is
// left, and listed. Applying it again changes nothing.
import { BLOCKS_ALL, newBucket, strangerIn, type World, withPolicy } from "@rolemint/world";
import { takeDropped } from "./apply-dropped.ts";
import { applyFaults } from "./apply-faults.ts";
import { applyIdentities } from "./apply-identities.ts";
import { applyInstances, configuredInstance } from "./apply-instances.ts";
import { ApplyError, find, findInIam, isMeant, putIfOther } from "./apply-rules.ts";
import type { BucketConfig, Config } from "./config.ts";
import { builtinConfig, DEFAULTS } from "./defaults.ts";

export { configuredInstance } from "./apply-instances.ts";
export { ApplyError } from "./apply-rules.ts";

export interface Applied {
  /**
   * `role app`, `bucket demo`: made by an earlier file, not named by this one, and still there. `policy of bucket demo`:
   * given by an earlier file, changed by the API, and not given by this one, which names the bucket.
   */
  readonly left: readonly string[];
}

/** One transaction. Buckets are only entered: their first objects must be in the back end before. Throws ApplyError. */
export function applyConfig(world: World, config: Config): Applied {
  if (config.account !== world.accountId || config.region !== world.region) {
    const text = `this world is account ${world.accountId} in ${world.region}, and the config is for account`;
    throw new ApplyError(`${text} ${config.account} in ${config.region}: another needs another state`);
  }
  return world.change(() => {
    const before = givenBefore(world);
    const told = new Set(JSON.parse(world.store.setting("config.left") ?? "[]") as string[]);
    const parts = takeDropped(world, config, before, told);
    applyRotation(world, config, before);
    applyIdentities(world, config, before);
    applyInstances(world, config, before);
    for (const bucket of config.buckets) applyBucket(world, bucket, find(before.buckets, bucket.name));
    applyFaults(world, config.faults, world.store.setting("config.applied") === undefined);
    const unnamed = unnamedOf(world, config, before);
    const left = [...namesOf(unnamed), ...parts];
    world.store.putSetting("config.left", JSON.stringify(left));
    world.store.putSetting("config.applied", JSON.stringify(withUnnamed(config, unnamed)));
    return { left };
  });
}

/** The config that was applied last, with what it left of earlier ones; before the first the defaults. */
function givenBefore(world: World): Config {
  const text = world.store.setting("config.applied");
  if (text !== undefined) return JSON.parse(text) as Config;
  return { ...builtinConfig(), instances: [], buckets: [] };
}

function applyRotation(world: World, { rotation }: Config, before: Config): void {
  const isOther = JSON.stringify(world.schedule()) !== JSON.stringify(rotation);
  if (isOther && isMeant(rotation, builtinConfig().rotation, before.rotation)) world.rotation.setSchedule(rotation);
}

function applyBucket(world: World, given: BucketConfig, before: BucketConfig | undefined): void {
  const { name, policyText, publicAccessBlock } = given;
  const { buckets } = world.tables;
  const there = buckets.get(name);
  const base = there ?? newBucket(world, world.accountId, name);
  const stranger = policyText && strangerIn(world, policyText);
  if (stranger) throw new ApplyError(`the policy of bucket ${name} names ${stranger}, which does not exist`);
  const isBlockMeant = isMeant(publicAccessBlock, DEFAULTS.publicAccessBlock, before?.publicAccessBlock);
  const block = publicAccessBlock ? BLOCKS_ALL : undefined;
  const next = isBlockMeant ? { ...base, publicAccessBlock: block } : base;
  putIfOther(buckets, there, policyText === undefined ? next : withPolicy(world, next, policyText));
}

type Entries = Pick<Config, "roles" | "policies" | "users" | "instances" | "buckets">;

/** What earlier files named, this one does not, and the API has not removed since. */
function unnamedOf(world: World, config: Config, before: Config): Entries {
  const account = world.account(world.accountId);
  const { roles, policies, users, instances, buckets } = before;
  return {
    roles: roles.filter(({ name }) => !findInIam(config.roles, name) && account.roles.get(name)),
    policies: policies.filter(({ name }) => !findInIam(config.policies, name) && account.policies.get(name)),
    users: users.filter(({ name }) => !findInIam(config.users, name) && account.users.get(name)),
    instances: instances.filter(({ name }) => !find(config.instances, name) && configuredInstance(world, name)),
    buckets: buckets.filter(({ name }) => !find(config.buckets, name) && world.tables.buckets.get(name)),
  };
}

/** So that what a file gave is known as such, also when a later one names its holder again. */
function withUnnamed(config: Config, unnamed: Entries): Config {
  return {
    ...config,
    roles: [...config.roles, ...unnamed.roles],
    policies: [...config.policies, ...unnamed.policies],
    users: [...config.users, ...unnamed.users],
    instances: [...config.instances, ...unnamed.instances],
    buckets: [...config.buckets, ...unnamed.buckets],
  };
}

function namesOf({ roles, policies, users, instances, buckets }: Entries): string[] {
  const kinds = { role: roles, policy: policies, user: users, instance: instances, bucket: buckets };
  return Object.entries(kinds).flatMap(([kind, entries]) => entries.map(({ name }) => `${kind} ${name}`));
}
