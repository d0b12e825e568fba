// The policy is kept by the authority, never by a back end: that would evaluate it for a user of its own.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
import { checkBucketPolicy, invalidBucketPrincipal } from "@rolemint/policy";
import type { AwsError } from "@rolemint/wire";
import { bucketArn } from "../authorize.ts";
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
  const { Outcome } = await asked.gate.authority.putBucketPolicy({ Name, Policy, Caller: callerOf(asked) });
  switch (Outcome) {
    case "stored":
      return noContentReply();
    case "no-bucket":
      throw s3Error("NoSuchBucket", { BucketName: Name });
    case "invalid-principal":
      throw s3Error("MalformedPolicy", {}, invalidBucketPrincipal.message);
    case "public-blocked":
      throw publicBlocked(asked);
  }
}

function publicBlocked({ signature, address }: Asked): AwsError {
  const who = `User: ${signature.caller!.principal.Arn} is not authorized to perform: s3:PutBucketPolicy`;
  const why = "because public policies are blocked by the BlockPublicPolicy block public access setting.";
  return s3Error("AccessDenied", {}, `${who} on resource: "${bucketArn(address.bucket)}" ${why}`);
}
