// How rows of the world look in EC2's answers.
import type { ValueOf } from "@rolemint/wire";
import { type Association, architectureOf, type Instance, networkOf, type World } from "@rolemint/world";
import type * as shapes from "./shapes.ts";

const RUNNING = { Code: 16, Name: "running" };
export const PENDING = { Code: 0, Name: "pending" };
export const SHUTTING_DOWN = { Code: 32, Name: "shutting-down" };
export const TERMINATED = { Code: 48, Name: "terminated" };

export function stateOf(instance: Instance): { Code: number; Name: string } {
  return instance.state === "running" ? RUNNING : TERMINATED;
}

export function instanceView(
  world: World,
  instance: Instance,
  state = stateOf(instance),
): ValueOf<typeof shapes.Instance> {
  const network = networkOf(world, instance);
  const { association } = instance;
  const isThere = instance.state === "running";
  const base = {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    State: state,
    PrivateDnsName: isThere ? `ip-${network.privateIp.replaceAll(".", "-")}.${domainOf(world)}` : "",
    KeyName: instance.keyName,
    AmiLaunchIndex: instance.launchIndex,
    InstanceType: instance.instanceType,
    LaunchTime: instance.launched,
    Placement: { AvailabilityZone: network.zone, Tenancy: "default" },
    Monitoring: { State: "disabled" },
    Architecture: architectureOf(instance.instanceType),
    ClientToken: instance.clientToken ?? "",
    Hypervisor: "xen",
    Tags: instance.tags.length > 0 ? instance.tags.map(({ Key, Value }) => ({ Key, Value })) : undefined,
    VirtualizationType: "hvm",
    MetadataOptions: optionsView(instance, "applied"),
  };
  if (!isThere) return base;
  const groups = [{ GroupId: network.securityGroupId, GroupName: network.securityGroup }];
  return {
    ...base,
    PublicDnsName: `ec2-${network.publicIp.replaceAll(".", "-")}.${publicDomainOf(world)}`,
    SubnetId: network.subnetId,
    VpcId: network.vpcId,
    PrivateIpAddress: network.privateIp,
    PublicIpAddress: network.publicIp,
    IamInstanceProfile: association && { Arn: association.profileArn, Id: association.profileId },
    SecurityGroups: groups,
    NetworkInterfaces: [
      {
        NetworkInterfaceId: network.interfaceId,
        SubnetId: network.subnetId,
        VpcId: network.vpcId,
        OwnerId: instance.accountId,
        Status: "in-use",
        MacAddress: network.mac,
        PrivateIpAddress: network.privateIp,
        Groups: groups,
      },
    ],
  };
}

/** us-east-1's private names have a domain of their own. */
function domainOf(world: World): string {
  return world.region === "us-east-1" ? "ec2.internal" : `${world.region}.compute.internal`;
}

function publicDomainOf(world: World): string {
  return world.region === "us-east-1" ? "compute-1.amazonaws.com" : `${world.region}.compute.amazonaws.com`;
}

export function optionsView(instance: Instance, state: "pending" | "applied"): ValueOf<typeof shapes.MetadataOptions> {
  const { options } = instance;
  return {
    State: state,
    HttpTokens: options.tokens,
    HttpPutResponseHopLimit: options.hopLimit,
    HttpEndpoint: options.endpoint,
    HttpProtocolIpv6: options.ipv6,
    InstanceMetadataTags: options.tags,
  };
}

export function associationView(
  instance: Instance,
  association: Association,
  state: "associating" | "associated" | "disassociating",
): ValueOf<typeof shapes.Association> {
  return {
    AssociationId: association.id,
    InstanceId: instance.id,
    IamInstanceProfile: { Arn: association.profileArn, Id: association.profileId },
    State: state,
  };
}

/** Instances of one launch together, in the order of launch. */
export function reservationsOf(world: World, instances: readonly Instance[]): ValueOf<typeof shapes.Reservation>[] {
  const byReservation = Map.groupBy(instances, (instance) => instance.reservationId);
  return [...byReservation].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: world.accountId,
    Groups: [],
    Instances: members.map((instance) => instanceView(world, instance)),
  }));
}
