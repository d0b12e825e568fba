// A bucket goes in three steps: it takes no new requests, its room in the back end is removed if it is empty, and then
// it is gone, or comes back as it was.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
import { callerOf } from "../buckets.ts";
import type { Reply } from "../call.ts";
import { s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { noContentReply } from "../replies.ts";

export async function DeleteBucket(asked: Asked): Promise<Reply> {
  const { gate, address } = asked;
  const Name = address.bucket;
  const Caller = callerOf(asked);
  await gate.authority.deleteBucket({ Name, Step: "mark", Caller });
  let isEmpty = false;
  try {
    isEmpty = (await gate.backend.deleteBucket(Name)) === "deleted";
  } finally {
    await gate.authority.deleteBucket({ Name, Step: isEmpty ? "remove" : "keep", Caller });
  }
  if (!isEmpty) throw s3Error("BucketNotEmpty", { BucketName: Name });
  return noContentReply();
}
