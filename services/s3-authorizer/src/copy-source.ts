// The source of a copy, read from its header: decoded once, after the version was split off, so that the object which
// is authorised is the object which is read.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
import type { CopySource, Range } from "@rolemint/object-store";
import { AwsError } from "@rolemint/wire";
import { refuseOtherVersion } from "./accepted.ts";
import { climbsOut, decodeKey, isBucketName, refuseLongKey } from "./address.ts";
import { findBucket } from "./buckets.ts";
import { type Headers, textOf } from "./call.ts";
import { invalidArgument } from "./errors.ts";
import type { Asked, CopyOrigin, Gate } from "./gate.ts";
import { readConditions } from "./objects.ts";
import { parseRange } from "./reading.ts";

const HEADER = "x-amz-copy-source";
const VERSION = "?versionId=";

export interface CopySourceName {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** Throws InvalidArgument, or 501 for an access point. */
function parseCopySource(given: string): CopySourceName {
  const utf8 = textOf(Buffer.from(given, "latin1"));
  if (utf8 === undefined) throw refused(given, "Invalid copy source encoding");
  if (/^arn:/i.test(utf8)) {
    throw new AwsError("NotImplemented", 501, "A copy source that is an ARN is not implemented by rolemint");
  }
  const mark = utf8.indexOf("?");
  const query = mark < 0 ? "" : utf8.slice(mark);
  if (query !== "" && !query.startsWith(VERSION)) throw refused(given, "Invalid copy source object key");
  const path = (mark < 0 ? utf8 : utf8.slice(0, mark)).replace(/^\//, "");
  // Some clients encode the slash between bucket and key too.
  const decoded = decodeKey(path);
  if (decoded === undefined) throw refused(given, "Invalid copy source encoding");
  const slash = decoded.indexOf("/");
  const bucket = decoded.slice(0, Math.max(slash, 0));
  const key = decoded.slice(slash + 1);
  if (slash < 0 || key === "") {
    throw refused(given, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  }
  if (!isBucketName(bucket)) throw refused(given, "Invalid copy source bucket name");
  if (climbsOut(key)) throw refused(given, "Invalid copy source object key");
  refuseLongKey(key);
  return { bucket, key, versionId: query === "" ? undefined : query.slice(VERSION.length) };
}

/** Throws NoSuchBucket too. */
export async function findCopyOrigin(gate: Gate, headers: Headers): Promise<CopyOrigin> {
  const { bucket, key, versionId } = parseCopySource(headers.get(HEADER) ?? "");
  return { bucket: await findBucket(gate, bucket), key, versionId };
}

function refused(given: string, message: string): AwsError {
  return invalidArgument(HEADER, given, message);
}

const RANGE = "x-amz-copy-source-range";

/** The source as a back end takes it. Throws InvalidArgument for a version that it has not. */
export function copySourceOf({ source, headers }: Asked, takesRange = false): CopySource {
  const { bucket, key, versionId } = source!;
  if (versionId !== undefined) refuseOtherVersion(versionId);
  const conditions = readConditions(headers, `${HEADER}-`);
  const range = takesRange ? headers.get(RANGE) : undefined;
  return {
    bucket: bucket.Name,
    key,
    ...(conditions && { conditions }),
    ...(range !== undefined && { range: exactRange(range) }),
  };
}

/** Both ends must be there. */
function exactRange(given: string): Range {
  const range = parseRange(given);
  if (range && "first" in range && range.last !== undefined) return range;
  throw invalidArgument(
    RANGE,
    given,
    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
  );
}
