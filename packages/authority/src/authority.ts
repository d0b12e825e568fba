// THE seam: what the data planes (metadata service, S3 gate) may ask about the account. In one process it is a
// function call into the world; between containers the same shapes travel as JSON 1.1. Neither data plane ever holds a
// caller's secret: the seam hands out the signing key of one day, region and service.
import type { Operation } from "@rolemint/wire/operation";
import { boolean, integer, list, oneOf, required, string, struct, timestamp, type ValueOf } from "@rolemint/wire/shape";
import { InstanceView, Tag } from "./view.ts";

const Text = required(string());

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
  /** As it is called now: unlike its id the same in the next run. Absent of one that is gone. */
  InstanceName: string(),
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
  Kind: required(oneOf("metadata", "issue", "call", "refusal", "fault", "warning")),
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
  /** Of an issue: when its keys end. */
  Expiration: timestamp(),
  /** Why it was refused, or what a warning or a fault says. */
  Message: string(),
  /** Not shown in the timeline. */
  Management: ManagementCall,
  /** What explains a refusal: a `RefusalDetail` as JSON. Kept in memory for a while, never shown as it is. */
  Refusal: string(),
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

/** One fault under way or to come: see packages/faults for what each does. Times in world time, milliseconds. */
export const ActiveFault = struct({
  Id: Text,
  Name: Text,
  /** `all`, `instance i-0…` or `role app`. */
  Target: Text,
  /** The checked parameters, as JSON. */
  Parameters: Text,
  Begins: required(timestamp()),
  Ends: required(timestamp()),
  /** It waits, for each instance, for the next request for the credential document. */
  FromRefresh: boolean(),
  /** Only from the n-th request on that it could affect, for each instance. */
  Nth: integer(),
  /** A regular expression that the path must match. */
  Path: string(),
  /** A number in (0, 1], as text. */
  Probability: Text,
  /** What chance is drawn from. */
  Seed: Text,
  /** How often it may act, for each instance. */
  Times: integer(),
  /** How often it has acted so far, as far as that was recorded. */
  Acted: required(list(struct({ Instance: Text, Times: required(integer()) }))),
  /** Of one under way that drops packets: the addresses whose packets those are. */
  Addresses: list(string()),
});
export type ActiveFault = ValueOf<typeof ActiveFault>;

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
  /** The list of faults is another one. */
  readonly faults: boolean;
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
  /** The faults of the data planes' requests: the same list, as an object, until it moves. */
  faults(): readonly ActiveFault[];
  /** Told synchronously, before a change is acknowledged to who made it. Returns how to stop. */
  watch(listener: (moved: Moved) => void): () => void;
  /** Whether what moves cannot be told for now; absent where that never is so. */
  isAway?(): boolean;
}
