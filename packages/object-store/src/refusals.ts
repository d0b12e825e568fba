// The refusals of this back end that carry facts, so that each has its facts in one place. `InvalidRequest` is many
// things to S3: its fact `Reason` says which.
import { Refusal } from "./backend.ts";

const MAX_PART_BYTES = 5 * 1024 ** 3;
export const MIN_PART_BYTES = 5 * 1024 ** 2;
export const MAX_PARTS = 10_000;

/** What `Reason` of an InvalidRequest may be, with the facts beside it. */
export type InvalidRequestReason =
  /** Complete names no part. */
  | "NoParts"
  /** PartNumber is not 1 to 10,000. */
  | "PartNumberOutOfRange"
  /** COMPOSITE checksums want the part numbers 1, 2, 3 …: AWS answers 500 there. */
  | "PartNumbersNotConsecutive"
  /** PartNumber, ChecksumAlgorithm: a COMPOSITE upload wants each part's checksum in Complete. */
  | "PartChecksumMissing"
  /** Expected, Actual: algorithm names, `null` for none. */
  | "ChecksumAlgorithmMismatch"
  /** Expected, Actual: FULL_OBJECT or COMPOSITE. */
  | "ChecksumTypeMismatch"
  /** ChecksumAlgorithm, ChecksumType: a pair that S3 does not offer. */
  | "ChecksumTypeUnsupported"
  /** ProposedSize, ActualSize: bytes, as stated in Complete and as uploaded. */
  | "ObjectSizeMismatch"
  /** MaxSizeAllowed: bytes. */
  | "CopySourceTooLarge"
  /** This back end cannot hold a bucket or an object of that name. */
  | "NameNotSupported"
  /** This back end cannot hold that much metadata. */
  | "MetadataNotSupported";

export function invalidRequest(reason: InvalidRequestReason, facts: Readonly<Record<string, string>> = {}): Refusal {
  return new Refusal("InvalidRequest", { Reason: reason, ...facts });
}

export function noSuchKey(key: string): Refusal {
  return new Refusal("NoSuchKey", { Key: key });
}

export function noSuchUpload(uploadId: string): Refusal {
  return new Refusal("NoSuchUpload", { UploadId: uploadId });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: at most 5 GiB in one upload or part. */
export function refuseTooLarge(size: number): void {
  if (size <= MAX_PART_BYTES) return;
  throw new Refusal("EntityTooLarge", { ProposedSize: String(size), MaxSizeAllowed: String(MAX_PART_BYTES) });
}

export function refuseLargeCopySource(size: number): void {
  if (size > MAX_PART_BYTES) throw invalidRequest("CopySourceTooLarge", { MaxSizeAllowed: String(MAX_PART_BYTES) });
}
