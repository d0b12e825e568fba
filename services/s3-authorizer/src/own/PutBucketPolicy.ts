// The policy is kept by the authority, never by a back end: that would evaluate it for a user of its own.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
import { checkBucketPolicy } from "@rolemint/policy";
import { callerOf, refuseStranger } from "../buckets.ts";
import { type Reply, textOf } from "../call.ts";
import { s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { noContentReply } from "../replies.ts";

const MAX_BYTES = 20 * 1024;

export async function PutBucketPolicy(asked: Asked): Promise<Reply> {
  refuseStranger(asked);
  const Name = asked.address.bucket;
  const bytes = await asked.body.document(MAX_BYTES, () => s3Error("PolicyTooLarge"));
  if (bytes.length === 0) throw s3Error("MissingRequestBodyError");
  const Policy = textOf(bytes);
  if (Policy === undefined) throw s3Error("MalformedPolicy");
  const malformed = checkBucketPolicy(Policy, Name);
  if (malformed) throw s3Error("MalformedPolicy", {}, malformed.message);
  await asked.gate.authority.putBucketPolicy({ Name, Policy, Caller: callerOf(asked) });
  return noContentReply();
}
