// THE seam: what the data planes (metadata service, S3 gate) may ask about the account. In one process it is a
// function call into the world; between containers the same shapes travel as JSON 1.1. Neither data plane ever holds a
// caller's secret: the seam hands out the signing key of one day, region and service.
import type { Operation } from "@rolemint/wire/operation";
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

/** Who signed, as policies and the trail see it. */
export const Principal = struct({
  Type: required(oneOf("Account", "User", "AssumedRole")),
  AccountId: Text,
  /** `…:root`, `…:user/ci`, or the session ARN `arn:aws:sts::…:assumed-role/app/i-0…`. */
  Arn: Text,
  /** What `aws:PrincipalArn` holds: for a session the role's ARN, with its path. */
  PrincipalArn: Text,
  /** What `aws:userid` holds: `AROA…:i-0…`. */
  UserId: Text,
  AccessKeyId: Text,
  UserName: string(),
  RoleName: string(),
  RoleId: string(),
  SessionName: string(),
  SourceIdentity: string(),
  /** Session tags over the role's or the user's own. */
  Tags: required(list(Tag)),
  TransitiveTagKeys: required(list(string())),
  /** Only of temporary credentials. */
  IssuedAt: timestamp(),
  ExpiresAt: timestamp(),
  InstanceId: string(),
  Delivery: oneOf("1.0", "2.0"),
  InstanceVpc: string(),
  InstanceIp: string(),
  Generation: integer(),
});
export type Principal = ValueOf<typeof Principal>;

/** One policy document with where it is from: `Name` is its ARN, or the name of an inline policy. */
const PolicySource = struct({ Name: Text, Text });
export type PolicySource = ValueOf<typeof PolicySource>;

/** The signing key of one scope, base64. */
const SigningKey = struct({ Date: Text, Key: Text });

const Verdict = oneOf("ok", "unknown-key", "inactive-key", "token-missing", "token-invalid", "token-expired");

/**
 * `Identify`: what a key id (and token) stands for. Everything after `Verdict` is there only with `ok`, but for the
 * principal of an expired session: whose it was is known, and told in the timeline.
 */
export const Identity = struct({
  Verdict: required(Verdict),
  SigningKeys: list(SigningKey),
  Principal,
  IdentityPolicies: list(PolicySource),
  Boundary: PolicySource,
  /** Policies passed when the session was made; present and non-empty means they limit it. */
  SessionPolicies: list(PolicySource),
});
export type Identity = ValueOf<typeof Identity>;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PublicAccessBlockConfiguration.html */
const PublicAccessBlock = struct({
  BlockPublicAcls: required(boolean()),
  IgnorePublicAcls: required(boolean()),
  BlockPublicPolicy: required(boolean()),
  RestrictPublicBuckets: required(boolean()),
});

export const BucketFacts = struct({
  Name: Text,
  AccountId: Text,
  Region: Text,
  Created: required(timestamp()),
  /** What is decided by: users and roles stand in it by their unique ids. */
  Policy: string(),
  /** The same as it is shown when it is asked for: with the ARNs that they have now. */
  ShownPolicy: string(),
  /** Absent: none of the settings is on. */
  PublicAccessBlock,
});
export type BucketFacts = ValueOf<typeof BucketFacts>;

/** A management call to S3 that changed nothing, a read or a refusal: the trail has it too. */
const ManagementCall = struct({
  EventName: Text,
  ReadOnly: required(boolean()),
  Principal: required(Principal),
  SourceIp: Text,
  BucketName: string(),
  ErrorMessage: string(),
});
export type ManagementCall = ValueOf<typeof ManagementCall>;

/** One thing that happened, as ListEvents shows it. Never a secret. */
export const EventRecord = struct({
  Time: required(timestamp()),
  Kind: required(oneOf("metadata", "issue", "call", "refusal", "fault")),
  Instance: string(),
  Generation: integer(),
  AccessKeyId: string(),
  Path: string(),
  Service: string(),
  Action: string(),
  Resource: string(),
  Status: integer(),
  Code: string(),
  RequestId: string(),
  UserAgent: string(),
  /** Not shown in the timeline. */
  Management: ManagementCall,
});
export type EventRecord = ValueOf<typeof EventRecord>;

/**
 * `Name` is the instance (name or id) that a listener stands for; `Address` the source address in a container network.
 * A name is answered with nothing when no running instance or more than one bears it; an address always with a view.
 */
export const InstanceQuery = struct({ Address: string(), Name: string() });
export type InstanceQuery = ValueOf<typeof InstanceQuery>;
export const IdentifyQuery = struct({
  AccessKeyId: Text,
  Token: string(),
  /** The day of the scope, `20261123`. */
  Date: Text,
  Region: Text,
  Service: Text,
});
export type IdentifyQuery = ValueOf<typeof IdentifyQuery>;

/** Who asks for a change to a bucket: the trail names them. */
const ChangeOrigin = struct({ Principal: required(Principal), SourceIp: Text, UserAgent: string(), RequestId: Text });
export type ChangeOrigin = ValueOf<typeof ChangeOrigin>;

export const Instance = {
  name: "Instance",
  input: InstanceQuery,
  output: struct({ Instance: InstanceView }),
} satisfies Operation;
export const Identify = { name: "Identify", input: IdentifyQuery, output: Identity } satisfies Operation;
export const Bucket = {
  name: "Bucket",
  input: struct({ Name: Text }),
  output: struct({ Bucket: BucketFacts }),
} satisfies Operation;
export const Buckets = {
  name: "Buckets",
  input: struct({ AccountId: Text }),
  output: struct({ Buckets: required(list(BucketFacts)) }),
} satisfies Operation;
export const CreateBucket = {
  name: "CreateBucket",
  input: struct({ Name: Text, Caller: required(ChangeOrigin) }),
  output: struct({ Outcome: required(oneOf("created", "yours", "taken")) }),
} satisfies Operation;
export const DeleteBucket = {
  name: "DeleteBucket",
  /** `Step` mark stops new requests; `remove` removes what is marked, `keep` takes the mark back. */
  input: struct({ Name: Text, Step: required(oneOf("mark", "remove", "keep")), Caller: required(ChangeOrigin) }),
  output: struct({}),
} satisfies Operation;
export const PutBucketPolicy = {
  name: "PutBucketPolicy",
  /** The policy is well-formed. */
  input: struct({ Name: Text, Policy: Text, Caller: required(ChangeOrigin) }),
  output: struct({ Outcome: required(oneOf("stored", "no-bucket", "invalid-principal", "public-blocked")) }),
} satisfies Operation;
export const DeleteBucketPolicy = {
  name: "DeleteBucketPolicy",
  input: struct({ Name: Text, Caller: required(ChangeOrigin) }),
  output: struct({}),
} satisfies Operation;
export const PutPublicAccessBlock = {
  name: "PutPublicAccessBlock",
  /** Without settings those that are there are taken away. */
  input: struct({ Name: Text, PublicAccessBlock, Caller: required(ChangeOrigin) }),
  output: struct({}),
} satisfies Operation;
export const Record = {
  name: "Record",
  input: struct({ Events: required(list(EventRecord)), Dropped: integer() }),
  output: struct({}),
} satisfies Operation;

/** World time as a line over host time: see host/clock. `Strict` is the config's `clock.strict`. */
export const ClockFacts = struct({
  At: required(timestamp()),
  Time: required(timestamp()),
  Rate: Text,
  Strict: required(boolean()),
});

/** What moved between two revisions: cached answers of that kind (and name) are stale. */
export interface Moved {
  readonly revision: number;
  /** A key, user, role, policy or session setting: every cached identity goes. */
  readonly identities: boolean;
  /** Ids of instances, and names of buckets. */
  readonly instances: readonly string[];
  readonly buckets: readonly string[];
  readonly clock: boolean;
  /** What moved is not known: whatever was cached is stale, and the revision may be lower than before. */
  readonly everything?: true;
}

type Ask<Op extends Operation> = (input: ValueOf<Op["input"]>) => Promise<ValueOf<Op["output"]>>;

export interface Authority {
  instance: Ask<typeof Instance>;
  identify: Ask<typeof Identify>;
  bucket: Ask<typeof Bucket>;
  buckets: Ask<typeof Buckets>;
  createBucket: Ask<typeof CreateBucket>;
  deleteBucket: Ask<typeof DeleteBucket>;
  putBucketPolicy: Ask<typeof PutBucketPolicy>;
  deleteBucketPolicy: Ask<typeof DeleteBucketPolicy>;
  putPublicAccessBlock: Ask<typeof PutPublicAccessBlock>;
  record: Ask<typeof Record>;
  /** World time now, milliseconds, and whether only it counts for signature dates. */
  clock(): { readonly now: number; readonly strict: boolean };
  /** Told synchronously, before a change is acknowledged to who made it. Returns how to stop. */
  watch(listener: (moved: Moved) => void): () => void;
  /** Whether what moves cannot be told for now; absent where that never is so. */
  isAway?(): boolean;
}
