// The conditional headers, on a read, on a copy's source and on a write: one order of evaluation, three wordings.
import { type Conditions, Refusal } from "./backend.ts";
import { noSuchKey } from "./refusals.ts";

interface Validators {
  readonly etag: string;
  readonly modified: number;
}

type Condition = "If-Match" | "If-Unmodified-Since" | "If-None-Match" | "If-Modified-Since";

/**
 * The first condition that does not hold, in the order of RFC 9110 section 13.2.2, which gives the two combinations
 * that S3 documents (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html): an ETag that matches silences
 * If-Unmodified-Since, and If-None-Match silences If-Modified-Since. `now`: an If-Modified-Since in the future is void.
 */
function failedCondition(object: Validators, conditions: Conditions, now: number): Condition | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  const matches = (etags: readonly string[]) => etags.some((etag) => etag === "*" || etag === object.etag);
  if (ifMatch) {
    if (!matches(ifMatch)) return "If-Match";
  } else if (ifUnmodifiedSince !== undefined && object.modified > ifUnmodifiedSince) return "If-Unmodified-Since";
  if (ifNoneMatch) {
    if (matches(ifNoneMatch)) return "If-None-Match";
  } else if (ifModifiedSince !== undefined && object.modified <= ifModifiedSince && ifModifiedSince <= now) {
    return "If-Modified-Since";
  }
  return undefined;
}

/** Conditions of a read. NotModified carries what its answer shows: ETag, LastModified (milliseconds). */
export function refuseRead(object: Validators, conditions: Conditions | undefined, now: number): void {
  const failed = conditions && failedCondition(object, conditions, now);
  if (!failed) return;
  if (failed === "If-Match" || failed === "If-Unmodified-Since") {
    throw new Refusal("PreconditionFailed", { Condition: failed });
  }
  throw new Refusal("NotModified", { ETag: object.etag, LastModified: String(object.modified) });
}

/** Conditions on a copy's source: all fail with 412, and the header's own name. */
export function refuseCopySource(source: Validators, conditions: Conditions | undefined, now: number): void {
  const failed = conditions && failedCondition(source, conditions, now);
  if (failed) throw new Refusal("PreconditionFailed", { Condition: `x-amz-copy-source-${failed}` });
}

/**
 * Conditions of a write or a delete, on what is there now.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: If-Match without an object is 404.
 */
export function refuseWrite(
  key: string,
  existing: Validators | undefined,
  conditions: Conditions | undefined,
  now: number,
): void {
  if (!conditions) return;
  if (!existing) {
    if (conditions.ifMatch) throw noSuchKey(key);
    return;
  }
  const failed = failedCondition(existing, conditions, now);
  if (failed) throw new Refusal("PreconditionFailed", { Condition: failed });
}
