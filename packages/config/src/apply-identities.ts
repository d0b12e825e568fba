// A file's policies, roles and users applied to a world. What the API attached to them beside is left alone.
import { wholeSeconds } from "@rolemint/host";
import {
  iamArn,
  type ManagedPolicy,
  managedPolicy,
  type Permissions,
  principalIdsOf,
  type Role,
  strangerIn,
  type User,
  type World,
} from "@rolemint/world";
import { ApplyError, findInIam, isMeant, putIfOther, tagsOver } from "./apply-rules.ts";
import type { Config, NamedText, RoleConfig, UserConfig } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";

const DEFAULT_SESSION_SECONDS = 3600;

/** Throws ApplyError. */
export function applyIdentities(world: World, config: Config, before: Config): void {
  for (const policy of config.policies) applyPolicy(world, policy);
  for (const role of config.roles) applyRole(world, role, findInIam(before.roles, role.name));
  for (const user of config.users) applyUser(world, user);
  // A trust policy stands for the users and roles that bear its names once all of them are made.
  const { roles } = world.account(world.accountId);
  for (const { name, trustText } of config.roles) {
    const role = roles.get(name)!;
    const stranger = strangerIn(world, trustText, world.accountId);
    if (stranger) throw new ApplyError(`the trust policy of role ${name} names ${stranger}, which does not exist`);
    putIfOther(roles, role, { ...role, trustedIds: principalIdsOf(world, trustText) });
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

function applyRole(world: World, given: RoleConfig, before: RoleConfig | undefined): void {
  const account = world.account(world.accountId);
  const there = account.roles.get(given.name);
  if (there && there.path !== given.path && isMeant(given.path, DEFAULTS.path, before?.path)) {
    throw new ApplyError(
      `role ${given.name} exists with path ${there.path}, and a role cannot be moved: delete it first`,
    );
  }
  checkPolicies(world, `role ${given.name}`, given.managedPolicies);
  if (given.permissionsBoundary) checkPolicies(world, `role ${given.name}`, [given.permissionsBoundary]);
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
  const isSessionMeant = isMeant(given.maxSessionSeconds, DEFAULT_SESSION_SECONDS, before?.maxSessionSeconds);
  putIfOther(account.roles, there, {
    ...base,
    ...permissionsOver(base, given),
    trust: given.trustText,
    boundary: given.permissionsBoundary ?? base.boundary,
    maxSessionSeconds: isSessionMeant ? given.maxSessionSeconds : base.maxSessionSeconds,
    tags: tagsOver(base.tags, given.tags, (key) => key.toLowerCase()),
  });
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
  const user = putIfOther(account.users, there, { ...base, ...permissionsOver(base, given) });
  for (const key of given.accessKeys) applyAccessKey(world, user, key);
}

/** A key that the API has made inactive stays so. */
function applyAccessKey(world: World, user: User, { id, secret }: UserConfig["accessKeys"][number]): void {
  const { accessKeys } = world.tables;
  const there = accessKeys.get(id);
  if (there && there.userName?.toLowerCase() !== user.name.toLowerCase()) {
    throw new ApplyError(
      `access key ${id} of user ${user.name} belongs to ${there.userName ?? "the root user"} already`,
    );
  }
  const made = { created: wholeSeconds(world.now()), status: "Active" } as const;
  putIfOther(accessKeys, there, { ...made, ...there, id, secret, accountId: user.accountId, userName: user.name });
}

function permissionsOver(
  has: Permissions,
  given: { readonly managedPolicies: readonly string[]; readonly inlinePolicies: readonly NamedText[] },
): Pick<Permissions, "attached" | "inline"> {
  const added = given.managedPolicies.filter((arn) => !has.attached.includes(arn));
  const inline = Object.fromEntries(given.inlinePolicies.map(({ name, text }) => [name, text]));
  return { attached: [...has.attached, ...added], inline: { ...has.inline, ...inline } };
}

function checkPolicies(world: World, holder: string, arns: readonly string[]): void {
  const stranger = arns.find((arn) => !managedPolicy(world, arn));
  if (stranger === undefined) return;
  throw new ApplyError(`${holder} names the managed policy ${stranger}, which does not exist`);
}
