// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html
import { callerOf } from "../buckets.ts";
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";
import { noContentReply } from "../replies.ts";

export async function DeletePublicAccessBlock(asked: Asked): Promise<Reply> {
  await asked.gate.authority.putPublicAccessBlock({ Name: asked.address.bucket, Caller: callerOf(asked) });
  return noContentReply();
}
