// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
import type { Reply } from "../call.ts";
import { element } from "../element.ts";
import type { Asked } from "../gate.ts";
import { storedHeaders } from "../objects.ts";
import { xmlReply } from "../replies.ts";
import { checksumTypeOf, initiatorOf, uploadChecksumHeaders } from "../uploads.ts";
import { checksumAlgorithmOf } from "./CopyObject.ts";

export async function CreateMultipartUpload(asked: Asked): Promise<Reply> {
  const { gate, address, headers } = asked;
  const { bucket, key } = address;
  const checksumAlgorithm = checksumAlgorithmOf(headers);
  const checksumType = checksumTypeOf(headers, checksumAlgorithm);
  const upload = await gate.backend.createUpload({
    bucket,
    key,
    headers: storedHeaders(headers),
    ...(checksumAlgorithm && { checksumAlgorithm }),
    ...(checksumType && { checksumType }),
    initiator: initiatorOf(asked),
  });
  const shown = element("Bucket", bucket) + element("Key", key) + element("UploadId", upload.uploadId);
  return xmlReply("InitiateMultipartUploadResult", shown, uploadChecksumHeaders(upload));
}
