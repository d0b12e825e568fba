// A browser's question before a request of another origin. No bucket has a CORS configuration here, and so S3's answer
// is that of a bucket without one, whether it is there or not.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
import type { Reply } from "../call.ts";
import { s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";

export async function CORSPreflight({ headers, address }: Asked): Promise<Reply> {
  if (!headers.has("origin")) {
    throw s3Error("BadRequest", {}, "Insufficient information. Origin request header needed.");
  }
  throw s3Error("AccessForbidden", {
    Method: headers.get("access-control-request-method") ?? "",
    ResourceType: address.level.toUpperCase(),
  });
}
