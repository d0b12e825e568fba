// The two listings of objects: one request to the back end, two forms of answer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import type { ListAnswer, ObjectFacts } from "@rolemint/object-store";
import { canonicalUserId } from "./buckets.ts";
import { element } from "./element.ts";
import type { Asked } from "./gate.ts";
import { xmlDate } from "./objects.ts";
import { nameEncoder, pageSize } from "./parameters.ts";

export interface Listing extends ListAnswer {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  readonly encode: (name: string) => string;
}

/** `after`: strictly behind which key or common prefix to begin. */
export async function listObjects({ gate, address, query }: Asked, after: string): Promise<Listing> {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const limit = pageSize(query, "max-keys");
  const encode = nameEncoder(query);
  const listed = await gate.backend.list({ bucket: address.bucket, prefix, delimiter, after, limit });
  return { ...listed, prefix, delimiter, limit, encode };
}

/** The elements that both forms end with. */
export function listingElements({ query, bucket }: Asked, listing: Listing, showsOwner: boolean): string {
  const { objects, commonPrefixes, delimiter, limit, encode, next } = listing;
  const owner = showsOwner ? `<Owner>${element("ID", canonicalUserId(bucket!.AccountId))}</Owner>` : "";
  return (
    element("MaxKeys", limit) +
    (delimiter === "" ? "" : element("Delimiter", encode(delimiter))) +
    (query.has("encoding-type") ? element("EncodingType", "url") : "") +
    element("IsTruncated", next !== undefined) +
    objects.map((facts) => objectElement(facts, owner, encode)).join("") +
    commonPrefixElements(commonPrefixes, encode)
  );
}

export function commonPrefixElements(prefixes: readonly string[], encode: (name: string) => string): string {
  return prefixes.map((prefix) => `<CommonPrefixes>${element("Prefix", encode(prefix))}</CommonPrefixes>`).join("");
}

function objectElement(facts: ObjectFacts, owner: string, encode: (name: string) => string): string {
  const { key, modified, etag, size, checksum } = facts;
  const checked = checksum
    ? element("ChecksumAlgorithm", checksum.algorithm) + element("ChecksumType", checksum.type)
    : "";
  return (
    `<Contents>${element("Key", encode(key))}${element("LastModified", xmlDate(modified))}` +
    `${element("ETag", `"${etag}"`)}${checked}${element("Size", size)}${owner}` +
    `${element("StorageClass", "STANDARD")}</Contents>`
  );
}
