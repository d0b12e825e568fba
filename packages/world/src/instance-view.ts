// What one instance's metadata may show now: the world's rows put together for the metadata service.
import { hash } from "node:crypto";
import type { InstanceView } from "@rolemint/authority";
import { DEFAULT_IMAGE, DEFAULT_TYPE, nameOf, networkOf, profileOf } from "./instances.ts";
import { DEFAULT_OPTIONS, type Generation, type Instance } from "./rows.ts";
import type { World } from "./world.ts";

const TROUBLESHOOTING =
  "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc";

/** The view of a running instance. */
export function viewOf(world: World, instance: Instance): InstanceView {
  const network = networkOf(world, instance);
  const generation = world.rotation.current(instance);
  const profile = profileView(world, instance, generation);
  const shown = profile && showsDocument(world, instance, generation) ? generation : undefined;
  const { options } = instance;
  return {
    Name: nameOf(instance),
    InstanceId: instance.id,
    AccountId: instance.accountId,
    Region: world.region,
    Endpoint: options.endpoint,
    Tokens: options.tokens,
    HopLimit: options.hopLimit,
    Ipv6: options.ipv6,
    TagsInMetadata: options.tags,
    TokenKey: world.metadataTokenKey(instance.id),
    ImageId: instance.imageId,
    InstanceType: instance.instanceType,
    Architecture: architectureOf(instance.instanceType),
    ReservationId: instance.reservationId,
    LaunchIndex: instance.launchIndex,
    LaunchTime: instance.launched,
    AvailabilityZone: network.zone,
    AvailabilityZoneId: network.zoneId,
    PrivateIp: network.privateIp,
    PublicIp: network.publicIp,
    Mac: network.mac,
    InterfaceId: network.interfaceId,
    SubnetId: network.subnetId,
    SubnetCidr: network.subnetCidr,
    VpcId: network.vpcId,
    VpcCidr: network.vpcCidr,
    SecurityGroupIds: [network.securityGroupId],
    SecurityGroups: [network.securityGroup],
    Tags: [...instance.tags],
    UserData: instance.userData,
    Profile: profile && { ...profile, RoleName: shown?.roleName },
    Credentials: shown ? documentsOf(shown) : [],
    Changed: Math.max(instance.changed, generation?.issued ?? 0),
    // Set only where the document ends by itself: see showsDocument.
    ValidUntil: shown?.isNotRenewed || !profileOf(world, instance)?.roleName ? shown?.stated : undefined,
  };
}

/** What a caller at an address that is no instance's gets: an instance without a profile, of a made-up id. */
export function strangerView(world: World, address: string): InstanceView {
  const digest = hash("sha256", `stranger ${address}`, "buffer");
  const stranger: Instance = {
    accountId: world.accountId,
    id: `i-0${digest.toString("hex", 0, 8)}`,
    reservationId: `r-0${digest.toString("hex", 8, 16)}`,
    launchIndex: 0,
    order: digest.readUInt16BE(16),
    state: "running",
    launched: 0,
    imageId: DEFAULT_IMAGE,
    instanceType: DEFAULT_TYPE,
    options: DEFAULT_OPTIONS,
    tags: [],
    changed: 0,
  };
  return { ...viewOf(world, stranger), IsUnknown: true };
}

/** Graviton types carry a g after the generation digit: `t4g.micro`, `m7gd.large`. */
export function architectureOf(instanceType: string): "arm64" | "x86_64" {
  return /^[a-z]+\d+[a-z]*g[a-z]*\./.test(instanceType) || instanceType.startsWith("a1.") ? "arm64" : "x86_64";
}

function profileView(world: World, instance: Instance, generation: Generation | undefined): InstanceView["Profile"] {
  const { association } = instance;
  if (!association) return undefined;
  const base = { Arn: association.profileArn, Id: association.profileId };
  const LastUpdated = generation?.issued ?? association.since;
  const profile = profileOf(world, instance);
  if (!profile) {
    const Message = `Instance Profile with Id ${association.profileId} cannot be found.  Please see documentation at ${TROUBLESHOOTING}.`;
    return { ...base, LastUpdated, Code: "InstanceProfileNotFound", Message };
  }
  if (!profile.roleName) {
    const Message = `Instance Profile does not contain a role.  Please see documentation at ${TROUBLESHOOTING}.`;
    return { ...base, LastUpdated, Code: "Success", Message };
  }
  return { ...base, LastUpdated, Code: "Success" };
}

/**
 * A generation is shown until its successor is there, even when it has expired (that is what `frozen` is for), but once
 * its profile has no role it is shown only to its own end, and once the profile is gone not at all.
 */
function showsDocument(world: World, instance: Instance, generation: Generation | undefined): boolean {
  const profile = profileOf(world, instance);
  if (!generation || !profile) return false;
  return profile.roleName !== undefined || generation.stated > world.now();
}

function documentsOf(generation: Generation): InstanceView["Credentials"] {
  const base = { Generation: generation.number, Code: generation.code, LastUpdated: generation.issued };
  if (generation.code !== "Success") {
    return (["1.0", "2.0"] as const).map((Delivery) => ({ ...base, Delivery, Message: generation.message }));
  }
  return generation.keys.map((set) => ({
    ...base,
    Delivery: set.delivery,
    AccessKeyId: set.accessKeyId,
    SecretAccessKey: set.secret,
    Token: set.token,
    Expiration: generation.stated,
  }));
}
