// What is not said is off.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
import { callerOf } from "../buckets.ts";
import type { Reply } from "../call.ts";
import { booleanOf, documentOf, membersOf } from "../documents.ts";
import type { Asked } from "../gate.ts";
import { emptyReply } from "../replies.ts";

const MAX_BYTES = 64 * 1024;
const SETTINGS = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] as const;

export async function PutPublicAccessBlock(asked: Asked): Promise<Reply> {
  const document = await documentOf(asked, "PublicAccessBlockConfiguration", MAX_BYTES);
  const given = membersOf(document, SETTINGS);
  const [BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets] = SETTINGS.map((name) =>
    booleanOf(given.get(name) ?? "false"),
  ) as [boolean, boolean, boolean, boolean];
  const PublicAccessBlock = { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets };
  const Name = asked.address.bucket;
  await asked.gate.authority.putPublicAccessBlock({ Name, PublicAccessBlock, Caller: callerOf(asked) });
  return emptyReply();
}
