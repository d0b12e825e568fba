// The headers that go to the server behind and come back from it: allow-lists both ways. What the server would change
// or take for its own is packed into one metadata header of ours, which nobody else ever sees.
import type { Checksum, ChecksumAlgorithm, Conditions, ObjectFacts, StoredHeaders } from "@rolemint/object-store";

const KEPT = new Set([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
]);
const METADATA = "x-amz-meta-";
const PACKED = `${METADATA}rolemint-packed`;
/** MinIO unpacks an upload that says `snowball` into other keys, and drops metadata of a client that encrypts. */
const SPECIAL = /^x-amz-meta-(?:(?:minio-)?snowball|x-amz-|x-minio-)|[^a-z0-9-]/;
/** Printable, not empty, with single spaces inside; `=?` begins MinIO's own encoding of what is not. */
const SAFE_VALUE = /^[!-~]+(?: [!-~]+)*$/;

/** Name, value, name, value … */
export function sentHeaders(stored: StoredHeaders): string[] {
  const sent: string[] = [];
  const packed: Record<string, string> = {};
  for (const [name, value] of Object.entries(stored)) {
    if (!KEPT.has(name) && !name.startsWith(METADATA)) continue;
    const isSafe = name !== PACKED && !SPECIAL.test(name) && SAFE_VALUE.test(value) && !value.includes("=?");
    if (isSafe) sent.push(name, value);
    else packed[name] = value;
  }
  if (Object.keys(packed).length > 0) {
    sent.push(PACKED, Buffer.from(JSON.stringify(packed)).toString("base64url"));
  }
  return sent;
}

/**
 * The conditions of a write, as the server must hold them when it stores: one ETag, the one that was found to satisfy
 * them, since servers do not read lists.
 */
export function sentConditions(conditions: Conditions | undefined, foundEtag: string | undefined): string[] {
  if (conditions?.ifMatch) return ["if-match", `"${foundEtag}"`];
  return conditions?.ifNoneMatch ? ["if-none-match", "*"] : [];
}

const CHECKSUM = "x-amz-checksum-";
const ALGORITHMS: Readonly<Record<string, ChecksumAlgorithm>> = {
  [`${CHECKSUM}crc32`]: "CRC32",
  [`${CHECKSUM}crc32c`]: "CRC32C",
  [`${CHECKSUM}crc64nvme`]: "CRC64NVME",
  [`${CHECKSUM}sha1`]: "SHA1",
  [`${CHECKSUM}sha256`]: "SHA256",
};

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return CHECKSUM + algorithm.toLowerCase();
}

/** What the head of an answer tells of an object. `contentRange` as it came. */
export interface ObjectHead {
  readonly facts: ObjectFacts;
  /** Bytes of this answer's body. */
  readonly length: number;
  readonly contentRange: string | undefined;
}

/** Undefined when it lacks what every object has. */
export function readObjectHead(key: string, rawHeaders: readonly string[]): ObjectHead | undefined {
  const headers: Record<string, string> = {};
  let length = Number.NaN;
  let modified = Number.NaN;
  let etag: string | undefined;
  let contentRange: string | undefined;
  let checksum: Omit<Checksum, "type"> | undefined;
  let type: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const value = rawHeaders[i + 1]!;
    if (name === "content-length") length = Number(value);
    else if (name === "etag") etag = plainEtag(value);
    else if (name === "last-modified") modified = Date.parse(value);
    else if (name === "content-range") contentRange = value;
    else if (KEPT.has(name)) headers[name] = value;
    else if (!name.startsWith("x-amz-")) continue;
    else if (name === PACKED) Object.assign(headers, unpack(value));
    else if (name.startsWith(METADATA)) headers[name] = value;
    else if (name === "x-amz-checksum-type") type = value;
    else if (ALGORITHMS[name] !== undefined) checksum = { algorithm: ALGORITHMS[name], value };
  }
  if (etag === undefined || Number.isNaN(modified) || !Number.isSafeInteger(length)) return undefined;
  const size = contentRange === undefined ? length : totalOf(contentRange);
  const parts = partsOf(etag);
  const facts: ObjectFacts = {
    key,
    size,
    etag,
    modified,
    headers,
    ...(checksum && { checksum: { ...checksum, type: type === "COMPOSITE" ? type : "FULL_OBJECT" } }),
    ...(parts !== undefined && { parts }),
  };
  return { facts, length, contentRange };
}

function totalOf(contentRange: string): number {
  return Number(contentRange.slice(contentRange.lastIndexOf("/") + 1));
}

/** The ETag of a multipart object ends with the number of its parts. */
export function partsOf(etag: string): number | undefined {
  const dash = etag.lastIndexOf("-");
  return dash < 0 ? undefined : Number(etag.slice(dash + 1));
}

export function plainEtag(value: string): string {
  return value.replace(/^(?:W\/)?"(.*)"$/, "$1");
}

/** Nothing, where it is none of ours. */
function unpack(value: string): StoredHeaders {
  try {
    const packed: unknown = JSON.parse(Buffer.from(value, "base64url").toString());
    const pairs = Object.entries(packed as object).filter(([, text]) => typeof text === "string");
    return Object.fromEntries(pairs.filter(([name]) => KEPT.has(name) || name.startsWith(METADATA)));
  } catch {
    return {};
  }
}
