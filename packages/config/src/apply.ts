// A config applied to a world: what it names is brought to what it says; what the API made beside it is left alone;
// what an earlier file made and this one no longer names is left, and listed. Applying it again changes nothing.
import { wholeSeconds } from "@rolemint/host";
import {
  addInstance,
  associate,
  type Instance,
  type InstanceProfile,
  iamArn,
  type ManagedPolicy,
  type MetadataOptions,
  managedPolicy,
  profileOf,
  type Role,
  type Tag,
  trustedIdsOf,
  type User,
  type World,
} from "@rolemint/world";
import type { Config, InstanceConfig, NamedText, RoleConfig, UserConfig } from "./config.ts";
import { builtinConfig } from "./defaults.ts";

/** The config asks for what cannot be done to this world; nothing was changed. */
export class ApplyError extends Error {}

export interface Applied {
  /** `role app`, `bucket demo`: made by an earlier file, not named by this one. */
  readonly left: readonly string[];
}

/** One transaction. Buckets are only entered: their first objects must be in the back end before. Throws ApplyError. */
export function applyConfig(world: World, config: Config): Applied {
  return world.change(() => {
    const before = lastApplied(world);
    const account = world.account(config.account);
    applyRotation(world, config, before);
    for (const policy of config.policies) applyPolicy(world, policy);
    const retrusted = config.roles.filter((role) => applyRole(world, role, find(before.roles, role.name)));
    for (const user of config.users) applyUser(world, user);
    for (const role of retrusted) resolveTrust(world, role);
    for (const instance of config.instances) {
      applyInstance(world, config, instance, find(before.instances, instance.name));
    }
    for (const bucket of config.buckets) {
      const there = world.tables.buckets.get(bucket.name);
      const row = there ?? {
        accountId: account.id,
        name: bucket.name,
        region: config.region,
        created: wholeSeconds(world.now()),
      };
      const policy = bucket.policyText ?? there?.policy;
      if (!there || there.policy !== policy) world.tables.buckets.put({ ...row, policy });
    }
    const names = namesOf(config);
    const left = [...new Set([...leftBefore(world), ...namesOf(before)])].filter((name) => !names.includes(name));
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

function leftBefore(world: World): string[] {
  return JSON.parse(world.store.setting("config.left") ?? "[]") as string[];
}

function namesOf(config: Config): string[] {
  const kinds = { role: config.roles, policy: config.policies, user: config.users, bucket: config.buckets };
  const named = Object.entries(kinds).flatMap(([kind, entries]) => entries.map(({ name }) => `${kind} ${name}`));
  return [...named, ...config.instances.map(({ name }) => `instance ${name}`)];
}

function find<Row extends { readonly name: string }>(rows: readonly Row[], name: string): Row | undefined {
  return rows.find((row) => row.name === name);
}

/** A setting that has a default is enforced when it says something else, or when the file changed it. */
function isMeant<Value>(value: Value, byDefault: Value, before: Value | undefined): boolean {
  const text = JSON.stringify(value);
  return text !== JSON.stringify(byDefault) || (before !== undefined && text !== JSON.stringify(before));
}

function applyRotation(world: World, config: Config, before: Config): void {
  const isOther = JSON.stringify(world.schedule()) !== JSON.stringify(config.rotation);
  if (isOther && isMeant(config.rotation, builtinConfig().rotation, before.rotation)) {
    world.rotation.setSchedule(config.rotation);
  }
}

function applyPolicy(world: World, { name, text }: NamedText): void {
  const account = world.account(world.accountId);
  const now = wholeSeconds(world.now());
  const policy = account.policies.get(name);
  if (!policy) {
    account.policies.put({
      accountId: account.id,
      name,
      path: "/",
      id: world.ids.unique("ANPA", account.id),
      arn: iamArn(account.id, "policy", "/", name),
      created: now,
      updated: now,
      defaultVersion: "v1",
      nextVersion: 2,
      versions: [{ id: "v1", text, created: now }],
      tags: [],
    });
    return;
  }
  const current = policy.versions.find((version) => version.id === policy.defaultVersion);
  if (current?.text !== text) account.policies.put(withNewDefault(policy, text, now));
}

/** A new default version; the oldest other one makes room when there are five. */
function withNewDefault(policy: ManagedPolicy, text: string, now: number): ManagedPolicy {
  const id = `v${policy.nextVersion}`;
  const oldest =
    policy.versions.length >= 5 ? policy.versions.find((one) => one.id !== policy.defaultVersion) : undefined;
  const versions = [...policy.versions.filter((version) => version !== oldest), { id, text, created: now }];
  return { ...policy, versions, defaultVersion: id, nextVersion: policy.nextVersion + 1, updated: now };
}

/** Whether the role's trust policy is new. */
function applyRole(world: World, given: RoleConfig, before: RoleConfig | undefined): boolean {
  const account = world.account(world.accountId);
  const there = account.roles.get(given.name);
  if (there && there.path !== given.path && isMeant(given.path, "/", before?.path)) {
    throw new ApplyError(
      `role ${given.name} exists with path ${there.path}, and a role cannot be moved: delete it first`,
    );
  }
  checkPolicies(world, `role ${given.name}`, [
    ...given.managedPolicies,
    ...(given.permissionsBoundary ? [given.permissionsBoundary] : []),
  ]);
  const base: Role = there ?? {
    accountId: account.id,
    name: given.name,
    path: given.path,
    id: world.ids.unique("AROA", account.id),
    arn: iamArn(account.id, "role", given.path, given.name),
    created: wholeSeconds(world.now()),
    trust: given.trustText,
    trustedIds: {},
    maxSessionSeconds: given.maxSessionSeconds,
    attached: [],
    inline: {},
    tags: [],
  };
  const isSessionMeant = isMeant(given.maxSessionSeconds, 3600, before?.maxSessionSeconds);
  putIfOther(account.roles, there, {
    ...base,
    trust: given.trustText,
    attached: union(base.attached, given.managedPolicies),
    inline: { ...base.inline, ...texts(given.inlinePolicies) },
    boundary: given.permissionsBoundary ?? base.boundary,
    maxSessionSeconds: isSessionMeant ? given.maxSessionSeconds : base.maxSessionSeconds,
    tags: tagsOver(base.tags, given.tags, (key) => key.toLowerCase()),
  });
  return there?.trust !== given.trustText;
}

/** Trust policies name users and roles by what they are once all of them are made. */
function resolveTrust(world: World, given: RoleConfig): void {
  const { roles } = world.account(world.accountId);
  const role = roles.get(given.name)!;
  putIfOther(roles, role, { ...role, trustedIds: trustedIdsOf(world, given.trustText) });
}

function applyUser(world: World, given: UserConfig): void {
  const account = world.account(world.accountId);
  checkPolicies(world, `user ${given.name}`, given.managedPolicies);
  const there = account.users.get(given.name);
  const base: User = there ?? {
    accountId: account.id,
    name: given.name,
    path: "/",
    id: world.ids.unique("AIDA", account.id),
    arn: iamArn(account.id, "user", "/", given.name),
    created: wholeSeconds(world.now()),
    attached: [],
    inline: {},
    tags: [],
  };
  putIfOther(account.users, there, {
    ...base,
    attached: union(base.attached, given.managedPolicies),
    inline: { ...base.inline, ...texts(given.inlinePolicies) },
  });
  for (const { id, secret } of given.accessKeys) {
    const key = world.tables.accessKeys.get(id);
    if (key && key.userName?.toLowerCase() !== given.name.toLowerCase()) {
      throw new ApplyError(
        `access key ${id} of user ${given.name} belongs to ${key.userName ?? "the root user"} already`,
      );
    }
    if (key?.secret === secret) continue;
    const created = key?.created ?? wholeSeconds(world.now());
    world.tables.accessKeys.put({ id, secret, accountId: account.id, userName: base.name, status: "Active", created });
  }
}

function checkPolicies(world: World, holder: string, arns: readonly string[]): void {
  const stranger = arns.find((arn) => !managedPolicy(world, arn));
  if (stranger !== undefined)
    throw new ApplyError(`${holder} names the managed policy ${stranger}, which does not exist`);
}

function applyInstance(world: World, config: Config, given: InstanceConfig, before: InstanceConfig | undefined): void {
  const userData = given.userData === undefined ? undefined : Buffer.from(given.userData).toString("base64");
  const there = configuredInstance(world, given.name);
  const base =
    there ??
    addInstance(world, {
      reservationId: world.ids.hex17("r-"),
      launchIndex: 0,
      options: given.metadata,
      tags: given.tags,
      userData,
      configName: given.name,
    });
  const next: Instance = {
    ...base,
    options: meantOptions(base.options, given.metadata, before?.metadata),
    tags: tagsOver(base.tags, given.tags, (key) => key),
    userData: userData ?? base.userData,
  };
  const instance =
    JSON.stringify(next) === JSON.stringify(base)
      ? base
      : world.tables.instances.put({ ...next, changed: world.now() });
  if (instance.options.tokens === "optional" && base.options.tokens !== "optional") {
    world.rotation.deliverWithoutToken(instance);
  }
  const profile = profileMeant(world, config, given);
  if (profile && profileOf(world, instance)?.id !== profile.id) {
    world.rotation.issueNow(associate(world, instance, profile));
  }
}

/** The running instance that this entry of the file made. */
export function configuredInstance(world: World, name: string): Instance | undefined {
  const instances = world.account(world.accountId).instances();
  return instances.find((instance) => instance.configName === name && instance.state === "running");
}

function meantOptions(
  has: MetadataOptions,
  given: MetadataOptions,
  before: MetadataOptions | undefined,
): MetadataOptions {
  const byDefault = builtinConfig().instances[0]!.metadata;
  const meant = (Object.keys(given) as (keyof MetadataOptions)[]).filter((name) =>
    isMeant(given[name], byDefault[name], before?.[name]),
  );
  return { ...has, ...Object.fromEntries(meant.map((name) => [name, given[name]])) };
}

/** The same list where nothing is new. IAM's keys are the same regardless of case, EC2's are not: `identity` says so. */
function tagsOver(has: readonly Tag[], given: readonly Tag[], identity: (key: string) => string): readonly Tag[] {
  const keys = new Set(given.map((tag) => identity(tag.Key)));
  const tags = [...has.filter((tag) => !keys.has(identity(tag.Key))), ...given];
  const isSame =
    has.length === tags.length &&
    has.every((tag) => tags.some((one) => one.Key === tag.Key && one.Value === tag.Value));
  return isSame ? has : tags;
}

/** A role brings the instance profile of its name, as the console does. */
function profileMeant(world: World, config: Config, given: InstanceConfig): InstanceProfile | undefined {
  const { instanceProfiles } = world.account(world.accountId);
  const name = given.role ?? given.instanceProfile;
  if (name === undefined) return undefined;
  const there = instanceProfiles.get(name);
  const roleName = given.role ?? (find(config.roles, name) && !there ? name : undefined);
  if (there && (roleName === undefined || there.roleName === roleName)) return there;
  if (!there && roleName === undefined) {
    throw new ApplyError(`instance ${given.name} names the instance profile ${name}, which does not exist`);
  }
  const profile = there ?? {
    accountId: world.accountId,
    name,
    path: "/",
    id: world.ids.unique("AIPA", world.accountId),
    arn: iamArn(world.accountId, "instance-profile", "/", name),
    created: wholeSeconds(world.now()),
    tags: [],
  };
  return instanceProfiles.put({ ...profile, roleName });
}

function texts(policies: readonly NamedText[]): Record<string, string> {
  return Object.fromEntries(policies.map(({ name, text }) => [name, text]));
}

function union(has: readonly string[], given: readonly string[]): readonly string[] {
  return [...has, ...given.filter((one) => !has.includes(one))];
}

/** A row that is already as it should be is not written, so that applying a file again moves nothing. */
function putIfOther<Row extends object>(rows: { put(row: Row): Row }, there: Row | undefined, next: Row): void {
  if (!there || JSON.stringify(there) !== JSON.stringify(next)) rows.put(next);
}
