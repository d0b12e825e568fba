// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
import { escapeXml } from "@rolemint/wire/xml";
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";
import { xmlReply } from "../replies.ts";

/** us-east-1 is written as nothing. */
export async function GetBucketLocation({ bucket }: Asked): Promise<Reply> {
  const { Region } = bucket!;
  return xmlReply("LocationConstraint", Region === "us-east-1" ? "" : escapeXml(Region));
}
