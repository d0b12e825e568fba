// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
import { refuseStranger } from "../buckets.ts";
import type { Reply } from "../call.ts";
import { s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";

export async function GetBucketPolicy(asked: Asked): Promise<Reply> {
  refuseStranger(asked);
  const { Name } = asked.bucket!;
  // Users and roles are shown as they are called now, which moves without the bucket.
  const { Bucket } = await asked.gate.authority.bucket({ Name });
  if (Bucket?.ShownPolicy === undefined) throw s3Error("NoSuchBucketPolicy", { BucketName: Name });
  const body = Buffer.from(Bucket.ShownPolicy);
  return { status: 200, headers: ["Content-Type", "application/json", "Content-Length", String(body.length)], body };
}
