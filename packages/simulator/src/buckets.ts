// Buckets at start: first objects are put before their bucket is entered in the world, so a crash in between repeats
// the putting and loses nothing. A deletion that a crash cut short, ours or a gate's, is ended.
import { createReadStream, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Applied, applyConfig, type BucketConfig, type Config } from "@rolemint/config";
import { pause } from "@rolemint/host/schedule";
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

/** Ends the deletions that were marked until then, host time; without it all: those that the process died over. */
export async function endDeletions(world: World, backend: Backend, until = Number.POSITIVE_INFINITY): Promise<void> {
  const { buckets } = world.tables;
  for (const { name, deleting } of buckets.list()) {
    if (deleting === undefined || deleting > until) continue;
    const outcome = await backend.deleteBucket(name);
    world.change(() => {
      const bucket = buckets.get(name);
      // Whoever marked it may have ended it meanwhile, and another may have made or marked it anew.
      if (bucket?.deleting !== deleting) return;
      if (outcome === "deleted") buckets.remove(bucket);
      else buckets.put({ ...bucket, deleting: undefined });
    });
  }
}

/** Longer than a deletion takes. One that takes longer after all is ended twice, which does no harm. */
const ABANDONED_MS = 30_000;
const SWEEP_MS = 10_000;

/**
 * Ends, every `everyMs` milliseconds, the deletions whose gate died or could not say how they ended. `unexpected` is
 * told when the back end fails at it; the next sweep tries again.
 */
export function startDeletionSweep(
  { world, backend }: { readonly world: World; readonly backend: Backend },
  unexpected: (error: unknown) => void,
  everyMs = SWEEP_MS,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  async function run(): Promise<void> {
    for (;;) {
      await pause(everyMs, stopping.signal);
      if (stopping.signal.aborted) return;
      await endDeletions(world, backend, world.hostClock.now() - ABANDONED_MS).catch(unexpected);
    }
  }
  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
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
