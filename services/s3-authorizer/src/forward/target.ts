// Names as they go into a request to the server behind: encoded by us, byte by byte, since URL and fetch would take
// `..` segments out of a path that was authorised with them. And the names that never go there.
import { invalidRequest } from "@rolemint/object-store/refusals";
import { encodeText } from "@rolemint/sigv4/encoding";

/** The one bucket of the server's that is ours. S3 lets nobody make a bucket of this name. */
export const OWN_BUCKET = "xn--rolemint";

/** Below `/minio/` MinIO serves its administration, to whoever signs with its root key. */
const RESERVED_BUCKETS = new Set([OWN_BUCKET, "minio"]);

/** Refuses the names that mean something else to the server. */
export function pathOfBucket(bucket: string): string {
  if (RESERVED_BUCKETS.has(bucket)) throw invalidRequest("NameNotSupported");
  return `/${encodeText(bucket)}`;
}

const MAX_SEGMENT_BYTES = 255;

/**
 * Servers that keep objects as files take these keys for others, or refuse them:
 * empty segments and a leading `/` (`a//b` and `/a` are `a/b` and `a`), `.` and `..` segments, also between
 * backslashes (versitygw reads `a/../b` as `b`), NUL, names of their own (`__XLDIR__`, `xl.meta`, `.sgwtmp`).
 */
const UNSTORABLE =
  /^\/|\/\/|(?:^|[/\\])\s*\.\.?\s*(?:[/\\]|$)|\0|__XLDIR__(?:\/|$)|(?:^|\/)xl\.meta(?:\/|$)|^\.sgwtmp(?:\/|$)/;

/** Whether an object of this key can be there at all. */
export function isStorableKey(key: string): boolean {
  if (UNSTORABLE.test(key)) return false;
  if (key.length * 3 <= MAX_SEGMENT_BYTES) return true;
  return key.split("/").every((segment) => Buffer.byteLength(segment) <= MAX_SEGMENT_BYTES);
}

const PLAIN = /^[A-Za-z0-9._~/-]*$/;

/** Refuses a bucket or a key that the server would take for another. */
export function pathOf(bucket: string, key: string): string {
  if (!isStorableKey(key)) throw invalidRequest("NameNotSupported");
  const path = PLAIN.test(key) ? key : key.split("/").map(encodeText).join("/");
  return `${pathOfBucket(bucket)}/${path}`;
}

/** `?name=value&…`, of the parameters that are given. */
export function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  let query = "";
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    query += `${query === "" ? "?" : "&"}${name}=${encodeText(String(value))}`;
  }
  return query;
}
