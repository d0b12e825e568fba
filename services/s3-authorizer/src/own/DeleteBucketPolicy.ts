// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
import { callerOf, refuseStranger } from "../buckets.ts";
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";
import { noContentReply } from "../replies.ts";

export async function DeleteBucketPolicy(asked: Asked): Promise<Reply> {
  refuseStranger(asked);
  await asked.gate.authority.deleteBucketPolicy({ Name: asked.address.bucket, Caller: callerOf(asked) });
  return noContentReply();
}
