// What the object operations have in common: the headers that S3 keeps with an object and gives back, the conditional
// headers, and how an object's facts are shown.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
import type { Checksum, Conditions, ObjectFacts, StoredHeaders, Written } from "@rolemint/object-store";
import type { Headers } from "./call.ts";
import { headerOf } from "./checksums.ts";
import { element } from "./element.ts";
import { headerNotImplemented } from "./errors.ts";

const DEFAULT_TYPE = "binary/octet-stream";
/** As S3 spells them in its answers. */
const KEPT = new Map([
  ["cache-control", "Cache-Control"],
  ["content-disposition", "Content-Disposition"],
  ["content-encoding", "Content-Encoding"],
  ["content-language", "Content-Language"],
  ["content-type", "Content-Type"],
  ["expires", "Expires"],
]);
const METADATA = "x-amz-meta-";

/** What is kept with an object. The framing `aws-chunked` is of the request, not of the object. */
export function storedHeaders(headers: Headers): StoredHeaders {
  const stored: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (!KEPT.has(name) && !name.startsWith(METADATA)) continue;
    const kept = name === "content-encoding" ? withoutFraming(value) : value;
    if (kept !== "" || name.startsWith(METADATA)) stored[name] = kept;
  }
  return stored;
}

function withoutFraming(encodings: string): string {
  const kept = encodings.split(",").map((encoding) => encoding.trim());
  return kept.filter((encoding) => encoding !== "" && encoding.toLowerCase() !== "aws-chunked").join(",");
}

/** Headers of an object's answer in S3's order, without its length. `overrides` by lower-case name. */
export function objectHeaders(facts: ObjectFacts, overrides: StoredHeaders, showsChecksum: boolean): string[] {
  const headers = ["Last-Modified", httpDate(facts.modified), "ETag", `"${facts.etag}"`];
  if (showsChecksum && facts.checksum) headers.push(...checksumHeadersOf(facts.checksum));
  let type = DEFAULT_TYPE;
  for (const name in facts.headers) {
    if (name === "content-type") type = facts.headers[name]!;
    else if (overrides[name] === undefined) headers.push(KEPT.get(name) ?? name, facts.headers[name]!);
  }
  for (const name in overrides) {
    if (name === "content-type") type = overrides[name]!;
    else headers.push(KEPT.get(name) ?? name, overrides[name]!);
  }
  headers.push("Accept-Ranges", "bytes", "Content-Type", type);
  return headers;
}

export function checksumHeadersOf({ algorithm, value, type }: Checksum): string[] {
  return [headerOf(algorithm), value, "x-amz-checksum-type", type];
}

/** `<ETag>` and the checksum, as the results of copies and uploads have them. */
export function writtenElements({ etag, checksum }: Pick<Written, "etag" | "checksum">): string {
  return `${element("ETag", `"${etag}"`)}${checksum ? checksumElements(checksum) : ""}`;
}

function checksumElements({ algorithm, value, type }: Checksum): string {
  return `${element(`Checksum${algorithm}`, value)}${element("ChecksumType", type)}`;
}

/** Of a read, or with `prefix` of a copy's source. A date that is none is no condition, as HTTP has it. */
export function readConditions(headers: Headers, prefix = ""): Conditions | undefined {
  const conditions: { -readonly [name in keyof Conditions]: Conditions[name] } = {};
  const ifMatch = headers.get(`${prefix}if-match`);
  const ifNoneMatch = headers.get(`${prefix}if-none-match`);
  const modified = headers.get(`${prefix}if-modified-since`);
  const unmodified = headers.get(`${prefix}if-unmodified-since`);
  if (ifMatch === undefined && ifNoneMatch === undefined && modified === undefined && unmodified === undefined) {
    return undefined;
  }
  if (ifMatch !== undefined) conditions.ifMatch = etagsOf(ifMatch);
  if (ifNoneMatch !== undefined) conditions.ifNoneMatch = etagsOf(ifNoneMatch);
  const since = parseDate(modified);
  if (since !== undefined) conditions.ifModifiedSince = since;
  const until = parseDate(unmodified);
  if (until !== undefined) conditions.ifUnmodifiedSince = until;
  return conditions;
}

const NOT_FOR_WRITES = ["if-modified-since", "if-unmodified-since"];

/** Of a write: If-None-Match takes only `*`. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function writeConditions(headers: Headers): Conditions | undefined {
  const unknown = NOT_FOR_WRITES.find((name) => headers.has(name));
  if (unknown !== undefined) throw headerNotImplemented(unknown);
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw headerNotImplemented("If-Match,If-None-Match", "Multiple conditional request headers present in the request");
  }
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") {
    throw headerNotImplemented(
      "If-None-Match",
      "We don't accept the provided value of If-None-Match header for this API",
    );
  }
  if (ifMatch !== undefined) return { ifMatch: etagsOf(ifMatch) };
  return ifNoneMatch === undefined ? undefined : { ifNoneMatch: ["*"] };
}

function etagsOf(value: string): string[] {
  return value.split(",").map(plainEtag);
}

/** Without quotes and without the mark of a weak one. */
export function plainEtag(value: string): string {
  return value
    .trim()
    .replace(/^W\//, "")
    .replace(/^"(.*)"$/, "$1");
}

function parseDate(value: string | undefined): number | undefined {
  const time = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

const DATES_KEPT = 1000;
const dates = new Map<number, string>();

/** `Mon, 23 Nov 2026 05:30:00 GMT`. Kept, since writing a date takes longer than finding an object's other headers. */
export function httpDate(time: number): string {
  const known = dates.get(time);
  if (known !== undefined) return known;
  const text = new Date(time).toUTCString();
  if (dates.size >= DATES_KEPT) dates.clear();
  dates.set(time, text);
  return text;
}

/** `2026-11-23T05:30:00.000Z`, as S3's XML has it. */
export function xmlDate(time: number): string {
  return new Date(time).toISOString();
}
