// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
import type { Reply } from "../call.ts";
import type { Asked } from "../gate.ts";
import { readReply, readRequest } from "../reading.ts";

export async function HeadObject(asked: Asked): Promise<Reply> {
  const request = await readRequest(asked);
  return readReply(asked, await asked.gate.backend.head(request), request);
}
