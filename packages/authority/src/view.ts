// What one instance's metadata may show, as the seam carries it.
import { boolean, integer, list, oneOf, required, string, struct, timestamp, type ValueOf } from "@rolemint/wire/shape";

const Text = required(string());

export const Tag = struct({ Key: Text, Value: Text });

/** One delivery's credential document: either keys or, when EC2 could not assume the role, AWS's code and message. */
const CredentialDocument = struct({
  /** "1.0" is given to callers without a metadata token, "2.0" to those with one. */
  Delivery: required(oneOf("1.0", "2.0")),
  Generation: required(integer()),
  Code: Text,
  Message: string(),
  LastUpdated: required(timestamp()),
  AccessKeyId: string(),
  SecretAccessKey: string(),
  Token: string(),
  /** The stated expiry, milliseconds; the enforced one is sealed in the token. */
  Expiration: timestamp(),
});

const Profile = struct({
  Arn: Text,
  Id: Text,
  /** Name of the role that the role list shows; absent when there is none. */
  RoleName: string(),
  /** `Success`, or the code of `iam/info` when the profile is gone. */
  Code: Text,
  Message: string(),
  LastUpdated: required(timestamp()),
});

/** What one instance's metadata may show now. */
export const InstanceView = struct({
  Name: Text,
  InstanceId: Text,
  AccountId: Text,
  Region: Text,
  Endpoint: required(oneOf("enabled", "disabled")),
  Tokens: required(oneOf("optional", "required")),
  HopLimit: required(integer()),
  Ipv6: required(oneOf("enabled", "disabled")),
  TagsInMetadata: required(oneOf("enabled", "disabled")),
  /** Base64 key of this instance's metadata tokens. */
  TokenKey: Text,
  ImageId: Text,
  InstanceType: Text,
  Architecture: Text,
  ReservationId: Text,
  LaunchIndex: required(integer()),
  LaunchTime: required(timestamp()),
  AvailabilityZone: Text,
  AvailabilityZoneId: Text,
  PrivateIp: Text,
  PublicIp: Text,
  Mac: Text,
  InterfaceId: Text,
  SubnetId: Text,
  SubnetCidr: Text,
  VpcId: Text,
  VpcCidr: Text,
  SecurityGroupIds: required(list(string())),
  SecurityGroups: required(list(string())),
  Tags: required(list(Tag)),
  /** Base64; absent when there is none. */
  UserData: string(),
  Profile,
  Credentials: required(list(CredentialDocument)),
  /** The caller's address is no instance's: it sees what an instance without a profile sees. */
  IsUnknown: boolean(),
  /** When the metadata last changed: `Last-Modified` of every answer. */
  Changed: required(timestamp()),
  /** World time at which the view ends though nothing moves: a document that nothing will renew goes at its expiry. */
  ValidUntil: timestamp(),
});
export type InstanceView = ValueOf<typeof InstanceView>;
export type CredentialDocument = ValueOf<typeof CredentialDocument>;
