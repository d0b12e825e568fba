// EC2's shapes. Requests carry lists flattened and in the singular (`InstanceId.1`); answers name them `…Set`.
import { boolean, integer, list, named, oneOf, required, string, struct, timestamp } from "@rolemint/wire";

export const DryRun = boolean();

export const Tag = struct({ Key: string(), Value: string() });
export const Filter = struct({ Name: string(), Values: named(list(string()), { sent: "Value" }) });

export const InstanceIds = list(string());

/** Members of every paged Describe request, for spreading into its shape. */
export const paging = {
  Filters: named(list(Filter), { sent: "Filter" }),
  NextToken: string(),
  MaxResults: integer(),
};

export const ProfileSpecification = struct({ Arn: string(), Name: string() });
export const ProfileOf = struct({ Arn: string(), Id: string() });

export const Association = struct({
  AssociationId: required(string()),
  InstanceId: required(string()),
  IamInstanceProfile: required(ProfileOf),
  State: required(string()),
  Timestamp: timestamp(),
});

export const metadataOptionMembers = {
  HttpTokens: oneOf("optional", "required"),
  HttpPutResponseHopLimit: integer(),
  HttpEndpoint: oneOf("disabled", "enabled"),
  HttpProtocolIpv6: oneOf("disabled", "enabled"),
  InstanceMetadataTags: oneOf("disabled", "enabled"),
};

export const MetadataOptions = struct({
  State: required(string()),
  HttpTokens: required(string()),
  HttpPutResponseHopLimit: required(integer()),
  HttpEndpoint: required(string()),
  HttpProtocolIpv6: required(string()),
  InstanceMetadataTags: required(string()),
});

const Group = struct({ GroupId: required(string()), GroupName: required(string()) });
const State = struct({ Code: required(integer()), Name: required(string()) });

const NetworkInterface = struct({
  NetworkInterfaceId: required(string()),
  SubnetId: required(string()),
  VpcId: required(string()),
  OwnerId: required(string()),
  Status: required(string()),
  MacAddress: required(string()),
  PrivateIpAddress: required(string()),
  Groups: named(list(Group), { answered: "groupSet" }),
});

/** Elements stand in the order of EC2's own answers. */
export const Instance = struct({
  InstanceId: required(string()),
  ImageId: required(string()),
  State: { ...required(State), answered: "instanceState" },
  PrivateDnsName: required(string()),
  PublicDnsName: named(string(), { answered: "dnsName" }),
  KeyName: string(),
  AmiLaunchIndex: required(integer()),
  InstanceType: required(string()),
  LaunchTime: required(timestamp()),
  Placement: required(struct({ AvailabilityZone: required(string()), Tenancy: required(string()) })),
  Monitoring: required(struct({ State: required(string()) })),
  SubnetId: string(),
  VpcId: string(),
  PrivateIpAddress: string(),
  PublicIpAddress: named(string(), { answered: "ipAddress" }),
  SecurityGroups: named(list(Group), { answered: "groupSet" }),
  Architecture: required(string()),
  VirtualizationType: required(string()),
  ClientToken: string(),
  Tags: named(list(Tag), { answered: "tagSet" }),
  Hypervisor: required(string()),
  NetworkInterfaces: named(list(NetworkInterface), { answered: "networkInterfaceSet" }),
  IamInstanceProfile: ProfileOf,
  MetadataOptions: required(MetadataOptions),
});

export const reservationMembers = {
  ReservationId: required(string()),
  OwnerId: required(string()),
  Groups: named(list(Group), { answered: "groupSet" }),
  Instances: { ...required(list(Instance)), answered: "instancesSet" },
};
export const Reservation = struct(reservationMembers);

export const StateChange = struct({
  InstanceId: required(string()),
  CurrentState: required(State),
  PreviousState: required(State),
});
