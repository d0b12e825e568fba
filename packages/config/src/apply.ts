// A config applied to a world: what it names is brought to what it says; what the API made beside it is left alone;
// what an earlier file made and this one no longer names is left, and listed. Applying it again changes nothing.
import { BLOCKS_ALL, newBucket, strangerIn, type World, withPolicy } from "@rolemint/world";
import { applyIdentities } from "./apply-identities.ts";
import { applyInstances, configuredInstance } from "./apply-instances.ts";
import { ApplyError, find, isMeant, putIfOther } from "./apply-rules.ts";
import type { BucketConfig, Config } from "./config.ts";
import { builtinConfig, DEFAULTS } from "./defaults.ts";

export { configuredInstance } from "./apply-instances.ts";
export { ApplyError } from "./apply-rules.ts";

export interface Applied {
  /** `role app`, `bucket demo`: made by an earlier file, not named by this one, and still there. */
  readonly left: readonly string[];
}

/** One transaction. Buckets are only entered: their first objects must be in the back end before. Throws ApplyError. */
export function applyConfig(world: World, config: Config): Applied {
  if (config.account !== world.accountId || config.region !== world.region) {
    const text = `this world is account ${world.accountId} in ${world.region}, and the config is for account`;
    throw new ApplyError(`${text} ${config.account} in ${config.region}: another needs another state`);
  }
  return world.change(() => {
    const before = lastApplied(world);
    applyRotation(world, config, before);
    applyIdentities(world, config, before);
    applyInstances(world, config, before);
    for (const bucket of config.buckets) applyBucket(world, bucket, find(before.buckets, bucket.name));
    const left = leftBy(world, config, before);
    world.store.putSetting("config.left", JSON.stringify(left));
    world.store.putSetting("config.applied", JSON.stringify(config));
    return { left };
  });
}

/** The config that was applied last; before the first, the defaults of everything. */
function lastApplied(world: World): Config {
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

/** What any earlier file named, this one does not, and the API has not removed since. */
function leftBy(world: World, config: Config, before: Config): string[] {
  const earlier = JSON.parse(world.store.setting("config.left") ?? "[]") as string[];
  const named = new Set(namesOf(config));
  return [...new Set([...earlier, ...namesOf(before)])].filter((name) => !named.has(name) && isThere(world, name));
}

function namesOf(config: Config): string[] {
  const { roles, policies, users, instances, buckets } = config;
  const kinds = { role: roles, policy: policies, user: users, instance: instances, bucket: buckets };
  return Object.entries(kinds).flatMap(([kind, entries]) => entries.map(({ name }) => `${kind} ${name}`));
}

function isThere(world: World, kindAndName: string): boolean {
  const [kind, ...words] = kindAndName.split(" ");
  const name = words.join(" ");
  const account = world.account(world.accountId);
  switch (kind) {
    case "role":
      return account.roles.get(name) !== undefined;
    case "policy":
      return account.policies.get(name) !== undefined;
    case "user":
      return account.users.get(name) !== undefined;
    case "instance":
      return configuredInstance(world, name) !== undefined;
    default:
      return world.tables.buckets.get(name) !== undefined;
  }
}
