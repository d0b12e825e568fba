// https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";
import { noContentReply } from "../replies.ts";
import { uploadAddress } from "../uploads.ts";

export async function AbortMultipartUpload(asked: Asked): Promise<Reply> {
  await asked.gate.backend.abortUpload(uploadAddress(asked));
  return noContentReply();
}
