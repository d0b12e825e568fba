// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";

export async function HeadBucket({ bucket }: Asked): Promise<Reply> {
  const headers = ["x-amz-bucket-region", bucket!.Region, "x-amz-access-point-alias", "false"];
  return { status: 200, headers: [...headers, "Content-Type", "application/xml"] };
}
