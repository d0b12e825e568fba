// A presigned URL is good no longer than the credential that signed it, whatever X-Amz-Expires says.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
import { requestKind } from "../kind.ts";

export const s3PresignDies = requestKind({
  name: "s3.presign-dies",
  row: "SX3",
  says: "a presigned URL of a role's session dies with its token, before X-Amz-Expires is over",
  channel: "calls",
  acts: "requests",
  parameters: {
    After: { type: "duration", fallback: 900_000, says: "how long after it was signed" },
  },
  call({ service, isPresigned, isExpired, ageMs }, { After }) {
    if (service !== "s3" || !isPresigned || isExpired || ageMs < After) return undefined;
    return { do: "refuse", as: "token-expired" };
  },
});
