// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
import { refuseGoneBucket } from "../buckets.ts";
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";
import { checksumHeadersOf, storedHeaders, writeConditions } from "../objects.ts";
import { emptyReply } from "../replies.ts";

export async function PutObject(asked: Asked): Promise<Reply> {
  const { gate, address, headers, body } = asked;
  const { bucket, key } = address;
  const conditions = writeConditions(headers);
  const request = { bucket, key, headers: storedHeaders(headers), ...(conditions && { conditions }) };
  const { etag, checksum } = await gate.backend.put(request, body.incoming());
  await refuseGoneBucket(asked);
  return emptyReply(["ETag", `"${etag}"`, ...(checksum ? checksumHeadersOf(checksum) : [])]);
}
