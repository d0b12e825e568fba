// Buckets at start: first objects are put before their bucket is entered in the world, so a crash in between repeats
// the putting and loses nothing; a deletion that a crash cut short is ended.
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Applied, applyConfig, type BucketConfig, type Config } from "@rolemint/config";
import type { Backend } from "@rolemint/object-store";
import type { World } from "@rolemint/world";

/** The config applied, with the first objects of its new buckets. Throws ApplyError; then neither is there. */
export async function applyWithObjects(world: World, backend: Backend, config: Config): Promise<Applied> {
  const added = config.buckets.filter(({ name }) => !world.tables.buckets.get(name));
  await seedBuckets(backend, added);
  try {
    return applyConfig(world, config);
  } catch (error) {
    await emptyBuckets(
      backend,
      added.map(({ name }) => name),
    );
    throw error;
  }
}

/** Puts the first objects of buckets that the world has not yet, over what a start that was cut short has put. */
export async function seedBuckets(backend: Backend, buckets: readonly BucketConfig[]): Promise<void> {
  for (const bucket of buckets) {
    await backend.createBucket(bucket.name);
    for (const { key, text } of bucket.objects ?? []) {
      await putObject(backend, bucket.name, key, [Buffer.from(text)], Buffer.byteLength(text), "text/plain");
    }
    if (bucket.objectsDirectory !== undefined) await putDirectory(backend, bucket, bucket.objectsDirectory);
  }
}

async function putDirectory(backend: Backend, bucket: BucketConfig, directory: string): Promise<void> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    const key = relative(directory, path).split(sep).join("/");
    await putObject(backend, bucket.name, key, createReadStream(path), statSync(path).size, "binary/octet-stream");
  }
}

async function putObject(
  backend: Backend,
  bucket: string,
  key: string,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  size: number,
  contentType: string,
): Promise<void> {
  const stream = async function* () {
    yield* chunks;
  };
  const headers = { "content-type": contentType };
  await backend.put({ bucket, key, headers }, { size, chunks: stream(), checksum: () => undefined });
}

/** Ends the deletions that were under way when the process died. */
export async function endDeletions(world: World, backend: Backend): Promise<void> {
  for (const bucket of world.tables.buckets.list()) {
    if (!bucket.deleting) continue;
    const outcome = await backend.deleteBucket(bucket.name);
    world.change(() => {
      if (outcome === "deleted") world.tables.buckets.remove(bucket);
      else world.tables.buckets.put({ ...bucket, deleting: undefined });
    });
  }
}

/** Removes every object and unfinished upload of these buckets. */
export async function emptyBuckets(backend: Backend, names: readonly string[]): Promise<void> {
  for (const bucket of names) {
    for (;;) {
      const page = await backend.list({ bucket, prefix: "", delimiter: "", after: "", limit: 1000 });
      for (const { key } of page.objects) await backend.delete(bucket, key);
      if (page.next === undefined) break;
    }
    await backend.deleteBucket(bucket);
  }
}
