// CompleteMultipartUpload: checks the list of parts against what was uploaded, and makes them an object in one
// transaction without touching a byte: the object is the list of its parts.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
import { type Checksum, type CompleteRequest, Refusal, type Written } from "./backend.ts";
import { joinChecksums, multipartEtag } from "./checksum.ts";
import { checksumOf, type ObjectRow, type PartRow, type UploadRow } from "./database.ts";
import { partsOf } from "./reading.ts";
import { invalidRequest, MIN_PART_BYTES, noSuchUpload } from "./refusals.ts";
import { type Store, wholeSecond } from "./store.ts";
import { replaceObject } from "./writing.ts";

export async function completeUpload(store: Store, request: CompleteRequest): Promise<Written> {
  const { bucket, key, uploadId } = request;
  const { written, released } = store.database.transaction(() => {
    const upload = store.database.row<UploadRow>("findUpload", bucket, key, uploadId);
    if (!upload) return { written: completedBefore(store, request), released: [] };
    const stored = partsOf(store, uploadId);
    const chosen = chooseParts(request, stored);
    const size = chosen.reduce((sum, part) => sum + part.size, 0);
    const checksum = wholeChecksum(request, upload, chosen);
    if (request.size !== undefined && request.size !== size) {
      throw invalidRequest("ObjectSizeMismatch", { ProposedSize: String(request.size), ActualSize: String(size) });
    }
    const etag = multipartEtag(chosen.map((part) => part.etag));
    const answer = { etag, modified: wholeSecond(store), checksum };
    const row = { ...answer, size, headers: upload.headers, parts: chosen.length, upload: uploadId };
    const replaced = replaceObject(store, request, row);
    store.database.run("deleteUpload", bucket, key, uploadId);
    return { written: answer, released: [...replaced, ...dropUnnamed(store, uploadId, stored, chosen)] };
  });
  await store.bodies.drop(released);
  return written;
}

/** A repeated Complete, whose first answer was lost, gets the same answer while its object is there. */
function completedBefore(store: Store, request: CompleteRequest): Written {
  const row = store.database.row<ObjectRow>("findFacts", request.bucket, request.key);
  if (row?.upload !== request.uploadId) throw noSuchUpload(request.uploadId);
  const parts = partsOf(store, request.uploadId);
  if (chooseParts(request, parts).length !== parts.length) throw noSuchUpload(request.uploadId);
  return { etag: row.etag, modified: row.modified, checksum: checksumOf(row.checksum) };
}

/** The uploaded parts that the request names, in its order, which must be ascending. */
function chooseParts(request: CompleteRequest, stored: readonly PartRow[]): PartRow[] {
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

function agrees(named: string | undefined, part: PartRow): boolean {
  return named === undefined || named === checksumOf(part.checksum)?.value;
}

function refuseSmallParts(chosen: readonly PartRow[]): void {
  const small = chosen.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (!small) return;
  throw new Refusal("EntityTooSmall", {
    ProposedSize: String(small.size),
    MinSizeAllowed: String(MIN_PART_BYTES),
    PartNumber: String(small.number),
    ETag: small.etag,
  });
}

/** The object's checksum, from its parts', held against the one that the caller states. */
function wholeChecksum(
  request: CompleteRequest,
  { checksum_algorithm: algorithm, checksum_type: type }: UploadRow,
  chosen: readonly PartRow[],
): Checksum | undefined {
  const stated = request.checksum;
  if (stated && stated.algorithm !== algorithm) {
    throw invalidRequest("ChecksumAlgorithmMismatch", { Expected: algorithm ?? "null", Actual: stated.algorithm });
  }
  if (algorithm === null || type === null) return undefined;
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
  const parts = chosen.map((part) => ({ size: part.size, value: checksumOf(part.checksum)!.value }));
  const whole = joinChecksums(algorithm, type, parts);
  if (stated && stated.value !== whole.value) {
    throw new Refusal("BadDigest", { ChecksumAlgorithm: algorithm, Expected: stated.value, Calculated: whole.value });
  }
  return whole;
}

function dropUnnamed(store: Store, upload: string, stored: readonly PartRow[], chosen: readonly PartRow[]): string[] {
  const kept = new Set(chosen);
  const unnamed = stored.filter((part) => !kept.has(part));
  for (const part of unnamed) store.database.run("deletePart", upload, part.number);
  return unnamed.map((part) => part.file);
}
