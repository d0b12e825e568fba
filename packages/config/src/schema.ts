// The keys of a rolemint.yaml: one field a setting, with what it must be, its default and its sentence in the manual.
// The check, the JSON Schema and docs/configuration.md are all made from this. What one value alone cannot tell
// (names that must exist, values that exclude each other) is in check.ts.
import { BUCKET_NAME } from "@rolemint/policy/bucket-name";
import { PROFILES, type ProfileName } from "@rolemint/world/rotation";
import * as z from "zod";
import { DEFAULTS } from "./defaults.ts";
import {
  duration,
  mapping,
  type NameRule,
  named,
  oneOf,
  policy,
  text,
  wants,
  wantsOneOf,
  wantsSecret,
  whole,
} from "./fields.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const IAM_CHARACTERS = "letters, digits and +=,.@_-";

/** The names that a file gives to things. */
export const NAMES = {
  roles: { pattern: /^[\w+=,.@-]{1,64}$/, what: `1 to 64 ${IAM_CHARACTERS}` },
  policies: { pattern: /^[\w+=,.@-]{1,128}$/, what: `1 to 128 ${IAM_CHARACTERS}` },
  users: { pattern: /^[\w+=,.@-]{1,64}$/, what: `1 to 64 ${IAM_CHARACTERS}` },
  inlinePolicies: { pattern: /^[\w+=,.@-]{1,128}$/, what: `1 to 128 ${IAM_CHARACTERS}` },
  instances: { pattern: /^[A-Za-z][\w.-]{0,62}$/, what: "1 to 63 letters, digits and ._-, a letter first" },
  buckets: BUCKET_NAME,
} satisfies Record<string, NameRule>;

const identityPolicy = () => policy("policy", "a policy document or { file: ./p.json }");

const managedPolicies = () =>
  z
    .array(z.string(wants("the ARN of a managed policy")), wants("a list of ARNs of managed policies"))
    .default([])
    .describe("ARNs of managed policies: of AWS's that rolemint knows, and of those in `policies`; at most 20.");

const inlinePolicies = () =>
  named(NAMES.inlinePolicies, identityPolicy()).default({}).describe("Policies of its own, by name.");

const tags = (about: string) =>
  z
    .record(z.string(), z.string(wants("a text; put it in quotes")), wants("a mapping of tags to texts"))
    .default({})
    .describe(about);

const rotation = z
  .union(
    [
      oneOf(Object.keys(PROFILES) as [ProfileName, ...ProfileName[]]),
      mapping({
        lifetime: duration().describe("How long a credential lives: 1s to 8760h."),
        renewEvery: duration().describe("How often a successor appears: at least 1s, at most `lifetime`."),
        overlap: duration()
          .optional()
          .describe("The old credential ends so long after its successor appears, at the latest at its own expiry."),
        jitter: duration().optional().describe("Up to so much is added to the lifetime, drawn for each generation."),
      }),
    ],
    wantsOneOf(Object.keys(PROFILES), "a mapping with lifetime and renewEvery"),
  )
  .default(DEFAULTS.rotation)
  .describe("When credentials of instances are renewed and how long they live: a profile or durations.");

/** ISO 8601, or a YAML timestamp. */
export const INSTANT = /^20\d\d-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?( ?[Zz]| ?[+-]\d\d?(:?\d\d)?)?)?$/;

const clock = mapping({
  start: text("time", INSTANT, "a time such as 2026-11-22T05:30:00Z")
    .optional()
    .describe(
      "The world's time when its state is made, from 2000 to 2099; without a zone it is UTC. Absent: the host's.",
    ),
  strict: z
    .boolean(wants("true or false"))
    .default(DEFAULTS.strict)
    .describe("Whether a signature's date must be good on the world's clock; else the host's will do as well."),
})
  .prefault({})
  .describe("The world's clock.");

const role = mapping({
  trust: policy("service or policy", "a service such as ec2.amazonaws.com, a trust policy or { file: ./p.json }")
    .default(DEFAULTS.trust)
    .describe("Who may assume the role: a service, or a whole trust policy."),
  path: text("path", /^\/([!-~]{1,510}\/)?$/, "/ or a path between slashes such as /app/")
    .default(DEFAULTS.path)
    .describe("The path in the role's ARN."),
  managedPolicies: managedPolicies(),
  inlinePolicies: inlinePolicies(),
  permissionsBoundary: z
    .string(wants("the ARN of a managed policy"))
    .optional()
    .describe("ARN of a managed policy: what it does not allow, no policy of the role allows."),
  maxSessionDuration: duration()
    .default(DEFAULTS.maxSessionDuration)
    .describe("The longest session of AssumeRole: 1h to 12h, in whole seconds."),
  tags: tags("Tags, at most 50."),
});

const accessKey = mapping({
  id: text("access key id", /^AKIA[A-Z0-9]{16}$/, "AKIA and 16 upper-case letters and digits").describe(
    "AKIA and 16 upper-case letters and digits; no two users may share one.",
  ),
  secret: z
    .string(wantsSecret("1 to 128 visible characters in quotes"))
    .regex(/^[!-~]{1,128}$/, wantsSecret("1 to 128 visible characters in quotes"))
    .describe("The secret access key."),
});

const user = mapping({
  accessKeys: z
    .array(accessKey, wants("a list of access keys, each { id: …, secret: … }"))
    .default([])
    .describe("Long-term keys, at most two."),
  managedPolicies: managedPolicies(),
  inlinePolicies: inlinePolicies(),
});

const metadata = mapping({
  tokens: oneOf(["required", "optional"])
    .default(DEFAULTS.metadata.tokens)
    .describe("Whether metadata is served only with a session token (IMDSv2)."),
  hopLimit: whole(1, 64)
    .default(DEFAULTS.metadata.hopLimit)
    .describe("How many network hops the answer with a token may travel."),
  endpoint: oneOf(["enabled", "disabled"])
    .default(DEFAULTS.metadata.endpoint)
    .describe("Whether metadata is served at all."),
  ipv6: oneOf(["disabled", "enabled"])
    .default(DEFAULTS.metadata.ipv6)
    .describe("Whether metadata is served over IPv6 too."),
  tags: oneOf(["disabled", "enabled"])
    .default(DEFAULTS.metadata.tags)
    .describe("Whether the instance's tags are part of its metadata."),
})
  .prefault({})
  .describe("The metadata options of the instance.");

/** 169.254.0.0/16 */
export const LINK_LOCAL = /^169\.254(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){2}$/;

const instance = mapping({
  role: z
    .string(wants("the name of a role"))
    .optional()
    .describe("A role of `roles`. Makes the instance profile of that name, as the console does, and associates it."),
  instanceProfile: z
    .string(wants("the name of an instance profile"))
    .optional()
    .describe("An instance profile instead of a role. Without either the instance runs without a profile."),
  address: text("address", LINK_LOCAL, "a link-local address such as 169.254.10.2")
    .optional()
    .describe("The address that calls of this instance come from."),
  metadata,
  tags: tags("Tags, at most 50. The tag `Name`, by which the instance goes, is its key here unless given."),
  userData: z.string(wants("a text")).optional().describe("User data as plain text, at most 16 KiB."),
});

const bucket = mapping({
  objects: z
    .string(wants("the path of a directory"))
    .optional()
    .describe("A directory, relative to this file, whose files become objects when the bucket is made."),
  policy: policy("policy", "a bucket policy or { file: ./p.json }").optional().describe("The bucket policy."),
  publicAccessBlock: z
    .boolean(wants("true or false"))
    .default(DEFAULTS.publicAccessBlock)
    .describe("Whether all four settings of Block Public Access are on; `false` lets a policy open the bucket to all."),
});

const s3 = mapping({
  backend: oneOf(["builtin"]).optional().describe("The built-in store; it is the default."),
  endpoint: text("URL", /^https?:\/\/[^\s/?#]+\/?$/, "the URL of an S3 service such as http://minio:9000")
    .optional()
    .describe("An S3 service that holds the objects instead."),
  accessKeyId: z.string(wants("a text")).min(1, wants("a text")).optional().describe("The key for `endpoint`."),
  secretAccessKey: z
    .string(wantsSecret("a text in quotes"))
    .min(1, wantsSecret("a text in quotes"))
    .optional()
    .describe(
      "Its secret. Both may come by ROLEMINT_S3_ACCESS_KEY_ID and ROLEMINT_S3_SECRET_ACCESS_KEY in the environment.",
    ),
})
  .prefault({})
  .describe(
    "Where the objects of all buckets are kept. Not read in containers: there `--s3-endpoint` says it, and `endpoint` is refused.",
  );

const fault = mapping({
  name: z.string(wants("the name of a fault")).optional().describe("A fault of docs/guides/faults.md."),
  preset: z.string(wants("the name of a preset")).optional().describe("A preset, instead of a name."),
  target: z
    .string(wants("an instance, role:NAME or all"))
    .optional()
    .describe("An instance, `role:NAME` or `all`; may be left out where there is one instance."),
  when: z
    .union([z.string(), z.array(z.string(wants("a text")))], wants("a text or a list of texts"))
    .optional()
    .describe(
      "`now`, `+10m`, a time, `next-refresh`, `request:3`, `path:REGEX`, `lifetime:80%`, or several in a list; default now.",
    ),
  for: duration().optional().describe("How long it lasts, by the world's clock; default 1h, or what the preset says."),
  probability: z
    .number(wants("a number above 0 and at most 1"))
    .gt(0, wants("a number above 0 and at most 1"))
    .max(1, wants("a number above 0 and at most 1"))
    .optional()
    .describe("Of each request; default 1."),
  times: whole(1, 1_000_000).optional().describe("How often it acts, for each instance."),
  seed: z
    .string(wants("a text of at most 100 characters"))
    .max(100, wants("a text of at most 100 characters"))
    .optional()
    .describe("What chance is drawn from; the same seed repeats the same run."),
  parameters: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean()], wants("a text, a number, true or false")),
      wants("a mapping of parameters"),
    )
    .default({})
    .describe("What this fault takes: `{ firstByte: 2s }`."),
});

export const schema = mapping({
  version: z.literal(1, wants("the number 1")).describe("The version of this format."),
  account: text("12 digits", /^\d{12}$/, "12 digits in quotes")
    .default(DEFAULTS.account)
    .describe("The account's id."),
  // The pattern of the partition `aws` in the SDKs' partitions.json; ARNs here are all of that partition.
  region: text(
    "region",
    /^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$/,
    "a region of AWS's standard partition such as us-east-1",
  )
    .default(DEFAULTS.region)
    .describe("The region of everything that has one."),
  rotation,
  clock,
  roles: named(NAMES.roles, role).default({}).describe("IAM roles by name."),
  policies: named(NAMES.policies, identityPolicy())
    .default({})
    .describe("Customer managed policies by name; path `/`."),
  users: named(NAMES.users, user).default({}).describe("IAM users by name."),
  instances: named(NAMES.instances, instance).default({}).describe("EC2 instances by name; each is running at start."),
  buckets: named(NAMES.buckets, bucket).default({}).describe("S3 buckets by name."),
  s3,
  faults: z
    .array(fault, wants("a list of faults, each { name: … } or { preset: … }"))
    .default([])
    .describe("Faults that are put at the first start and after each Reset."),
}).describe("The world that rolemint simulates.");

/** A file's values once they have passed the schema, defaults filled in. */
export type Settings = z.output<typeof schema>;
