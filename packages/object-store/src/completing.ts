// CompleteMultipartUpload: checks the list of parts against what was uploaded, and makes them an object in one
// transaction without touching a byte: the object is the list of its parts.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
import type { CompleteRequest, Copied, PartFacts } from "./backend.ts";
import { multipartEtag } from "./checksum.ts";
import { checksumOf, type ObjectRow, type UploadRow } from "./database.ts";
import { uploadFactsOf } from "./listing.ts";
import { chooseParts, wholeChecksum, wholeSize } from "./parts.ts";
import { partsOf } from "./reading.ts";
import { noSuchUpload } from "./refusals.ts";
import { type Store, wholeSecond } from "./store.ts";
import { replaceObject } from "./writing.ts";

export async function completeUpload(store: Store, request: CompleteRequest): Promise<Copied> {
  const { bucket, key, uploadId } = request;
  const { written, released } = store.database.transaction(() => {
    const upload = store.database.row<UploadRow>("findUpload", bucket, key, uploadId);
    if (!upload) return { written: completedBefore(store, request), released: [] };
    const stored = storedParts(store, uploadId);
    const chosen = chooseParts(request, stored);
    const checksum = wholeChecksum(request, uploadFactsOf(upload), chosen);
    const size = wholeSize(request, chosen);
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

type StoredPart = PartFacts & { readonly file: string };

function storedParts(store: Store, uploadId: string): StoredPart[] {
  return partsOf(store, uploadId).map((row) => ({ ...row, checksum: checksumOf(row.checksum) }));
}

/** A repeated Complete, whose first answer was lost, gets the same answer while its object is there. */
function completedBefore(store: Store, request: CompleteRequest): Copied {
  const row = store.database.row<ObjectRow>("findFacts", request.bucket, request.key);
  if (row?.upload !== request.uploadId) throw noSuchUpload(request.uploadId);
  const parts = storedParts(store, request.uploadId);
  if (chooseParts(request, parts).length !== parts.length) throw noSuchUpload(request.uploadId);
  return { etag: row.etag, modified: row.modified, checksum: checksumOf(row.checksum) };
}

function dropUnnamed(
  store: Store,
  upload: string,
  stored: readonly StoredPart[],
  chosen: readonly StoredPart[],
): string[] {
  const kept = new Set(chosen);
  const unnamed = stored.filter((part) => !kept.has(part));
  for (const part of unnamed) store.database.run("deletePart", upload, part.number);
  return unnamed.map((part) => part.file);
}
