// What earlier files gave to something that this one still names, and this one gives no more: taken away if it stands
// as it was given; if the API has changed it since, it stays and is told. What no file gave is the API's.
import { detachProfile, type Permissions, type World } from "@rolemint/world";
import { configuredInstance, encodedUserData, putInstance } from "./apply-instances.ts";
import { find, findInIam, putIfOther, type Tag } from "./apply-rules.ts";
import type { BucketConfig, Config, InstanceConfig, RoleConfig, UserConfig } from "./config.ts";

/**
 * What remains of a part such as `inline policy own`: what the world has of it, or undefined. `valueIn` gives what an
 * entry of a file says of it.
 */
type Remaining<Entry> = (
  part: string,
  has: string | undefined,
  valueIn: (entry: Entry) => string | undefined,
) => string | undefined;

/** Gives the parts that stay. `told` are those that stayed before: they are told for as long as they are there. */
export function takeDropped(world: World, config: Config, before: Config, told: ReadonlySet<string>): string[] {
  const left: string[] = [];
  const remainingOf =
    <Entry>(holder: string, earlier: Entry, given: Entry): Remaining<Entry> =>
    (part, has, valueIn) => {
      if (has === undefined || valueIn(given) !== undefined) return has;
      const [was, name] = [valueIn(earlier), `${part} of ${holder}`];
      if (has === was) return undefined;
      if (was !== undefined || told.has(name)) left.push(name);
      return has;
    };
  for (const role of config.roles) {
    const earlier = findInIam(before.roles, role.name);
    if (earlier) takeFromRole(world, role.name, remainingOf(`role ${role.name}`, earlier, role));
  }
  for (const user of config.users) {
    const earlier = findInIam(before.users, user.name);
    if (earlier) takeFromUser(world, user.name, remainingOf(`user ${user.name}`, earlier, user));
  }
  for (const instance of config.instances) {
    const earlier = find(before.instances, instance.name);
    if (earlier) takeFromInstance(world, instance.name, remainingOf(`instance ${instance.name}`, earlier, instance));
  }
  for (const bucket of config.buckets) {
    const earlier = find(before.buckets, bucket.name);
    if (earlier) takeFromBucket(world, bucket.name, remainingOf(`bucket ${bucket.name}`, earlier, bucket));
  }
  return left;
}

function takeFromRole(world: World, name: string, remaining: Remaining<RoleConfig>): void {
  const { roles } = world.account(world.accountId);
  const role = roles.get(name);
  if (!role) return;
  putIfOther(roles, role, {
    ...role,
    ...remainingPermissions(role, remaining),
    boundary: remaining("permissions boundary", role.boundary, ({ permissionsBoundary }) => permissionsBoundary),
    tags: remainingTags(role.tags, (key) => key.toLowerCase(), remaining),
  });
}

function takeFromUser(world: World, name: string, remaining: Remaining<UserConfig>): void {
  const { users, accessKeysOf } = world.account(world.accountId);
  const user = users.get(name);
  if (!user) return;
  putIfOther(users, user, { ...user, ...remainingPermissions(user, remaining) });
  for (const key of accessKeysOf(name)) {
    // Every key of a file is active, so one that the API has made inactive is changed.
    const has = `${key.status} ${key.secret}`;
    const rest = remaining(`access key ${key.id}`, has, ({ accessKeys }) => {
      const said = accessKeys.find(({ id }) => id === key.id);
      return said && `Active ${said.secret}`;
    });
    if (rest === undefined) world.tables.accessKeys.remove(key);
  }
}

function remainingPermissions(
  has: Permissions,
  remaining: Remaining<RoleConfig> | Remaining<UserConfig>,
): Pick<Permissions, "attached" | "inline"> {
  const isLeft: Remaining<Pick<UserConfig, "managedPolicies" | "inlinePolicies">> = remaining;
  const attached = has.attached.filter((arn) =>
    isLeft(`managed policy ${arn}`, arn, ({ managedPolicies }) => managedPolicies.find((one) => one === arn)),
  );
  const inline = Object.entries(has.inline).filter(([name, text]) =>
    isLeft(`inline policy ${name}`, text, ({ inlinePolicies }) => find(inlinePolicies, name)?.text),
  );
  return { attached, inline: Object.fromEntries(inline) };
}

/** `identity` says which keys are alike. */
function remainingTags(
  tags: readonly Tag[],
  identity: (key: string) => string,
  remaining: Remaining<RoleConfig> | Remaining<InstanceConfig>,
): readonly Tag[] {
  const rest: Remaining<{ readonly tags: readonly Tag[] }> = remaining;
  return tags.filter(({ Key, Value }) => {
    const valueIn = (given: readonly Tag[]) => given.find((tag) => identity(tag.Key) === identity(Key))?.Value;
    // A value may be empty.
    return rest(`tag ${Key}`, Value, (entry) => valueIn(entry.tags)) !== undefined;
  });
}

/** One that loses its role keeps, as on AWS, the keys it has got, to their own end. */
function takeFromInstance(world: World, name: string, remaining: Remaining<InstanceConfig>): void {
  const instance = configuredInstance(world, name);
  if (!instance) return;
  const rest = putInstance(world, instance, {
    ...instance,
    tags: remainingTags(instance.tags, (key) => key, remaining),
    userData: remaining("user data", instance.userData, encodedUserData),
    address: remaining("address", instance.address, ({ address }) => address),
  });
  // By name, which a profile that is gone had too; of the one that a fault has taken for a while, where one has.
  const { profileArn } = world.faults.heldProfile(instance) ?? instance.association ?? {};
  const has = profileArn?.split("/").at(-1)?.toLowerCase();
  const profileIn = ({ role, instanceProfile }: InstanceConfig) => (role ?? instanceProfile)?.toLowerCase();
  const isTaken = has !== undefined && remaining("instance profile", has, profileIn) === undefined;
  if (!isTaken) return;
  world.faults.letGoOfProfile(rest);
  if (rest.association) detachProfile(world, rest);
}

function takeFromBucket(world: World, name: string, remaining: Remaining<BucketConfig>): void {
  const { buckets } = world.tables;
  const bucket = buckets.get(name);
  if (bucket?.policy === undefined || remaining("policy", bucket.policy, ({ policyText }) => policyText)) return;
  buckets.put({ ...bucket, policy: undefined, policyIds: undefined });
}
