// A file's instances applied to a world, each with the instance profile that it asks for.
import {
  addInstance,
  addInstanceProfile,
  attachProfile,
  type Instance,
  type InstanceProfile,
  type MetadataOptions,
  profileOf,
  type World,
} from "@rolemint/world";
import { ApplyError, find, findInIam, isMeant, putIfOther, tagsOver } from "./apply-rules.ts";
import type { Config, InstanceConfig } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";

/** The running instance that this entry of a file made. */
export function configuredInstance(world: World, name: string): Instance | undefined {
  const instances = world.account(world.accountId).instances();
  return instances.find((instance) => instance.configName === name && instance.state === "running");
}

/** Throws ApplyError. */
export function applyInstances(world: World, config: Config, before: Config): void {
  for (const given of config.instances) applyInstance(world, config, given, find(before.instances, given.name));
}

function applyInstance(world: World, config: Config, given: InstanceConfig, before: InstanceConfig | undefined): void {
  const userData = encodedUserData(given);
  const base =
    configuredInstance(world, given.name) ??
    addInstance(world, {
      reservationId: world.ids.hex17("r-"),
      launchIndex: 0,
      options: given.metadata,
      tags: given.tags,
      userData,
      configName: given.name,
      address: given.address,
    });
  const instance = putInstance(world, base, {
    ...base,
    options: meantOptions(base.options, given.metadata, before?.metadata),
    tags: tagsOver(base.tags, given.tags, (key) => key),
    userData: userData ?? base.userData,
    address: given.address ?? base.address,
  });
  if (instance.options.tokens === "optional" && base.options.tokens !== "optional") {
    world.rotation.deliverWithoutToken(instance);
  }
  const profile = profileMeant(world, config, given);
  // What a fault has taken it brings back itself, unless another is meant now.
  const has = world.faults.heldProfile(instance)?.profileId ?? profileOf(world, instance)?.id;
  if (profile && has !== profile.id) attachProfile(world, instance, profile);
}

/** As the world keeps it. */
export function encodedUserData({ userData }: InstanceConfig): string | undefined {
  return userData === undefined ? undefined : Buffer.from(userData).toString("base64");
}

/** Only what is other than it was is a change of the instance's metadata. */
export function putInstance(world: World, there: Instance, next: Instance): Instance {
  const isSame = JSON.stringify(next) === JSON.stringify(there);
  return isSame ? there : world.tables.instances.put({ ...next, changed: world.now() });
}

function meantOptions(
  has: MetadataOptions,
  given: MetadataOptions,
  before: MetadataOptions | undefined,
): MetadataOptions {
  const names = Object.keys(given) as (keyof MetadataOptions)[];
  const meant = names.filter((name) => isMeant(given[name], DEFAULTS.metadata[name], before?.[name]));
  return { ...has, ...Object.fromEntries(meant.map((name) => [name, given[name]])) };
}

/** A role brings the instance profile of its name, as the console does. */
function profileMeant(world: World, config: Config, given: InstanceConfig): InstanceProfile | undefined {
  const { instanceProfiles } = world.account(world.accountId);
  const name = given.role ?? given.instanceProfile;
  if (name === undefined) return undefined;
  const there = instanceProfiles.get(name);
  // A profile that the file only names is made with the role of its name, if the file has that.
  const roleName = given.role ?? there?.roleName ?? (there ? undefined : findInIam(config.roles, name)?.name);
  if (!there && roleName === undefined) {
    throw new ApplyError(`instance ${given.name} names the instance profile ${name}, which does not exist`);
  }
  if (!there) return addInstanceProfile(world, { accountId: world.accountId, name, roleName });
  return putIfOther(instanceProfiles, there, { ...there, roleName });
}
