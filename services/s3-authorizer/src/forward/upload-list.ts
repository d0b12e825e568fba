// ListMultipartUploads from our records: by key, then by upload id, rolled up and cut as S3 documents. There are few at
// a time, so that a list of all of a bucket is made and cut.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
import type { ListUploadsRequest, UploadFacts } from "@rolemint/object-store";
import { commonPrefixOf, utf8Order } from "./listing.ts";
import { recordsOf } from "./records.ts";
import type { Remote } from "./remote.ts";

export async function listUploads(
  remote: Remote,
  request: ListUploadsRequest,
): Promise<{ uploads: UploadFacts[]; commonPrefixes: string[]; truncated: boolean }> {
  const { bucket, prefix, delimiter, limit } = request;
  const uploads: UploadFacts[] = [];
  const commonPrefixes: string[] = [];
  if (limit === 0) return { uploads, commonPrefixes, truncated: false };
  const records = (await recordsOf(remote, bucket)).filter(({ key }) => key.startsWith(prefix));
  records.sort((left, right) => utf8Order(left.key, right.key) || utf8Order(left.uploadId, right.uploadId));
  for (const upload of records) {
    const rolledUp = commonPrefixOf(upload.key, prefix, delimiter);
    if (rolledUp !== undefined && rolledUp === commonPrefixes.at(-1)) continue;
    if (!isBehind(request, upload, rolledUp)) continue;
    if (uploads.length + commonPrefixes.length === limit) return { uploads, commonPrefixes, truncated: true };
    if (rolledUp !== undefined) commonPrefixes.push(rolledUp);
    else uploads.push(upload);
  }
  return { uploads, commonPrefixes, truncated: false };
}

/** A common prefix comes behind the markers when it does itself, whatever it holds. */
function isBehind(
  { keyMarker, uploadIdMarker }: ListUploadsRequest,
  { key, uploadId }: UploadFacts,
  rolledUp: string | undefined,
): boolean {
  const order = utf8Order(rolledUp ?? key, keyMarker);
  if (order !== 0 || rolledUp !== undefined) return order > 0;
  return uploadIdMarker !== "" && utf8Order(uploadId, uploadIdMarker) > 0;
}
