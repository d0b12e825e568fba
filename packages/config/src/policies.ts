// Every policy of a file as the text that the world keeps: a referenced file's own bytes, a text as it stands, or the
// compact JSON of an inline mapping; each held against AWS's grammar for its kind.
import { dirname, isAbsolute, join, resolve } from "node:path";
import {
  checkBucketPolicy,
  checkIdentityPolicy,
  checkTrustPolicy,
  isPublicPolicy,
  type Malformed,
} from "@rolemint/policy";
import { documentElements, statementElements } from "@rolemint/policy/document";
import { isMap, isScalar, isSeq } from "yaml";
import { DEFAULTS } from "./defaults.ts";
import type { YamlText } from "./document.ts";
import { entriesOf, isMapping, itemsOf, valueAt } from "./draft.ts";
import { jsonError } from "./json-error.ts";
import { nearestOf, suggestion } from "./nearest.ts";
import { type KnownPrincipals, principalsOfFile, strangersIn } from "./principals.ts";
import { describe, type Path, type Problem, pathText, quote } from "./problem.ts";
import { readTextFile } from "./text-file.ts";

export interface Policies {
  readonly problems: readonly Problem[];
  /** Absolute paths of the files that were read. */
  readonly sources: readonly string[];
  /** The text of the policy at a path; only asked where there is one and it has no problem. */
  textAt(path: Path): string;
}

interface Spot {
  readonly path: Path;
  readonly value: unknown;
  readonly kind: keyof typeof MOST;
  /** Of a bucket: whether it may be open to everyone. */
  readonly mayBePublic?: boolean;
}

interface Reading {
  readonly yaml: YamlText;
  readonly file: string;
  readonly problems: Problem[];
  readonly principals: KnownPrincipals;
  /** By path as shown. */
  readonly files: Map<string, ReturnType<typeof readTextFile>>;
}

/**
 * The most characters, white space not counted, of a managed policy, the inline ones of a role or user, a trust policy
 * and a bucket policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const MOST = { managed: 6144, role: 10_240, user: 2048, trust: 2048, bucket: 20_480 } as const;
const OWNERS = [
  ["roles", "role"],
  ["users", "user"],
] as const;

/** `file` is the config; references are relative to it. `principals`: ARNs that the state has already. */
export function readPolicies(yaml: YamlText, value: unknown, file: string, principals: ReadonlySet<string>): Policies {
  const known = principalsOfFile(value, principals);
  const reading: Reading = { yaml, file, problems: [], principals: known, files: new Map() };
  const texts = new Map<string, string>();
  for (const spot of spotsOf(value)) {
    const text = readSpot(reading, spot);
    if (text !== undefined) texts.set(JSON.stringify(spot.path), text);
  }
  checkInlineTotals(reading, value, texts);
  return {
    problems: reading.problems,
    sources: [...reading.files.keys()].map((shown) => resolve(shown)),
    textAt: (path) => texts.get(JSON.stringify(path))!,
  };
}

function spotsOf(world: unknown): readonly Spot[] {
  const spots: Spot[] = [];
  for (const [name, value] of entriesOf(valueAt(world, "policies"))) {
    spots.push({ path: ["policies", name], value, kind: "managed" });
  }
  for (const [kinds, kind] of OWNERS) {
    for (const [owner, entity] of entriesOf(valueAt(world, kinds))) {
      for (const [name, value] of entriesOf(valueAt(entity, "inlinePolicies"))) {
        spots.push({ path: [kinds, owner, "inlinePolicies", name], value, kind });
      }
    }
  }
  for (const [name, role] of entriesOf(valueAt(world, "roles"))) {
    spots.push({ path: ["roles", name, "trust"], value: valueAt(role, "trust") ?? DEFAULTS.trust, kind: "trust" });
  }
  for (const [name, bucket] of entriesOf(valueAt(world, "buckets"))) {
    const mayBePublic = valueAt(bucket, "publicAccessBlock") === false;
    spots.push({ path: ["buckets", name, "policy"], value: valueAt(bucket, "policy"), kind: "bucket", mayBePublic });
  }
  return spots;
}

/** The text, or undefined after a problem was told (here or by the schema). */
function readSpot(reading: Reading, spot: Spot): string | undefined {
  const { yaml, problems } = reading;
  const { path, value } = spot;
  const before = problems.length;
  if (typeof value === "string") return readTextSpot(reading, spot, value);
  if (!isMapping(value)) return undefined;
  if (Object.hasOwn(value, "file")) return readFileSpot(reading, spot, value);
  checkElements(reading, path, value);
  const text = compactJson(reading, path);
  if (problems.length > before) return undefined;
  return accept(reading, text, spot, (message, inside = []) =>
    problems.push(yaml.problem([...path, ...inside], message)),
  );
}

function readTextSpot(reading: Reading, spot: Spot, text: string): string | undefined {
  const { yaml, problems } = reading;
  const refuse = (message: string) => problems.push(yaml.problem(spot.path, message));
  if (spot.kind === "trust" && !text.trimStart().startsWith("{")) {
    if (SERVICE.test(text)) return accept(reading, serviceTrust(text), spot, refuse);
    const hint = suggestion(text, ["ec2.amazonaws.com"]);
    refuse(`must be a service such as ec2.amazonaws.com or a trust policy, found ${describe(text)}${hint}`);
    return undefined;
  }
  const error = jsonError(text);
  if (error === undefined) return accept(reading, text, spot, refuse);
  refuse(`is no JSON: character ${error.offset + 1} of the text should be ${error.wanted}`);
  return undefined;
}

function readFileSpot(reading: Reading, spot: Spot, reference: Readonly<Record<string, unknown>>): string | undefined {
  const { yaml, file, problems, files } = reading;
  const refuse = (message: string, key = "file") => {
    problems.push(yaml.problem([...spot.path, key], message, key === "file" ? "value" : "key"));
    return undefined;
  };
  const other = Object.keys(reference).find((key) => key !== "file");
  if (other !== undefined) return refuse("has no place here: { file: … } stands alone", other);
  if (typeof reference.file !== "string" || reference.file === "") {
    return refuse(`must be the path of a JSON file, found ${describe(reference.file)}`);
  }
  const shown = isAbsolute(reference.file) ? reference.file : join(dirname(file), reference.file);
  const read = files.get(shown) ?? readTextFile(shown);
  files.set(shown, read);
  if ("wrong" in read) return refuse(`names ${quote(reference.file)}, which ${read.wrong}`);
  const inFile = (line: number, column: number, message: string) =>
    problems.push({ file: shown, line, column, path: pathText(spot.path), message });
  const error = jsonError(read.text);
  if (error === undefined) return accept(reading, read.text, spot, (message) => inFile(0, 0, message));
  const lines = read.text.slice(0, error.offset).split("\n");
  inFile(lines.length, lines.at(-1)!.length + 1, `is no JSON: here should be ${error.wanted}`);
  return undefined;
}

/** `inside` is the place of what is wrong within the policy. */
type Refuse = (message: string, inside?: Path) => void;

function accept({ principals }: Reading, text: string, spot: Spot, refuse: Refuse): string | undefined {
  const problem = textProblem(text, spot);
  if (problem !== undefined) {
    refuse(problem);
    return undefined;
  }
  const { kind } = spot;
  const strangers = kind === "trust" || kind === "bucket" ? strangersIn(text, kind, principals) : [];
  for (const { message, path } of strangers) refuse(message, path);
  return strangers.length === 0 ? text : undefined;
}

function textProblem(text: string, spot: Spot): string | undefined {
  const size = sizeOf(text);
  const most = MOST[spot.kind];
  if (size > most) return `is too large: ${size} characters of at most ${most}, white space not counted`;
  // What IAM's API takes as the text of a policy.
  if (spot.kind !== "bucket" && /[^\t\n\r\u0020-\u00ff]/.test(text)) {
    return "has a character beyond U+00FF, which IAM does not take in a policy; write it as \\uXXXX";
  }
  const malformed = malformedBy(text, spot);
  if (malformed) return `is not a policy that AWS takes: ${malformed.code}, ${malformed.message}`;
  return spot.kind === "bucket" && !spot.mayBePublic && isPublicPolicy(text)
    ? "is public, which a bucket refuses unless it says publicAccessBlock: false"
    : undefined;
}

function malformedBy(text: string, { kind, path }: Spot): Malformed | undefined {
  switch (kind) {
    case "managed":
      return checkIdentityPolicy(text, { managed: true });
    case "role":
    case "user":
      return checkIdentityPolicy(text, { managed: false });
    case "trust":
      return checkTrustPolicy(text);
    case "bucket":
      return checkBucketPolicy(text, String(path[1]));
  }
}

function sizeOf(text: string): number {
  return text.replaceAll(/\s/g, "").length;
}

/** The inline policies of one role or user count together. */
function checkInlineTotals({ yaml, problems }: Reading, world: unknown, texts: ReadonlyMap<string, string>): void {
  for (const [kinds, kind] of OWNERS) {
    const most = MOST[kind];
    for (const [owner, entity] of entriesOf(valueAt(world, kinds))) {
      const path = [kinds, owner, "inlinePolicies"];
      const names = entriesOf(valueAt(entity, "inlinePolicies")).map(([name]) => JSON.stringify([...path, name]));
      const total = names.reduce((sum, key) => sum + sizeOf(texts.get(key) ?? ""), 0);
      if (total <= most) continue;
      const what = `${total} characters of at most ${most}, white space not counted`;
      problems.push(yaml.problem(path, `are too large together: ${what}`));
    }
  }
}

/** A misspelt element is told by its place; what AWS says is only that there is one. */
function checkElements({ yaml, problems }: Reading, path: Path, document: Readonly<Record<string, unknown>>): void {
  const check = (at: Path, value: unknown, known: readonly string[], also: readonly string[]) => {
    for (const [key] of entriesOf(value)) {
      if (known.includes(key)) continue;
      const nearest = nearestOf(key, [...known, ...also]);
      const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
      problems.push(yaml.problem([...at, key], `is not an element of a policy${hint}`, "key"));
    }
  };
  check(path, document, documentElements, ["file"]);
  const statements = valueAt(document, "Statement");
  if (isMapping(statements)) check([...path, "Statement"], statements, statementElements, []);
  for (const [index, statement] of itemsOf(statements).entries()) {
    check([...path, "Statement", index], statement, statementElements, []);
  }
}

/** From the nodes, since a JavaScript object would bring keys that are numbers to the front. */
function compactJson(reading: Reading, path: Path): string {
  const node = reading.yaml.nodeAt(path);
  if (isMap(node)) {
    const keys = node.items.map((pair) => (isScalar(pair.key) ? String(pair.key.value) : ""));
    return `{${keys.map((key) => `${JSON.stringify(key)}:${compactJson(reading, [...path, key])}`).join(",")}}`;
  }
  if (isSeq(node)) return `[${node.items.map((_, index) => compactJson(reading, [...path, index])).join(",")}]`;
  const value = isScalar(node) ? node.value : null;
  const source = isScalar(node) ? node.source : undefined;
  if (typeof value === "number" && String(value) !== source) {
    const message = `is a number that JSON writes in another way than ${source}; put it in quotes`;
    reading.problems.push(reading.yaml.problem(path, message));
  }
  return JSON.stringify(value);
}

const SERVICE = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com$/;

/** The trust policy that the console writes for a service. */
function serviceTrust(service: string): string {
  const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
