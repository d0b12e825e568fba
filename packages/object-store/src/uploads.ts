// Multipart uploads up to their completion: start, parts, lists, abort. A part is a file at once, and stays that file.
import type {
  Checksum,
  Copied,
  CopySource,
  CreateUploadRequest,
  Incoming,
  PartFacts,
  UploadAddress,
  UploadFacts,
} from "./backend.ts";
import type { Received } from "./bodies.ts";
import { checksumColumn, checksumOf, type PartRow, type UploadRow } from "./database.ts";
import { uploadFactsOf } from "./listing.ts";
import { checksumTypeOf } from "./parts.ts";
import { bodyOf, chunksOf } from "./reading.ts";
import { invalidRequest, MAX_PARTS, noSuchUpload, refuseLargeCopySource } from "./refusals.ts";
import { type Store, wholeSecond } from "./store.ts";
import { exactWindowOf } from "./window.ts";
import { checksumOfChunks, copySourceRow, releaseParts } from "./writing.ts";

export function createUpload(store: Store, request: CreateUploadRequest): UploadFacts {
  const { bucket, key, checksumAlgorithm, initiator } = request;
  const checksumType = checksumTypeOf(checksumAlgorithm, request.checksumType);
  // The time comes first, so that the ids of one key sort by the time their uploads were initiated, as S3 lists them.
  const time = Math.max(store.clock.now(), 0).toString(16).padStart(12, "0");
  const uploadId = `${time}.${store.entropy(24).toString("base64url")}`;
  const initiated = wholeSecond(store);
  store.database.run(
    "storeUpload",
    bucket,
    key,
    uploadId,
    initiated,
    initiator.id,
    initiator.name,
    JSON.stringify(request.headers),
    checksumAlgorithm ?? null,
    checksumType ?? null,
  );
  return { key, uploadId, initiated, initiator, checksumAlgorithm, checksumType };
}

function uploadRow(store: Store, { bucket, key, uploadId }: UploadAddress): UploadRow {
  const row = store.database.row<UploadRow>("findUpload", bucket, key, uploadId);
  if (!row) throw noSuchUpload(uploadId);
  return row;
}

export function findUpload(store: Store, address: UploadAddress): UploadFacts {
  return uploadFactsOf(uploadRow(store, address));
}

export async function putPart(store: Store, address: UploadAddress, number: number, body: Incoming): Promise<Copied> {
  const upload = partTarget(store, address, number);
  const received = await store.bodies.receive(body, { inline: false });
  return storePart(store, address, number, received, () => partChecksum(store, upload, received, body.checksum()));
}

export async function copyPart(
  store: Store,
  address: UploadAddress,
  number: number,
  source: CopySource,
): Promise<Copied> {
  const upload = partTarget(store, address, number);
  const row = copySourceRow(store, source);
  const window = source.range ? exactWindowOf(source.range, row.size) : undefined;
  const size = window ? window.last - window.first + 1 : row.size;
  refuseLargeCopySource(size);
  const algorithm = upload.checksum_algorithm ?? undefined;
  const chunks = chunksOf(bodyOf(store, row, window));
  const received = await store.bodies.receive({ size, chunks }, { inline: false, checksum: algorithm });
  const checksum = algorithm && ({ algorithm, type: "FULL_OBJECT", value: received.checksum! } as const);
  return storePart(store, address, number, received, async () => checksum);
}

function partTarget(store: Store, address: UploadAddress, number: number): UploadRow {
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) throw invalidRequest("PartNumberOutOfRange");
  return uploadRow(store, address);
}

/** A part has its upload's checksum: the one that came with it, else it is computed from what was written. */
async function partChecksum(
  store: Store,
  { checksum_algorithm: algorithm }: UploadRow,
  received: Received,
  sent: Checksum | undefined,
): Promise<Checksum | undefined> {
  if (algorithm === null || sent?.algorithm === algorithm) return sent;
  if (sent) throw invalidRequest("ChecksumAlgorithmMismatch", { Expected: algorithm, Actual: sent.algorithm });
  const written = store.bodies.stream([{ file: received.file!, first: 0, size: received.size }]);
  return { algorithm, type: "FULL_OBJECT", value: await checksumOfChunks(written, algorithm) };
}

async function storePart(
  store: Store,
  address: UploadAddress,
  number: number,
  received: Received,
  checksumOfPart: () => Promise<Checksum | undefined>,
): Promise<Copied> {
  const file = received.file!;
  try {
    const written = { etag: received.etag, modified: wholeSecond(store), checksum: await checksumOfPart() };
    const replaced = store.database.transaction(() => {
      // The upload may have ended while the part was on its way.
      const { id, checksum_algorithm: algorithm } = uploadRow(store, address);
      const earlier = store.database.row<PartRow>("findPart", id, number);
      const checksum = checksumColumn(algorithm === null ? undefined : written.checksum);
      store.database.run("storePart", id, number, received.size, written.etag, written.modified, checksum, file);
      return earlier ? [earlier.file] : [];
    });
    await store.bodies.drop(replaced);
    return written;
  } catch (error) {
    await store.bodies.drop([file]);
    throw error;
  }
}

export async function abortUpload(store: Store, address: UploadAddress): Promise<void> {
  const released = store.database.transaction(() => {
    const { bucket, key, id } = uploadRow(store, address);
    store.database.run("deleteUpload", bucket, key, id);
    return releaseParts(store, id);
  });
  await store.bodies.drop(released);
}

export function listParts(
  store: Store,
  address: UploadAddress,
  after: number,
  limit: number,
): { parts: PartFacts[]; truncated: boolean } {
  const { id } = uploadRow(store, address);
  if (limit === 0) return { parts: [], truncated: false };
  const rows = store.database.rows<PartRow>("listParts", id, after, limit + 1);
  const parts = rows.slice(0, limit).map((row) => ({
    number: row.number,
    size: row.size,
    etag: row.etag,
    modified: row.modified,
    checksum: checksumOf(row.checksum),
  }));
  return { parts, truncated: rows.length > limit };
}

/** Removes a bucket that holds no object, and with it the uploads that were never completed. */
export async function deleteBucket(store: Store, bucket: string): Promise<"deleted" | "not-empty"> {
  const released = store.database.transaction(() => {
    if (store.database.row("anyObject", bucket)) return undefined;
    const files = store.database
      .rows<{ id: string }>("uploadsOfBucket", bucket)
      .flatMap(({ id }) => releaseParts(store, id));
    store.database.run("deleteUploadsOfBucket", bucket);
    return files;
  });
  if (!released) return "not-empty";
  await store.bodies.drop(released);
  return "deleted";
}
