// Settings that have passed every check, as the config that the world is made from.
import { dirname, resolve } from "node:path";
import { parseDuration } from "@rolemint/host/duration";
import { PROFILES, type Schedule } from "@rolemint/world/rotation";
import type { Tag } from "@rolemint/world/rows";
import { instantOf } from "./check.ts";
import type { Config, InstanceConfig, NamedText, RoleConfig, S3Config, UserConfig } from "./config.ts";
import { faultsOf } from "./faults.ts";
import type { Policies } from "./policies.ts";
import type { Path } from "./problem.ts";
import type { Settings } from "./schema.ts";

/** `file` is the config; directories are relative to it. */
export function normalise(settings: Settings, policies: Policies, file: string): Config {
  const { account, region, clock } = settings;
  const start = clock.start === undefined ? undefined : instantOf(clock.start);
  return {
    version: 1,
    account,
    region,
    rotation: scheduleOf(settings.rotation),
    clock: { ...(start !== undefined && { start }), strict: clock.strict },
    roles: Object.entries(settings.roles).map(([name, role]) => roleOf(name, role, policies)),
    policies: textsOf(["policies"], settings.policies, policies),
    users: Object.entries(settings.users).map(([name, user]) => userOf(name, user, policies)),
    instances: Object.entries(settings.instances).map(([name, instance]) => instanceOf(name, instance)),
    buckets: Object.entries(settings.buckets).map(([name, { objects, policy, publicAccessBlock }]) => ({
      name,
      ...(objects !== undefined && { objectsDirectory: resolve(dirname(file), objects) }),
      ...(policy !== undefined && { policyText: policies.textAt(["buckets", name, "policy"]) }),
      publicAccessBlock,
    })),
    s3: s3Of(settings.s3),
    faults: faultsOf(settings),
    sources: [resolve(file), ...policies.sources],
  };
}

function scheduleOf(rotation: Settings["rotation"]): Schedule {
  if (typeof rotation === "string") return PROFILES[rotation];
  const { lifetime, renewEvery, overlap, jitter } = rotation;
  return {
    lifetime: parseDuration(lifetime)!,
    renewEvery: parseDuration(renewEvery)!,
    ...(overlap !== undefined && { overlap: parseDuration(overlap)! }),
    ...(jitter !== undefined && { jitter: parseDuration(jitter)! }),
  };
}

function roleOf(name: string, role: Settings["roles"][string], policies: Policies): RoleConfig {
  return {
    name,
    trustText: policies.textAt(["roles", name, "trust"]),
    path: role.path,
    managedPolicies: role.managedPolicies,
    inlinePolicies: textsOf(["roles", name, "inlinePolicies"], role.inlinePolicies, policies),
    ...(role.permissionsBoundary !== undefined && { permissionsBoundary: role.permissionsBoundary }),
    maxSessionSeconds: parseDuration(role.maxSessionDuration)! / 1000,
    tags: tagsOf(role.tags),
  };
}

function userOf(name: string, user: Settings["users"][string], policies: Policies): UserConfig {
  return {
    name,
    accessKeys: user.accessKeys,
    managedPolicies: user.managedPolicies,
    inlinePolicies: textsOf(["users", name, "inlinePolicies"], user.inlinePolicies, policies),
  };
}

function instanceOf(name: string, instance: Settings["instances"][string]): InstanceConfig {
  const { role, instanceProfile, address, metadata, tags, userData } = instance;
  return {
    name,
    ...(role !== undefined && { role }),
    ...(instanceProfile !== undefined && { instanceProfile }),
    ...(address !== undefined && { address }),
    metadata,
    tags: tagsOf(Object.hasOwn(tags, "Name") ? tags : { Name: name, ...tags }),
    ...(userData !== undefined && { userData }),
  };
}

function s3Of({ endpoint, accessKeyId, secretAccessKey }: Settings["s3"]): S3Config {
  if (endpoint === undefined) return { backend: "builtin" };
  return {
    backend: "endpoint",
    endpoint,
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(secretAccessKey !== undefined && { secretAccessKey }),
  };
}

function textsOf(path: Path, named: Readonly<Record<string, unknown>>, policies: Policies): NamedText[] {
  return Object.keys(named).map((name) => ({ name, text: policies.textAt([...path, name]) }));
}

function tagsOf(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
