// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
import type { Reply } from "../call.ts";
import { copySourceOf } from "../copy-source.ts";
import { element } from "../element.ts";
import type { Asked } from "../gate.ts";
import { xmlDate } from "../objects.ts";
import { xmlReply } from "../replies.ts";
import { partNumberOf, uploadAddress } from "../uploads.ts";

export async function UploadPartCopy(asked: Asked): Promise<Reply> {
  const number = partNumberOf(asked);
  const source = copySourceOf(asked, true);
  const { etag, modified, checksum } = await asked.gate.backend.copyPart(uploadAddress(asked), number, source);
  const value = checksum ? element(`Checksum${checksum.algorithm}`, checksum.value) : "";
  return xmlReply("CopyPartResult", element("LastModified", xmlDate(modified)) + element("ETag", `"${etag}"`) + value);
}
