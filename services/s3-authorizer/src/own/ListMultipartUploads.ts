// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
import type { UploadFacts } from "@rolemint/object-store";
import type { Reply } from "../call.ts";
import { element } from "../element.ts";
import type { Asked } from "../gate.ts";
import { commonPrefixElements } from "../listing.ts";
import { xmlDate } from "../objects.ts";
import { nameEncoder, pageSize } from "../parameters.ts";
import { xmlReply } from "../replies.ts";
import { initiatorElements, uploadChecksumElements } from "../uploads.ts";

export async function ListMultipartUploads({ gate, address, query, bucket }: Asked): Promise<Reply> {
  const limit = pageSize(query, "max-uploads");
  const encode = nameEncoder(query);
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const keyMarker = query.get("key-marker") ?? "";
  const uploadIdMarker = query.get("upload-id-marker") ?? "";
  const listed = await gate.backend.listUploads({
    bucket: address.bucket,
    prefix,
    delimiter,
    keyMarker,
    uploadIdMarker,
    limit,
  });
  const owner = bucket!.AccountId;
  const shown =
    element("Bucket", address.bucket) +
    element("KeyMarker", encode(keyMarker)) +
    element("UploadIdMarker", uploadIdMarker) +
    nextMarkers(listed, encode) +
    (delimiter === "" ? "" : element("Delimiter", encode(delimiter))) +
    element("Prefix", encode(prefix)) +
    element("MaxUploads", limit) +
    (query.has("encoding-type") ? element("EncodingType", "url") : "") +
    element("IsTruncated", listed.truncated) +
    listed.uploads.map((upload) => uploadElement(upload, owner, encode)).join("") +
    commonPrefixElements(listed.commonPrefixes, encode);
  return xmlReply("ListMultipartUploadsResult", shown);
}

/** Where the next page begins: behind the last upload, or behind the last common prefix if that came later. */
function nextMarkers(
  { uploads, commonPrefixes, truncated }: { uploads: UploadFacts[]; commonPrefixes: string[]; truncated: boolean },
  encode: (name: string) => string,
): string {
  const last = uploads.at(-1);
  const prefix = commonPrefixes.at(-1);
  if (!truncated || (!last && prefix === undefined)) return "";
  const isPrefix = prefix !== undefined && (!last || Buffer.compare(Buffer.from(prefix), Buffer.from(last.key)) > 0);
  return isPrefix
    ? element("NextKeyMarker", encode(prefix)) + element("NextUploadIdMarker", "")
    : element("NextKeyMarker", encode(last!.key)) + element("NextUploadIdMarker", last!.uploadId);
}

function uploadElement(upload: UploadFacts, owner: string, encode: (name: string) => string): string {
  const named = element("Key", encode(upload.key)) + element("UploadId", upload.uploadId);
  const facts = initiatorElements(upload, owner) + element("Initiated", xmlDate(upload.initiated));
  return `<Upload>${named}${facts}${uploadChecksumElements(upload)}</Upload>`;
}
