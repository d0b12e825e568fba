// ListObjects, page by page of the server behind until the page that was asked for is full. Servers agree on keys and
// on the delimiter `/`; rolling up at any other, and where to go on inside what was rolled up, is done here.
import type { ListAnswer, ListRequest, ObjectFacts } from "@rolemint/object-store";
import { decodeText } from "@rolemint/sigv4/encoding";
import { childText, type XmlElement } from "@rolemint/wire/xml";
import type { Answer } from "./client.ts";
import { integerIn, skip, textIn, timeIn } from "./documents.ts";
import { isUnstorable, readError, readResult, refusalOf } from "./errors.ts";
import { plainEtag } from "./headers.ts";
import type { Remote } from "./remote.ts";
import { pathOfBucket, queryOf } from "./target.ts";

/** What a page holds: an object, or the common prefix of some. */
interface Entry {
  readonly name: string;
  readonly facts?: ObjectFacts;
}

interface Page {
  /** In order. */
  readonly entries: readonly Entry[];
  readonly isTruncated: boolean;
}

const MAX_PAGE = 1000;
const NATIVE_DELIMITER = "/";

export async function listObjects(remote: Remote, request: ListRequest): Promise<ListAnswer> {
  return listPath(remote, pathOfBucket(request.bucket), request);
}

/** By the path of a bucket, which may be our own. */
export async function listPath(
  remote: Remote,
  path: string,
  request: Omit<ListRequest, "bucket">,
): Promise<ListAnswer> {
  const { prefix, delimiter, limit } = request;
  const objects: ObjectFacts[] = [];
  const commonPrefixes: string[] = [];
  let after = startAfter(request.after, prefix, delimiter);
  let last = "";
  while (limit > 0 && after !== undefined) {
    const room = limit - objects.length - commonPrefixes.length;
    // One more than there is room for, which tells whether there is more.
    const page: Page = await askPage(remote, path, request, after, Math.min(room + 1, MAX_PAGE));
    let reached = "";
    for (const entry of page.entries) {
      const rolledUp = commonPrefixOf(entry.name, prefix, delimiter);
      reached = entry.name;
      if (rolledUp !== undefined && rolledUp === commonPrefixes.at(-1)) continue;
      if (objects.length + commonPrefixes.length === limit) return { objects, commonPrefixes, next: last };
      if (rolledUp !== undefined) commonPrefixes.push(rolledUp);
      else objects.push(entry.facts!);
      last = rolledUp ?? entry.name;
    }
    after = page.isTruncated && reached !== "" ? startAfter(reached, prefix, delimiter) : undefined;
  }
  return { objects, commonPrefixes };
}

export function commonPrefixOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** After which key the server is to go on; undefined where nothing follows. Servers refuse one outside the prefix. */
function startAfter(marker: string, prefix: string, delimiter: string): string | undefined {
  const rolledUp = commonPrefixOf(marker, prefix, delimiter);
  if (rolledUp !== undefined) return lastOf(rolledUp);
  if (marker.startsWith(prefix)) return marker;
  return utf8Order(marker, prefix) < 0 ? "" : undefined;
}

/** Not the order of `<`, which is that of UTF-16. */
export function utf8Order(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const LAST_CHARACTER = "\u{10ffff}";
const MAX_KEY_BYTES = 1024;

/** No key that begins with the prefix comes behind it. */
function lastOf(prefix: string): string {
  return prefix + LAST_CHARACTER.repeat(Math.ceil((MAX_KEY_BYTES - Buffer.byteLength(prefix)) / 4));
}

async function askPage(
  remote: Remote,
  path: string,
  { prefix, delimiter }: Omit<ListRequest, "bucket">,
  after: string,
  limit: number,
): Promise<Page> {
  const query = queryOf({
    "list-type": 2,
    prefix,
    delimiter: delimiter === NATIVE_DELIMITER ? delimiter : undefined,
    "start-after": after === "" ? undefined : after,
    "max-keys": limit,
    "encoding-type": "url",
  });
  const response = await remote.client.ask({ method: "GET", target: path + query });
  const bucket = path.slice(1);
  if (response.statusCode !== 200) return nothingThere(remote, response, bucket);
  const document = await readResult(remote, response, "ListBucketResult", { bucket, key: "" });
  const names = { remote, isEncoded: childText(document, "EncodingType") === "url" };
  const entries = document.children.flatMap((child): Entry[] => {
    if (child.name === "Contents") return [objectIn(names, child)];
    return child.name === "CommonPrefixes" ? [{ name: nameIn(names, child, "Prefix") }] : [];
  });
  entries.sort((left, right) => utf8Order(left.name, right.name));
  return { entries, isTruncated: childText(document, "IsTruncated") === "true" };
}

/** A bucket that nobody has written to is not made yet; below a prefix that no key can have is no key. */
async function nothingThere(remote: Remote, response: Answer, bucket: string): Promise<Page> {
  const error = await readError(remote, response);
  skip(response);
  const isEmpty = error.code === "NoSuchBucket" || isUnstorable(error.code);
  if (!isEmpty) throw refusalOf(remote, error, { bucket, key: "" });
  return { entries: [], isTruncated: false };
}

interface Names {
  readonly remote: Remote;
  /** Not every server encodes names when it is asked to. */
  readonly isEncoded: boolean;
}

function objectIn(names: Names, element: XmlElement): Entry {
  const { remote } = names;
  const key = nameIn(names, element, "Key");
  const facts = {
    key,
    size: integerIn(remote, element, "Size"),
    etag: plainEtag(textIn(remote, element, "ETag")),
    modified: timeIn(remote, element, "LastModified"),
    headers: {},
  };
  return { name: key, facts };
}

/** Go's servers write a space as `+`. */
function nameIn({ remote, isEncoded }: Names, element: XmlElement, name: string): string {
  const text = textIn(remote, element, name);
  const decoded = isEncoded ? decodeText(text.replaceAll("+", "%20")) : text;
  if (decoded !== undefined) return decoded;
  throw remote.client.unavailable(new Error(`${name} of ${element.name} is not encoded`));
}
