// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";
import { readingOf, readReply } from "../reading.ts";

export async function HeadObject(asked: Asked): Promise<Reply> {
  const reading = await readingOf(asked);
  return readReply(asked, reading, await asked.gate.backend.head(reading.request));
}
