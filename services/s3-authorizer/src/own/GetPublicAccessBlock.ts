// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html
import type { Reply } from "../call.ts";
import { element } from "../element.ts";
import { s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { xmlReply } from "../replies.ts";

export async function GetPublicAccessBlock({ bucket }: Asked): Promise<Reply> {
  const { Name, PublicAccessBlock: settings } = bucket!;
  if (!settings) throw s3Error("NoSuchPublicAccessBlockConfiguration", { BucketName: Name });
  const shown =
    element("BlockPublicAcls", settings.BlockPublicAcls) +
    element("IgnorePublicAcls", settings.IgnorePublicAcls) +
    element("BlockPublicPolicy", settings.BlockPublicPolicy) +
    element("RestrictPublicBuckets", settings.RestrictPublicBuckets);
  return xmlReply("PublicAccessBlockConfiguration", shown);
}
