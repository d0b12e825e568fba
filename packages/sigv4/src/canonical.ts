// The canonical request: what a signature covers, in the spelling both sides must agree on. Everything is built from
// the raw target and the raw header list, since any parsed form has already lost what was signed.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import type { HttpRequest } from "@rolemint/wire/http";
import { canonicalText, encodePathAgain } from "./encoding.ts";
import type { Scope } from "./key.ts";
import { sha256Hex } from "./payload.ts";

/** S3 signs the path as it is; every other service signs it normalised and encoded twice. */
export type Flavour = "s3" | "other";

export const ALGORITHM = "AWS4-HMAC-SHA256";

/** One query parameter, name and value in canonical encoding. */
export interface QueryPair {
  readonly name: string;
  readonly value: string;
}

/**
 * The pairs of a target's query in order of appearance; a name without `=` has the value "". Undefined: a bad escape.
 * Works on the target itself, since reading characters of a part cut out of it takes twice as long.
 */
export function queryPairs(target: string): QueryPair[] | undefined {
  const pairs: QueryPair[] = [];
  const question = target.indexOf("?");
  for (let start = question < 0 ? target.length : question + 1; start < target.length; ) {
    const mark = target.indexOf("&", start);
    const end = mark < 0 ? target.length : mark;
    if (end > start) {
      const found = target.indexOf("=", start);
      const equals = found < 0 || found > end ? end : found;
      const name = canonicalText(target, start, equals, "query");
      const value = canonicalText(target, equals + 1, end, "query");
      if (name === undefined || value === undefined) return undefined;
      pairs.push({ name, value });
    }
    start = end + 1;
  }
  return pairs;
}

/** The pairs as they are signed: sorted by name, then value, by code unit; `X-Amz-Signature` left out. */
export function canonicalQuery(pairs: readonly QueryPair[]): string {
  let sorted = pairs;
  for (let i = 1; i < pairs.length; i++) {
    if (comparePairs(pairs[i - 1]!, pairs[i]!) > 0) {
      sorted = pairs.toSorted(comparePairs);
      break;
    }
  }
  let out = "";
  for (const { name, value } of sorted) {
    if (name === "X-Amz-Signature") continue;
    out += out === "" ? `${name}=${value}` : `&${name}=${value}`;
  }
  return out;
}

function comparePairs(a: QueryPair, b: QueryPair): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

/** The path as it is signed; undefined when it has a bad escape or a character that no target may hold. */
export function canonicalPath(path: string, flavour: Flavour): string | undefined {
  return flavour === "s3" ? canonicalText(path, 0, path.length, "path") : encodePathAgain(normalize(path));
}

/** Without `.`, `..` and empty segments; a trailing slash stays. The path is not decoded before. */
export function normalize(path: string): string {
  if (path === "/") return path;
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  return kept.length === 0 ? "/" : `/${kept.join("/")}${path.endsWith("/") ? "/" : ""}`;
}

export interface CanonicalHeaders {
  /** `name:value\n` for each signed header, in the order of SignedHeaders. */
  readonly lines: string;
  /** `host` and x-amz-* headers that the signature should cover and does not. */
  readonly unsigned: readonly string[];
  /** Signed headers that the request lacks. */
  readonly absent: readonly string[];
}

// What HTTP stacks on the way take out although the client signed it, with the value it must have had.
const STAND_INS = new Map([
  ["expect", "100-continue"],
  ["content-length", "0"],
  ["transfer-encoding", "chunked"],
]);

/**
 * The headers as they are signed: values trimmed, runs of blanks made one space, duplicates joined by a comma.
 * Undefined when a value holds a line break, NUL, or a character that is no byte. `isPresigned` leaves
 * x-amz-content-sha256 free of the rule that every x-amz-* header must be signed.
 */
export function canonicalHeaders(
  rawHeaders: HttpRequest["rawHeaders"],
  signedHeaders: readonly string[],
  isPresigned: boolean,
): CanonicalHeaders | undefined {
  const values = new Map<string, string | undefined>();
  for (const name of signedHeaders) values.set(name, undefined);
  const unsigned: string[] = values.has("host") ? [] : ["host"];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (values.has(name)) {
      const value = canonicalValue(rawHeaders[i + 1]!);
      if (value === undefined) return undefined;
      const before = values.get(name);
      values.set(name, before === undefined ? value : `${before},${value}`);
    } else if (name.startsWith("x-amz-") && !(isPresigned && name === "x-amz-content-sha256")) {
      if (!unsigned.includes(name)) unsigned.push(name);
    }
  }
  let lines = "";
  const absent: string[] = [];
  for (const [name, given] of values) {
    const value = given ?? STAND_INS.get(name);
    if (value === undefined) absent.push(name);
    lines += `${name}:${value ?? ""}\n`;
  }
  return { lines, unsigned, absent };
}

function canonicalValue(value: string): string | undefined {
  // Printable ASCII without a double, leading or trailing space is canonical already: nearly every value is.
  if (!/^ | $| {2}|[^ -~]/.test(value)) return value;
  if (/[\r\n\0]|[^\0-\xff]/.test(value)) return undefined;
  return value.replace(/[ \t]+/g, " ").replace(/^ | $/g, "");
}

export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headerLines: string;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/** The canonical request; header bytes stand in it as latin1 characters. */
export function canonicalRequest(parts: CanonicalParts): string {
  const names = parts.signedHeaders.join(";");
  return `${parts.method}\n${parts.path}\n${parts.query}\n${parts.headerLines}\n${names}\n${parts.payloadHash}`;
}

/** What is signed in the end: algorithm, time, scope and the hash of the canonical request. */
export function stringToSign(amzDate: string, scope: Scope, canonical: string): string {
  return `${ALGORITHM}\n${amzDate}\n${scopeText(scope)}\n${sha256Hex(Buffer.from(canonical, "latin1"))}`;
}

/** `20261123/us-east-1/s3/aws4_request` */
export function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}
