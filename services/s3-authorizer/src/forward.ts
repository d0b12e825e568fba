// A back end by an S3 server behind the gate: MinIO, versitygw, any that speaks S3. The gate has verified and
// authorised by then; this signs as the server's root, and sends nothing on that it does not know.
import type { Backend } from "@rolemint/object-store";
import { type ClientOptions, openClient } from "./forward/client.ts";
import { skip } from "./forward/documents.ts";
import { readError, refusalOf } from "./forward/errors.ts";
import { listObjects } from "./forward/listing.ts";
import { getObject, headObject } from "./forward/reading.ts";
import { findRecord, recordsOf } from "./forward/records.ts";
import { ensureBucket, type Remote } from "./forward/remote.ts";
import { pathOfBucket } from "./forward/target.ts";
import { listUploads } from "./forward/upload-list.ts";
import { abortUpload, completeUpload, copyPart, createUpload, listParts, putPart } from "./forward/uploads.ts";
import { copyObject, deleteObject, putObject } from "./forward/writing.ts";

export type ForwardBackendOptions = ClientOptions;

/**
 * Asks nothing of the server yet: one that cannot be reached is `Unavailable` at each request, and serves from the
 * first that reaches it. Throws TypeError for an endpoint that is no `http://host:port`.
 */
export function openForwardBackend(options: ForwardBackendOptions): Backend {
  const client = openClient(options);
  const { clock, region } = options;
  const remote: Remote = { client, clock, region, buckets: new Set(), records: new Map() };
  const asked = <Arguments extends unknown[], Answer>(
    operation: (remote: Remote, ...given: Arguments) => Promise<Answer>,
  ): ((...given: Arguments) => Promise<Answer>) => {
    return (...given) => operation(remote, ...given);
  };
  return {
    createBucket: asked(createBucket),
    deleteBucket: asked(deleteBucket),
    head: asked(headObject),
    get: asked(getObject),
    put: asked(putObject),
    copy: asked(copyObject),
    delete: asked(deleteObject),
    list: asked(listObjects),
    createUpload: asked(createUpload),
    upload: asked(findRecord),
    putPart: asked(putPart),
    copyPart: asked(copyPart),
    completeUpload: asked(completeUpload),
    abortUpload: asked(abortUpload),
    listParts: asked(listParts),
    listUploads: asked(listUploads),
    async close() {
      client.close();
    },
  };
}

async function createBucket(remote: Remote, bucket: string): Promise<void> {
  await ensureBucket(remote, pathOfBucket(bucket));
}

/** The server would keep the parts of unfinished uploads for the next bucket of that name. */
async function deleteBucket(remote: Remote, bucket: string): Promise<"deleted" | "not-empty"> {
  const target = pathOfBucket(bucket);
  const { objects } = await listObjects(remote, { bucket, prefix: "", delimiter: "", after: "", limit: 1 });
  if (objects.length > 0) return "not-empty";
  for (const { key, uploadId } of await recordsOf(remote, bucket)) {
    await abortUpload(remote, { bucket, key, uploadId }).catch((error: { code?: string }) => {
      if (error.code !== "NoSuchUpload") throw error;
    });
  }
  remote.buckets.delete(target);
  const response = await remote.client.ask({ method: "DELETE", target });
  if (response.statusCode === 204 || response.statusCode === 200) {
    skip(response);
    return "deleted";
  }
  const error = await readError(remote, response);
  if (error.code === "NoSuchBucket") return "deleted";
  if (error.code === "BucketNotEmpty") return "not-empty";
  throw refusalOf(remote, error, { bucket, key: "" });
}
