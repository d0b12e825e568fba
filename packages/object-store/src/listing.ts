// Listings: keys in the order of their UTF-8 bytes, rolled up at a delimiter. A common prefix is left by one jump
// behind all of its keys, so a page costs as many queries as it has prefixes, however many keys they hold.
import type { ListAnswer, ListRequest, ListUploadsRequest, UploadFacts } from "./backend.ts";
import { type FactsRow, factsOf, type UploadRow } from "./database.ts";
import type { Store } from "./store.ts";

type Entry<Row> = { readonly row: Row; readonly commonPrefix?: undefined } | { readonly commonPrefix: string };

/** Greater than every key: SQLite sorts a BLOB after all TEXT. */
const END = new Uint8Array();

/** The least string that is greater than every string that starts with `prefix`, by code points, as UTF-8 sorts. */
export function behind(prefix: string): string | Uint8Array {
  const points = [...prefix];
  while (points.length > 0) {
    const point = points.pop()!.codePointAt(0)!;
    // After U+D7FF comes U+E000: surrogates are no characters.
    if (point < 0x10ffff) return points.join("") + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return END;
}

function commonPrefixOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/**
 * Walks rows and common prefixes from `start` (a key, inclusive) on. `scan` gives the rows whose keys are at least
 * `from` and less than `below`; it is left before it is called again.
 */
function* walk<Row extends { readonly key: string }>(
  { prefix, delimiter }: { readonly prefix: string; readonly delimiter: string },
  start: string | Uint8Array,
  scan: (from: string | Uint8Array, below: string | Uint8Array) => Iterable<Row>,
): Generator<Entry<Row>> {
  const below = behind(prefix);
  let from: string | Uint8Array | undefined = start;
  while (from !== undefined) {
    let rolledUp: string | undefined;
    for (const row of scan(from, below)) {
      rolledUp = commonPrefixOf(row.key, prefix, delimiter);
      if (rolledUp !== undefined) break;
      yield { row };
    }
    if (rolledUp !== undefined) yield { commonPrefix: rolledUp };
    from = rolledUp === undefined ? undefined : behind(rolledUp);
  }
}

/** Where to go on after `marker`: behind all of a common prefix that is it or holds it, else behind the key. */
function startAfter(marker: string, prefix: string, delimiter: string): string | Uint8Array {
  const rolledUp = commonPrefixOf(marker, prefix, delimiter);
  if (rolledUp !== undefined) return behind(rolledUp);
  return isBefore(marker, prefix) ? prefix : `${marker}\0`;
}

/** Strictly, and by UTF-8 bytes, which is not the order of JavaScript's `<`. */
function isBefore(left: string, right: string): boolean {
  return left === "" || Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjects(store: Store, request: ListRequest): ListAnswer {
  const objects: ListAnswer["objects"][number][] = [];
  const commonPrefixes: string[] = [];
  if (request.limit === 0) return { objects, commonPrefixes };
  type Row = FactsRow & { readonly key: string };
  const start = startAfter(request.after, request.prefix, request.delimiter);
  const scan = (from: string | Uint8Array, below: string | Uint8Array) =>
    store.database.each<Row>("listObjects", request.bucket, from, below);
  let last = "";
  for (const entry of walk<Row>(request, start, scan)) {
    if (objects.length + commonPrefixes.length === request.limit) return { objects, commonPrefixes, next: last };
    if (entry.commonPrefix !== undefined) commonPrefixes.push(entry.commonPrefix);
    else objects.push(factsOf(entry.row.key, entry.row));
    last = entry.commonPrefix ?? entry.row.key;
  }
  return { objects, commonPrefixes };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html: by key, then by upload id. */
export function listUploads(
  store: Store,
  request: ListUploadsRequest,
): { uploads: UploadFacts[]; commonPrefixes: string[]; truncated: boolean } {
  const uploads: UploadFacts[] = [];
  const commonPrefixes: string[] = [];
  if (request.limit === 0) return { uploads, commonPrefixes, truncated: false };
  const { keyMarker, uploadIdMarker, prefix, delimiter } = request;
  const isWithinKey = uploadIdMarker !== "" && keyMarker !== "" && keyMarker.startsWith(prefix);
  const isRolledUp = commonPrefixOf(keyMarker, prefix, delimiter) !== undefined;
  const start = isWithinKey && !isRolledUp ? keyMarker : startAfter(keyMarker, prefix, delimiter);
  const scan = (from: string | Uint8Array, below: string | Uint8Array) =>
    store.database.each<UploadRow>("listUploads", request.bucket, from, below, keyMarker, uploadIdMarker);
  for (const entry of walk<UploadRow>(request, start, scan)) {
    if (uploads.length + commonPrefixes.length === request.limit) return { uploads, commonPrefixes, truncated: true };
    if (entry.commonPrefix !== undefined) commonPrefixes.push(entry.commonPrefix);
    else uploads.push(uploadFactsOf(entry.row));
  }
  return { uploads, commonPrefixes, truncated: false };
}

export function uploadFactsOf(row: UploadRow): UploadFacts {
  return {
    key: row.key,
    uploadId: row.id,
    initiated: row.initiated,
    initiator: { id: row.initiator_id, name: row.initiator_name },
    checksumAlgorithm: row.checksum_algorithm ?? undefined,
    checksumType: row.checksum_type ?? undefined,
  };
}
