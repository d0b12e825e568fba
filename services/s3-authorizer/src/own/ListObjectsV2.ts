// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import type { Reply } from "../call.ts";
import { element } from "../element.ts";
import { invalidArgument } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { listingElements, listObjects } from "../listing.ts";
import { decodeToken, encodeToken } from "../parameters.ts";
import { xmlReply } from "../replies.ts";

export async function ListObjectsV2(asked: Asked): Promise<Reply> {
  const { query, address, gate } = asked;
  const version = query.get("list-type") ?? "";
  if (version !== "2") throw invalidArgument("list-type", version, "Invalid List Type specified in Request");
  const startAfter = query.get("start-after");
  const token = decodeToken(query);
  const listing = await listObjects(asked, token ?? startAfter ?? "");
  const { prefix, encode, next, objects, commonPrefixes } = listing;
  const shown =
    element("Name", address.bucket) +
    element("Prefix", encode(prefix)) +
    (startAfter === undefined ? "" : element("StartAfter", encode(startAfter))) +
    (token === undefined ? "" : element("ContinuationToken", query.get("continuation-token") ?? "")) +
    (next === undefined ? "" : element("NextContinuationToken", encodeToken(next))) +
    element("KeyCount", objects.length + commonPrefixes.length) +
    listingElements(asked, listing, query.get("fetch-owner") === "true");
  return xmlReply("ListBucketResult", shown, ["x-amz-bucket-region", gate.region]);
}
