// PutObject, CopyObject and DeleteObject. A body is taken in first; then one transaction checks the conditions again
// and changes the row; then the files that nobody names any more go.
import type { Checksum, Conditions, Copied, CopyRequest, CopySource, Incoming, WriteRequest } from "./backend.ts";
import type { Received } from "./bodies.ts";
import { checksumStream } from "./checksum.ts";
import { refuseCopySource, refuseWrite } from "./conditions.ts";
import { checksumColumn, checksumOf, type ObjectRow } from "./database.ts";
import { bodyOf, chunksOf } from "./reading.ts";
import { noSuchKey, refuseLargeCopySource } from "./refusals.ts";
import { type Store, wholeSecond } from "./store.ts";

export async function putObject(store: Store, request: WriteRequest, body: Incoming): Promise<Copied> {
  refuseEarly(store, request);
  const received = await store.bodies.receive(body, { inline: true });
  return storeObject(store, request, JSON.stringify(request.headers), received, () => body.checksum());
}

/** Spares the caller an upload that is bound to fail; what counts is the check inside the transaction. */
function refuseEarly(
  store: Store,
  { bucket, key, conditions }: Pick<WriteRequest, "bucket" | "key" | "conditions">,
): void {
  if (!conditions) return;
  refuseWrite(key, store.database.row<ObjectRow>("findFacts", bucket, key), conditions, store.clock.now());
}

async function storeObject(
  store: Store,
  target: { readonly bucket: string; readonly key: string; readonly conditions?: Conditions },
  headers: string,
  received: Received,
  checksumOfBody: () => Checksum | undefined,
): Promise<Copied> {
  const ownFiles = received.file === undefined ? [] : [received.file];
  try {
    const written = { etag: received.etag, modified: wholeSecond(store), checksum: checksumOfBody() };
    const row = { ...written, size: received.size, headers, file: received.file, bytes: received.bytes };
    await store.bodies.drop(store.database.transaction(() => replaceObject(store, target, row)));
    return written;
  } catch (error) {
    await store.bodies.drop(ownFiles);
    throw error;
  }
}

export interface NewObject extends Copied {
  readonly size: number;
  /** JSON. */
  readonly headers: string;
  readonly parts?: number;
  readonly upload?: string;
  readonly file?: string;
  readonly bytes?: Uint8Array;
}

/** Inside a transaction: checks the conditions, puts the row in place of the old, answers the files it let go. */
export function replaceObject(
  store: Store,
  { bucket, key, conditions }: { readonly bucket: string; readonly key: string; readonly conditions?: Conditions },
  row: NewObject,
): string[] {
  const existing = store.database.row<ObjectRow>("findFacts", bucket, key);
  refuseWrite(key, existing, conditions, store.clock.now());
  const released = existing ? releaseBody(store, existing) : [];
  store.database.run(
    "storeObject",
    bucket,
    key,
    row.size,
    row.etag,
    row.modified,
    row.headers,
    checksumColumn(row.checksum),
    row.parts ?? null,
    row.upload ?? null,
    row.file ?? null,
    row.bytes ?? null,
  );
  return released;
}

/** Inside a transaction: forgets the parts of an object that goes, and answers the files that held its body. */
function releaseBody(store: Store, row: ObjectRow): string[] {
  if (row.upload !== null) return releaseParts(store, row.upload);
  return row.file === null ? [] : [row.file];
}

export function releaseParts(store: Store, upload: string): string[] {
  return store.database.rows<{ file: string }>("deleteParts", upload).map(({ file }) => file);
}

export async function deleteObject(store: Store, bucket: string, key: string, conditions?: Conditions): Promise<void> {
  const released = store.database.transaction(() => {
    const existing = store.database.row<ObjectRow>("findFacts", bucket, key);
    refuseWrite(key, existing, conditions, store.clock.now());
    if (!existing) return [];
    store.database.run("deleteObject", bucket, key);
    return releaseBody(store, existing);
  });
  await store.bodies.drop(released);
}

/**
 * A copy of an object that was put in one go names the same bytes; one of a multipart object is written anew, as its
 * ETag becomes a plain MD5. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export async function copyObject(store: Store, request: CopyRequest): Promise<Copied> {
  const source = copySourceRow(store, request.source);
  refuseLargeCopySource(source.size);
  refuseEarly(store, request);
  const headers = request.headers ? JSON.stringify(request.headers) : source.headers;
  const kept = checksumOf(source.checksum);
  const algorithm = request.checksumAlgorithm ?? kept?.algorithm;
  const isKept = kept?.type === "FULL_OBJECT" && kept.algorithm === algorithm;
  const release = store.bodies.hold(source.file === null ? [] : [source.file]);
  try {
    if (source.upload !== null) {
      const chunks = chunksOf(bodyOf(store, source));
      const wanted = { inline: true, checksum: isKept ? undefined : algorithm };
      const received = await store.bodies.receive({ size: source.size, chunks }, wanted);
      return await storeObject(store, request, headers, received, () =>
        isKept ? kept : algorithm && { algorithm, type: "FULL_OBJECT", value: received.checksum! },
      );
    }
    const value = algorithm && !isKept ? await checksumOfRow(store, source, algorithm) : undefined;
    const checksum = algorithm && value ? ({ algorithm, type: "FULL_OBJECT", value } as const) : kept;
    const body = { bytes: source.bytes ? Buffer.from(source.bytes) : undefined, file: source.file ?? undefined };
    const same = { size: source.size, etag: source.etag, ...body };
    return await storeObject(store, request, headers, same, () => checksum);
  } finally {
    await release();
  }
}

/** The row of an object that is to be copied, if its conditions hold. */
export function copySourceRow(store: Store, source: CopySource): ObjectRow {
  const row = store.database.object(source.bucket, source.key);
  if (!row) throw noSuchKey(source.key);
  refuseCopySource(row, source.conditions, store.clock.now());
  return row;
}

async function checksumOfRow(store: Store, row: ObjectRow, algorithm: Checksum["algorithm"]): Promise<string> {
  return checksumOfChunks(chunksOf(bodyOf(store, row)), algorithm);
}

export async function checksumOfChunks(
  chunks: AsyncIterable<Buffer>,
  algorithm: Checksum["algorithm"],
): Promise<string> {
  const checksum = checksumStream(algorithm);
  for await (const chunk of chunks) checksum.update(chunk);
  return checksum.value();
}
