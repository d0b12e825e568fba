// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
import type { ConditionContext } from "@rolemint/authority";
import { isNewBucketName } from "@rolemint/policy";
import { AwsError } from "@rolemint/wire";
import { callerOf } from "../buckets.ts";
import type { Reply } from "../call.ts";
import { makingBucketFacts } from "../context.ts";
import { documentOf } from "../documents.ts";
import { s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { emptyReply } from "../replies.ts";

const MAX_BYTES = 64 * 1024;
const HOME_REGION = "us-east-1";

export async function CreateBucket(asked: Asked): Promise<Reply> {
  const { gate, address } = asked;
  const Name = address.bucket;
  if (!isNewBucketName(Name)) throw s3Error("InvalidBucketName", { BucketName: Name });
  refuseLocation(await locationOf(asked), gate.region);
  const Caller = callerOf(asked);
  await gate.backend.createBucket(Name);
  const { Outcome } = await gate.authority.createBucket({ Name, Caller });
  if (Outcome === "taken") throw s3Error("BucketAlreadyExists", { BucketName: Name });
  if (Outcome === "yours") {
    const { Bucket } = await gate.authority.bucket({ Name });
    if (!Bucket) throw s3Error("OperationAborted");
    // What us-east-1 has always answered to who made the bucket before.
    if (gate.region !== HOME_REGION) throw s3Error("BucketAlreadyOwnedByYou", { BucketName: Name });
  }
  return emptyReply(["Location", `/${Name}`]);
}

export async function createBucketFacts(asked: Asked): Promise<ConditionContext> {
  return makingBucketFacts(asked.headers, await locationOf(asked));
}

/** LocationConstraint of the document, undefined without one. Throws 501 for what else stands in it. */
async function locationOf(asked: Asked): Promise<string | undefined> {
  if (asked.call.body.length === 0) {
    asked.body.refuseAny();
    return undefined;
  }
  const document = await documentOf(asked, "CreateBucketConfiguration", MAX_BYTES);
  const other = document.children.find(({ name }) => name !== "LocationConstraint");
  if (other) throw new AwsError("NotImplemented", 501, `CreateBucket ${other.name} is not implemented by rolemint`);
  const text = document.children[0]?.text.trim();
  return text === "" ? undefined : text;
}

/** A bucket is made where the endpoint is. */
function refuseLocation(location: string | undefined, region: string): void {
  if (location === undefined && region === HOME_REGION) return;
  if (location === undefined) throw s3Error("IllegalLocationConstraintException");
  if (location === region && region !== HOME_REGION) return;
  if (location === HOME_REGION || !/^[a-z]{2}(-[a-z]+)+-\d$/.test(location)) {
    throw s3Error("InvalidLocationConstraint", { LocationConstraint: location });
  }
  throw s3Error(
    "IllegalLocationConstraintException",
    {},
    `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}
