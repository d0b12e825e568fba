// Whether a value that came over the control API is a config at all: `rolemint apply` sends what it has read and
// checked, but the API is open to whoever holds its token. Loads a parser, so it is imported when it is needed.
import { checkBucketPolicy, checkIdentityPolicy, checkTrustPolicy, isPublicPolicy } from "@rolemint/policy";
import { scheduleProblem } from "@rolemint/world/rotation";
import * as z from "zod";
import type { BucketConfig, Config, NamedText } from "./config.ts";
import { isBeginning } from "./fault-trigger.ts";
import { LINK_LOCAL, NAMES } from "./schema.ts";
import { isDirectory } from "./text-file.ts";

const name = ({ pattern }: { readonly pattern: RegExp }) => z.string().regex(pattern);
const toggle = z.enum(["enabled", "disabled"]);
const milliseconds = z.int().nonnegative();
const texts = (rule: { readonly pattern: RegExp }) => z.array(z.strictObject({ name: name(rule), text: z.string() }));
const tags = z.array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).max(50);

const role = z.strictObject({
  name: name(NAMES.roles),
  trustText: z.string(),
  path: z.string().regex(/^\/([!-~]{1,510}\/)?$/),
  managedPolicies: z.array(z.string()),
  inlinePolicies: texts(NAMES.inlinePolicies),
  permissionsBoundary: z.string().optional(),
  maxSessionSeconds: z.int().min(3600).max(43_200),
  tags,
});

const user = z.strictObject({
  name: name(NAMES.users),
  accessKeys: z.array(z.strictObject({ id: z.string().regex(/^AKIA[A-Z0-9]{16}$/), secret: z.string().min(1) })).max(2),
  managedPolicies: z.array(z.string()),
  inlinePolicies: texts(NAMES.inlinePolicies),
});

const instance = z.strictObject({
  name: name(NAMES.instances),
  role: name(NAMES.roles).optional(),
  instanceProfile: z.string().optional(),
  address: z.string().regex(LINK_LOCAL).optional(),
  metadata: z.strictObject({
    tokens: z.enum(["required", "optional"]),
    hopLimit: z.int().min(1).max(64),
    endpoint: toggle,
    ipv6: toggle,
    tags: toggle,
  }),
  tags,
  userData: z.string().max(16_384).optional(),
});

const bucket = z.strictObject({
  name: name(NAMES.buckets),
  objectsDirectory: z.string().refine(isDirectory, { error: noDirectory }).optional(),
  policyText: z.string().optional(),
  publicAccessBlock: z.boolean(),
});

/** The file was read on another machine than this, or beside a container. */
function noDirectory({ input }: { readonly input?: unknown }): string {
  return `the simulator finds no directory ${JSON.stringify(input)}; a container has files of its own: apply the config in that of control-plane`;
}

const fault = z
  .strictObject({
    name: z.string().optional(),
    preset: z.string().optional(),
    target: z.string().min(1),
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    at: z.string().refine(isBeginning, "must be a time, or +10m").optional(),
    atLifetime: z.number().optional(),
    fromRefresh: z.literal(true).optional(),
    nth: z.int().optional(),
    path: z.string().optional(),
    for: milliseconds.optional(),
    probability: z.number().optional(),
    times: z.int().optional(),
    seed: z.string().max(100).optional(),
  })
  .refine(({ name, preset }) => (name === undefined) !== (preset === undefined), "either name or preset");

const config = z.strictObject({
  version: z.literal(1),
  account: z.string(),
  region: z.string(),
  rotation: z.strictObject({
    lifetime: milliseconds,
    renewEvery: milliseconds.optional(),
    overlap: milliseconds.optional(),
    jitter: milliseconds.optional(),
  }),
  clock: z.strictObject({ start: z.int().optional(), strict: z.boolean() }),
  roles: z.array(role),
  policies: texts(NAMES.policies),
  users: z.array(user),
  instances: z.array(instance),
  buckets: z.array(bucket),
  s3: z.union([
    z.strictObject({ backend: z.literal("builtin") }),
    z.strictObject({
      backend: z.literal("endpoint"),
      endpoint: z.string(),
      accessKeyId: z.string().optional(),
      secretAccessKey: z.string().optional(),
    }),
  ]),
  faults: z.array(fault),
  sources: z.array(z.string()),
}) satisfies z.ZodType<Config>;

/** What is wrong with it, or undefined: then it is a Config. */
export function configProblem(value: unknown): string | undefined {
  const { success, data, error } = config.safeParse(value);
  if (success) return scheduleProblem(data.rotation) ?? policyProblem(data);
  const [issue] = error.issues;
  return `Config${issue!.path.map((step) => `.${String(step)}`).join("")}: ${issue!.message}`;
}

function policyProblem({ roles, policies, users, buckets }: Config): string | undefined {
  const inline = [...roles, ...users].flatMap(({ inlinePolicies }) => inlinePolicies);
  const found =
    firstOf(policies, ({ text }) => checkIdentityPolicy(text, { managed: true })) ??
    firstOf(inline, ({ text }: NamedText) => checkIdentityPolicy(text, { managed: false })) ??
    firstOf(roles, ({ trustText }) => checkTrustPolicy(trustText)) ??
    firstOf(buckets, bucketPolicyProblem);
  return found && `the policy of ${found.name}: ${found.malformed.code}, ${found.malformed.message}`;
}

function bucketPolicyProblem({ name, policyText, publicAccessBlock }: BucketConfig) {
  if (policyText === undefined) return undefined;
  const isBlocked = publicAccessBlock && isPublicPolicy(policyText);
  const blocked = { code: "AccessDenied", message: "it is public, and publicAccessBlock is true" };
  return checkBucketPolicy(policyText, name) ?? (isBlocked ? blocked : undefined);
}

function firstOf<Row extends { readonly name: string }, Malformed>(
  rows: readonly Row[],
  check: (row: Row) => Malformed | undefined,
): { readonly name: string; readonly malformed: Malformed } | undefined {
  for (const row of rows) {
    const malformed = check(row);
    if (malformed !== undefined) return { name: row.name, malformed };
  }
  return undefined;
}
