// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";
import { writeConditions } from "../objects.ts";
import { noContentReply } from "../replies.ts";

export async function DeleteObject({ gate, address, headers }: Asked): Promise<Reply> {
  await gate.backend.delete(address.bucket, address.key, writeConditions(headers));
  return noContentReply();
}
