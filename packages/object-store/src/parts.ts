// What CompleteMultipartUpload wants of the parts that it names, held against those that were uploaded: the same for
// every back end, so that all refuse alike.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
import { type Checksum, type CompleteRequest, type PartFacts, Refusal, type UploadFacts } from "./backend.ts";
import { checksumTypes, joinChecksums } from "./checksum.ts";
import { invalidRequest, MIN_PART_BYTES } from "./refusals.ts";

type Part = Pick<PartFacts, "number" | "size" | "etag" | "checksum">;

/** The uploaded parts that the request names, in its order, which must be ascending. */
export function chooseParts<Stored extends Part>(request: CompleteRequest, stored: readonly Stored[]): Stored[] {
  if (request.parts.length === 0) throw invalidRequest("NoParts");
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  let earlier = 0;
  for (const { number } of request.parts) {
    if (number <= earlier) throw new Refusal("InvalidPartOrder", { UploadId: request.uploadId });
    earlier = number;
  }
  const chosen = request.parts.map((named) => {
    const part = byNumber.get(named.number);
    const isSame = part && part.etag === named.etag && agrees(named.checksum, part);
    if (!isSame) {
      const facts = { PartNumber: String(named.number), ETag: named.etag, UploadId: request.uploadId };
      throw new Refusal("InvalidPart", facts);
    }
    return part;
  });
  refuseSmallParts(chosen);
  return chosen;
}

function agrees(named: string | undefined, part: Part): boolean {
  return named === undefined || named === part.checksum?.value;
}

function refuseSmallParts(chosen: readonly Part[]): void {
  const small = chosen.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (!small) return;
  throw new Refusal("EntityTooSmall", {
    ProposedSize: String(small.size),
    MinSizeAllowed: String(MIN_PART_BYTES),
    PartNumber: String(small.number),
    ETag: small.etag,
  });
}

/** The size of the object in bytes, held against the one that the caller states. */
export function wholeSize(request: CompleteRequest, chosen: readonly Part[]): number {
  const size = chosen.reduce((sum, part) => sum + part.size, 0);
  if (request.size === undefined || request.size === size) return size;
  throw invalidRequest("ObjectSizeMismatch", { ProposedSize: String(request.size), ActualSize: String(size) });
}

/** The object's checksum, from its parts', held against the one that the caller states. */
export function wholeChecksum(
  request: CompleteRequest,
  { checksumAlgorithm: algorithm, checksumType: type }: UploadFacts,
  chosen: readonly Part[],
): Checksum | undefined {
  const stated = request.checksum;
  if (stated && stated.algorithm !== algorithm) {
    throw invalidRequest("ChecksumAlgorithmMismatch", { Expected: algorithm ?? "null", Actual: stated.algorithm });
  }
  if (!algorithm || !type) return undefined;
  if (stated && stated.type !== type) {
    throw invalidRequest("ChecksumTypeMismatch", { Expected: type, Actual: stated.type });
  }
  if (type === "COMPOSITE") {
    const missing = request.parts.find((part) => part.checksum === undefined);
    if (missing) {
      const facts = { PartNumber: String(missing.number), ChecksumAlgorithm: algorithm };
      throw invalidRequest("PartChecksumMissing", facts);
    }
    if (chosen.some((part, index) => part.number !== index + 1)) throw invalidRequest("PartNumbersNotConsecutive");
  }
  const parts = chosen.map((part) => ({ size: part.size, value: part.checksum!.value }));
  const whole = joinChecksums(algorithm, type, parts);
  if (stated && stated.value !== whole.value) {
    throw new Refusal("BadDigest", { ChecksumAlgorithm: algorithm, Expected: stated.value, Calculated: whole.value });
  }
  return whole;
}

/** The type of an upload's checksum, its default filled in. Refuses a pair that S3 does not offer. */
export function checksumTypeOf(
  algorithm: Checksum["algorithm"] | undefined,
  given: Checksum["type"] | undefined,
): Checksum["type"] | undefined {
  const types: readonly Checksum["type"][] = algorithm ? checksumTypes[algorithm] : [];
  const type = given ?? types[0];
  if (!type || types.includes(type)) return type;
  throw invalidRequest("ChecksumTypeUnsupported", { ChecksumAlgorithm: algorithm ?? "null", ChecksumType: type });
}
