// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
import type { Reply } from "../call.ts";
import { headerOf } from "../checksums.ts";
import type { Asked } from "../gate.ts";
import { emptyReply } from "../replies.ts";
import { partNumberOf, uploadAddress } from "../uploads.ts";

export async function UploadPart(asked: Asked): Promise<Reply> {
  const { backend } = asked.gate;
  const number = partNumberOf(asked);
  const upload = uploadAddress(asked);
  // Whether the upload is there is asked before its bytes are taken.
  await backend.upload(upload);
  const { etag, checksum } = await backend.putPart(upload, number, asked.body.incoming());
  return emptyReply(["ETag", `"${etag}"`, ...(checksum ? [headerOf(checksum.algorithm), checksum.value] : [])]);
}
