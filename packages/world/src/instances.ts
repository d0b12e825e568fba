// Instances: making them, naming them, and the facts that EC2 would have given them. Every fact that nothing in a
// world decides (addresses, network ids) is derived from the instance id, so it never changes.
import { hash } from "node:crypto";
import { wholeSeconds } from "@rolemint/host";
import { iamArn } from "./arn.ts";
import type { Association, Instance, InstanceProfile, MetadataOptions, Tag } from "./rows.ts";
import { DEFAULT_OPTIONS } from "./rows.ts";
import type { World } from "./world.ts";

export interface NewInstance {
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly imageId?: string | undefined;
  readonly instanceType?: string | undefined;
  readonly keyName?: string | undefined;
  readonly options?: Partial<MetadataOptions>;
  readonly tags: readonly Tag[];
  readonly userData?: string | undefined;
  readonly clientToken?: string | undefined;
  readonly configName?: string | undefined;
  readonly address?: string | undefined;
}

export const DEFAULT_IMAGE = "ami-0abcdef1234567890";
export const DEFAULT_TYPE = "t3.micro";

/** Adds a running instance without a profile. */
export function addInstance(world: World, given: NewInstance): Instance {
  const now = world.now();
  return world.tables.instances.put({
    accountId: world.accountId,
    id: world.ids.hex17("i-"),
    reservationId: given.reservationId,
    launchIndex: given.launchIndex,
    order: nextOrder(world),
    state: "running",
    launched: now,
    imageId: given.imageId ?? DEFAULT_IMAGE,
    instanceType: given.instanceType ?? DEFAULT_TYPE,
    options: { ...DEFAULT_OPTIONS, ...given.options },
    tags: given.tags,
    changed: now,
    ...(given.keyName !== undefined && { keyName: given.keyName }),
    ...(given.userData !== undefined && { userData: given.userData }),
    ...(given.clientToken !== undefined && { clientToken: given.clientToken }),
    ...(given.configName !== undefined && { configName: given.configName }),
    ...(given.address !== undefined && { address: given.address }),
  });
}

/** Counts every instance there has been: an order is never given twice, whatever a reset removes. */
function nextOrder({ store }: World): number {
  const order = Number(store.setting("instances.made") ?? "0");
  store.putSetting("instances.made", String(order + 1));
  return order;
}

/** The value of the `Name` tag, or the id of an instance that has none. */
export function nameOf(instance: Instance): string {
  return instance.tags.find((tag) => tag.Key === "Name")?.Value || instance.id;
}

/** The running instances that go by this name or id: usually one, and more when a name is borne twice. */
export function instancesCalled(world: World, nameOrId: string): Instance[] {
  const byId = world.tables.instances.get(nameOrId);
  if (byId?.state === "running") return [byId];
  return runningInstances(world).filter((instance) => nameOf(instance) === nameOrId);
}

/** The running instance whose calls come from this address. */
export function instanceAt(world: World, address: string): Instance | undefined {
  return world.tables.instances.find("address", address).find(({ state }) => state === "running");
}

export function runningInstances(world: World): Instance[] {
  return world
    .account(world.accountId)
    .instances()
    .filter((instance) => instance.state === "running");
}

/** Ends an instance: its metadata is gone at once; keys given out live to their own end, as on AWS. */
export function terminate(world: World, instance: Instance): Instance {
  if (instance.state === "terminated") return instance;
  const { association: _, ...rest } = instance;
  return world.tables.instances.put({ ...rest, state: "terminated", terminated: world.now() });
}

export function associate(world: World, instance: Instance, profile: InstanceProfile): Instance {
  const now = world.now();
  const association: Association = {
    id: world.ids.hex17("iip-assoc-"),
    profileArn: profile.arn,
    profileId: profile.id,
    since: now,
  };
  return world.tables.instances.put({ ...instance, association, changed: now });
}

export function disassociate(world: World, instance: Instance): Instance {
  const { association: _, ...rest } = instance;
  return world.tables.instances.put({ ...rest, changed: world.now() });
}

/** Gives an instance a profile, in the place of any that it has, and the first credentials of its role. */
export function attachProfile(world: World, instance: Instance, profile: InstanceProfile): Instance {
  const associated = associate(world, instance, profile);
  world.rotation.issueNow(associated);
  return associated;
}

/** Takes the profile from an instance; keys given out live to their own end, as on AWS. */
export function detachProfile(world: World, instance: Instance): Instance {
  const bare = disassociate(world, instance);
  world.rotation.unschedule(bare);
  return bare;
}

/** The caller has looked that there is none of that name. Default path `/`, and no tags. */
export function addInstanceProfile(
  world: World,
  given: Pick<InstanceProfile, "accountId" | "name"> & Partial<Pick<InstanceProfile, "path" | "tags" | "roleName">>,
): InstanceProfile {
  const { accountId, name, path = "/" } = given;
  return world.account(accountId).instanceProfiles.put({
    path,
    tags: [],
    ...given,
    id: world.ids.unique("AIPA", accountId),
    arn: iamArn(accountId, "instance-profile", path, name),
    created: wholeSeconds(world.now()),
  });
}

/** The profile that an association names, while it exists under the id it had then. */
export function profileOf(world: World, instance: Instance): InstanceProfile | undefined {
  const { association } = instance;
  return association && world.tables.instanceProfiles.find("id", association.profileId)[0];
}

/** What EC2 decides and we derive. */
export interface InstanceNetwork {
  readonly privateIp: string;
  readonly publicIp: string;
  readonly mac: string;
  readonly interfaceId: string;
  readonly attachmentId: string;
  readonly subnetId: string;
  readonly subnetCidr: string;
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly securityGroupId: string;
  readonly securityGroup: string;
  readonly zone: string;
  readonly zoneId: string;
}

export function networkOf(world: Pick<World, "accountId" | "region">, instance: Instance): InstanceNetwork {
  const own = hash("sha256", instance.id, "buffer");
  return {
    ...sharedNetwork(world),
    privateIp: privateIpOf(instance),
    publicIp: `203.0.113.${(own[2]! % 253) + 1}`,
    mac: `02:${own.toString("hex", 3, 8).match(/../g)!.join(":")}`,
    interfaceId: `eni-0${own.toString("hex", 8, 16)}`,
    attachmentId: `eni-attach-0${own.toString("hex", 16, 24)}`,
  };
}

/** The two facts that credentials carry, without the work of the others. */
export function placeOf(world: World, instance: Instance): Pick<InstanceNetwork, "vpcId" | "privateIp"> {
  return { vpcId: sharedNetwork(world).vpcId, privateIp: privateIpOf(instance) };
}

/** In the order of launch, as far as the subnet reaches. */
function privateIpOf({ order }: Instance): string {
  const host = order % 4000;
  return `172.31.${Math.floor(host / 250)}.${(host % 250) + 4}`;
}

type SharedNetwork = Omit<InstanceNetwork, "privateIp" | "publicIp" | "mac" | "interfaceId" | "attachmentId">;

const sharedNetworks = new Map<string, SharedNetwork>();

/** The default network of an account in a region, the same for all of its instances. */
function sharedNetwork({ accountId, region }: Pick<World, "accountId" | "region">): SharedNetwork {
  const name = `${accountId} ${region}`;
  const known = sharedNetworks.get(name);
  if (known) return known;
  const digest = hash("sha256", name);
  const id = (prefix: string, at: number) => `${prefix}0${digest.slice(at, at + 16)}`;
  const network = {
    subnetId: id("subnet-", 0),
    subnetCidr: "172.31.0.0/20",
    vpcId: id("vpc-", 16),
    vpcCidr: "172.31.0.0/16",
    securityGroupId: id("sg-", 32),
    securityGroup: "default",
    zone: `${region}a`,
    zoneId: zoneIdOf(region),
  };
  sharedNetworks.set(name, network);
  return network;
}

/** `use1-az1` for us-east-1, `apse2-az1` for ap-southeast-2: the region's letters and number, as AWS shortens it. */
function zoneIdOf(region: string): string {
  const [area = "", ...rest] = region.split("-");
  const number = rest.pop() ?? "1";
  const letters = rest.map((word) =>
    word.replace(/^(north|south)?(.).*$/, (_, first, next) => (first?.[0] ?? "") + next),
  );
  return `${area}${letters.join("")}${number}-az1`;
}
