// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
import type { Reply } from "../call.ts";
import { element } from "../element.ts";
import type { Asked } from "../gate.ts";
import { listingElements, listObjects } from "../listing.ts";
import { xmlReply } from "../replies.ts";

/** NextMarker comes only with a delimiter: without one the last key is the marker. */
export async function ListObjects(asked: Asked): Promise<Reply> {
  const marker = asked.query.get("marker") ?? "";
  const listing = await listObjects(asked, marker);
  const { prefix, delimiter, encode, next } = listing;
  const shown =
    element("Name", asked.address.bucket) +
    element("Prefix", encode(prefix)) +
    element("Marker", encode(marker)) +
    (next !== undefined && delimiter !== "" ? element("NextMarker", encode(next)) : "") +
    listingElements(asked, listing, true);
  return xmlReply("ListBucketResult", shown, ["x-amz-bucket-region", asked.gate.region]);
}
