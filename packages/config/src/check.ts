// What one value alone cannot tell: names that must exist, values that exclude or need each other, and rules that take
// more than a pattern. All of it looks at the values before the schema has passed them, so that every problem of a
// file is told at once.
import { parseDuration } from "@rolemint/host/duration";
import { bucketNameProblem } from "@rolemint/policy/bucket-name";
import { parseInstant } from "@rolemint/policy/instant";
import { scheduleProblem } from "@rolemint/world/rotation";
import { checkAttachments } from "./attachments.ts";
import { entriesOf, itemsOf, namesOf, textAt, valueAt } from "./draft.ts";
import { checkFaults } from "./faults.ts";
import { suggestion } from "./nearest.ts";
import { type Path, pathText, quote } from "./problem.ts";
import { INSTANT, NAMES } from "./schema.ts";
import { checkTags } from "./tags.ts";

/** `message` is a predicate about what is at `path`; it stands at the value unless `where` is "key". */
export type Report = (path: Path, message: string, where?: "key" | "value") => void;

/** What the file alone cannot know. */
export interface Surroundings {
  /** ARNs of the AWS-managed policies that the world knows. */
  readonly awsManagedPolicies: ReadonlySet<string>;
  /** Names of the instance profiles that the state has already. */
  readonly instanceProfiles: ReadonlySet<string>;
  /** `path` is relative to the config. */
  isDirectory(path: string): boolean;
}

export function checkValues(world: unknown, around: Surroundings, report: Report): void {
  checkNames(world, report);
  checkTimes(world, report);
  checkAttachments(world, around.awsManagedPolicies, report);
  checkAccessKeys(world, report);
  checkTags(world, report);
  checkProfiles(world, around.instanceProfiles, report);
  checkInstances(world, report);
  checkBuckets(world, around, report);
  checkS3(world, report);
  checkFaults(world, report);
}

function checkNames(world: unknown, report: Report): void {
  for (const kind of ["roles", "policies", "users", "instances", "buckets"] as const) {
    checkKeys(valueAt(world, kind), NAMES[kind], [kind], report);
  }
  for (const kind of ["roles", "users"] as const) {
    for (const [owner, entity] of entriesOf(valueAt(world, kind))) {
      checkKeys(valueAt(entity, "inlinePolicies"), NAMES.inlinePolicies, [kind, owner, "inlinePolicies"], report);
    }
  }
  for (const kind of ["roles", "policies", "users"] as const) {
    const taken = new Map<string, string>();
    for (const name of namesOf(valueAt(world, kind))) {
      const other = taken.get(name.toLowerCase());
      if (other === undefined) taken.set(name.toLowerCase(), name);
      else report([kind, name], `is the same name as ${other}: IAM does not tell capitals from small letters`, "key");
    }
  }
  for (const name of namesOf(valueAt(world, "instances"))) {
    if (INSTANCE_ID.test(name)) report(["instances", name], "looks like an instance id; give it another name", "key");
  }
  for (const name of namesOf(valueAt(world, "buckets"))) {
    const problem = NAMES.buckets.pattern.test(name) ? bucketNameProblem(name) : undefined;
    if (problem !== undefined) report(["buckets", name], problem, "key");
  }
}

const INSTANCE_ID = /^i-([0-9a-f]{8}|[0-9a-f]{17})$/;

function checkKeys(value: unknown, rule: { pattern: RegExp; what: string }, path: Path, report: Report): void {
  for (const name of namesOf(value)) {
    if (!rule.pattern.test(name)) report([...path, name], `is not a name that can be given here: ${rule.what}`, "key");
  }
}

/** As the longest lifetime. */
const LONGEST_MS = 8760 * 3_600_000;

function checkTimes(world: unknown, report: Report): void {
  const start = textAt(world, "clock", "start");
  if (start !== undefined && INSTANT.test(start) && instantOf(start) === undefined) {
    report(["clock", "start"], `must be a time such as 2026-11-22T05:30:00Z, and ${quote(start)} never was or will be`);
  }
  const lifetime = durationAt(world, "rotation", "lifetime");
  const renewEvery = durationAt(world, "rotation", "renewEvery");
  const overlap = durationAt(world, "rotation", "overlap");
  for (const key of ["overlap", "jitter"]) {
    const length = durationAt(world, "rotation", key);
    if (length !== undefined && length > LONGEST_MS) report(["rotation", key], "must be at most 8760h");
  }
  if (lifetime !== undefined && renewEvery !== undefined) {
    const problem = scheduleProblem({ lifetime, renewEvery, ...(overlap !== undefined && { overlap }) });
    if (problem !== undefined) report(["rotation"], `makes no sense: ${problem}`);
  }
  for (const [name, role] of entriesOf(valueAt(world, "roles"))) {
    const session = durationAt(role, "maxSessionDuration");
    if (session === undefined || (session >= 3_600_000 && session <= 43_200_000 && session % 1000 === 0)) continue;
    const found = textAt(role, "maxSessionDuration");
    report(["roles", name, "maxSessionDuration"], `must be from 1h to 12h in whole seconds, found ${found}`);
  }
}

function durationAt(value: unknown, ...keys: readonly string[]): number | undefined {
  const text = textAt(value, ...keys);
  return text === undefined ? undefined : parseDuration(text);
}

/** Milliseconds since 1970 of a date and perhaps a time, as ISO 8601 or YAML writes them. */
export function instantOf(text: string): number | undefined {
  const plain = text.replace(/^(\S+) (\d)/, "$1T$2").replace(" ", "");
  const instant = parseInstant(plain);
  return instant === undefined ? undefined : Math.round(instant);
}

function checkAccessKeys(world: unknown, report: Report): void {
  const owners = new Map<string, Path>();
  for (const [name, user] of entriesOf(valueAt(world, "users"))) {
    const keys = itemsOf(valueAt(user, "accessKeys"));
    const path = ["users", name, "accessKeys"];
    if (keys.length > 2) report(path, `has ${keys.length} keys; a user has at most two`);
    for (const [index, key] of keys.entries()) {
      const id = textAt(key, "id");
      const here = [...path, index, "id"];
      const other = id === undefined ? undefined : owners.get(id);
      if (other) report(here, `is the same key as ${pathText(other)}`);
      else if (id !== undefined) owners.set(id, here);
    }
  }
}

/** An instance profile is made for each role that an instance names by `role`. */
function checkProfiles(world: unknown, existing: ReadonlySet<string>, report: Report): void {
  const roles = new Set(namesOf(valueAt(world, "roles")));
  const instances = entriesOf(valueAt(world, "instances"));
  const made = instances.map(([, instance]) => textAt(instance, "role")).filter((role) => role !== undefined);
  const profiles = new Set([...made, ...existing]);
  for (const [name, instance] of instances) {
    const role = textAt(instance, "role");
    const profile = textAt(instance, "instanceProfile");
    if (role !== undefined && !roles.has(role)) {
      report(
        ["instances", name, "role"],
        `names the role ${quote(role)}, which is not in roles${suggestion(role, roles)}`,
      );
    }
    if (profile === undefined) continue;
    if (role !== undefined) report(["instances", name, "instanceProfile"], "and role exclude each other", "key");
    if (profiles.has(profile)) continue;
    const which = `names the instance profile ${quote(profile)}, which no instance's role makes`;
    const hint = roles.has(profile) ? `; write role: ${profile}` : suggestion(profile, profiles);
    report(["instances", name, "instanceProfile"], which + hint);
  }
}

/** The second is in the override that `init --compose` writes. */
const TAKEN_ADDRESSES: Readonly<Record<string, string>> = {
  "169.254.169.254": "the metadata service itself",
  "169.254.171.1": "the gate in containers",
};

function checkInstances(world: unknown, report: Report): void {
  const holders = new Map<string, string>();
  for (const [name, instance] of entriesOf(valueAt(world, "instances"))) {
    const address = textAt(instance, "address");
    const other = address === undefined ? undefined : holders.get(address);
    const here = ["instances", name, "address"];
    const taken = TAKEN_ADDRESSES[address ?? ""];
    if (taken !== undefined) report(here, `is the address of ${taken}`);
    else if (other !== undefined) report(here, `is the address of instances.${other} already`);
    else if (address !== undefined) holders.set(address, name);
    const userData = textAt(instance, "userData");
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
    const size = Buffer.byteLength(userData ?? "");
    if (size > 16_384) report(["instances", name, "userData"], `is too large: ${size} bytes of at most 16384`);
  }
}

function checkBuckets(world: unknown, around: Surroundings, report: Report): void {
  for (const [name, bucket] of entriesOf(valueAt(world, "buckets"))) {
    const objects = textAt(bucket, "objects");
    if (objects === undefined || (objects !== "" && around.isDirectory(objects))) continue;
    report(["buckets", name, "objects"], `names ${quote(objects)}, which is not a directory`);
  }
}

function checkS3(world: unknown, report: Report): void {
  const s3 = valueAt(world, "s3");
  const hasEndpoint = valueAt(s3, "endpoint") !== undefined;
  if (hasEndpoint && valueAt(s3, "backend") !== undefined) {
    report(["s3", "endpoint"], "and backend exclude each other", "key");
  }
  for (const key of ["accessKeyId", "secretAccessKey"]) {
    if (!hasEndpoint && valueAt(s3, key) !== undefined) report(["s3", key], "has no effect without endpoint", "key");
  }
}
