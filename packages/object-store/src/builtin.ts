// The built-in S3 back end: SQLite and files of one directory, or memory alone. This file puts the pieces together.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Entropy } from "@rolemint/host";
import { type Backend, Refusal } from "./backend.ts";
import { openBodies } from "./bodies.ts";
import { directoryFiles, memoryFiles, sweepDirectory } from "./body-files.ts";
import { completeUpload } from "./completing.ts";
import { openDatabase } from "./database.ts";
import { listObjects, listUploads } from "./listing.ts";
import { getObject, headObject } from "./reading.ts";
import type { Store } from "./store.ts";
import { abortUpload, copyPart, createUpload, deleteBucket, findUpload, listParts, putPart } from "./uploads.ts";
import { copyObject, deleteObject, putObject } from "./writing.ts";

export interface BuiltinStoreOptions {
  /** Where everything is kept, made if it is not there; without one everything is in memory and ends with `close`. */
  readonly directory?: string;
  readonly clock: Clock;
  /** Names of files, upload ids. */
  readonly entropy: Entropy;
}

/**
 * Opens the store, and removes what a killed process left. One process at a time may have a directory: it throws when
 * another has it. An acknowledged change survives the process's end at any moment (not the machine's: files are not
 * flushed). A body that `get` gave must be
 * read to its end or left by `return()`: until then its files are kept. After `close` all is refused: `Unavailable`.
 */
export async function openBuiltinStore({ directory, clock, entropy }: BuiltinStoreOptions): Promise<Backend> {
  if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
  const database = openDatabase(directory === undefined ? ":memory:" : join(directory, "objects.sqlite"));
  const isUsed = (file: string) => database.row("anyUseOfFile", file) !== undefined;
  try {
    const bodies = directory === undefined ? undefined : join(directory, "bodies");
    if (bodies !== undefined) await sweepDirectory(bodies, isUsed);
    const files = bodies === undefined ? memoryFiles(entropy) : directoryFiles(bodies, entropy);
    return backendOf({ database, bodies: openBodies(files, isUsed), clock, entropy });
  } catch (error) {
    database.close();
    throw error;
  }
}

function backendOf(store: Store): Backend {
  let closed = false;
  /** An async function runs at once up to its first await: a small read is answered without leaving this turn. */
  const asked = <Arguments extends unknown[], Answer>(
    operation: (store: Store, ...given: Arguments) => Answer | Promise<Answer>,
  ): ((...given: Arguments) => Promise<Answer>) => {
    return async (...given) => {
      if (closed) throw new Refusal("Unavailable");
      return operation(store, ...given);
    };
  };
  return {
    createBucket: asked(() => {}),
    deleteBucket: asked(deleteBucket),
    head: asked(headObject),
    get: asked(getObject),
    put: asked(putObject),
    copy: asked(copyObject),
    delete: asked(deleteObject),
    list: asked(listObjects),
    createUpload: asked(createUpload),
    upload: asked(findUpload),
    putPart: asked(putPart),
    copyPart: asked(copyPart),
    completeUpload: asked(completeUpload),
    abortUpload: asked(abortUpload),
    listParts: asked(listParts),
    listUploads: asked(listUploads),
    async close() {
      if (closed) return;
      closed = true;
      await store.bodies.close();
      store.database.close();
    },
  };
}
