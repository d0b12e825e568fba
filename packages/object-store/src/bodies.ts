// Bodies in motion: taking one in while counting and hashing it, giving one out as a stream, and removing a file once
// no row names it and no stream reads it. Memory is bounded by a chunk each way.
import { createHash, hash } from "node:crypto";
import { type ChecksumAlgorithm, type Incoming, Refusal } from "./backend.ts";
import type { BodyFiles, BodyReader, BodyWriter } from "./body-files.ts";
import { type ChecksumStream, checksumStream } from "./checksum.ts";
import { refuseTooLarge } from "./refusals.ts";

/** Bodies up to this lie in the database. At this size a read from there takes a sixth of one from a file. */
const INLINE_BYTES = 64 * 1024;
const PIECE_BYTES = 512 * 1024;

/** A body that was taken in: its bytes if it may lie in the database, else the name of its file. */
export interface Received {
  readonly size: number;
  /** MD5, hex. */
  readonly etag: string;
  readonly bytes?: Buffer;
  readonly file?: string;
  /** base64, of the algorithm that was asked for. */
  readonly checksum?: string;
}

/** A piece of a file, in bytes. */
export interface Span {
  readonly file: string;
  readonly first: number;
  readonly size: number;
}

export interface Bodies {
  /** Takes in a body of exactly its declared size; nothing remains of one that fails. */
  receive(
    body: Pick<Incoming, "size" | "chunks">,
    wanted: { inline: boolean; checksum?: ChecksumAlgorithm },
  ): Promise<Received>;
  /** The spans, one after the other. Their files stay until the stream was read to its end or left by `return`. */
  stream(spans: readonly Span[]): AsyncIterableIterator<Buffer>;
  /** Keeps files from being removed until the answer is called. */
  hold(names: readonly string[]): () => Promise<void>;
  /** Removes the files that no row names (any more), now or when the last stream lets go. */
  drop(names: readonly string[]): Promise<void>;
  /** Ends every stream and every body on its way in with `Unavailable`. */
  close(): Promise<void>;
}

export function openBodies(files: BodyFiles, isUsed: (name: string) => boolean): Bodies {
  const held = new Map<string, { count: number; dropped: boolean }>();
  const open = new Set<{ close(): Promise<void> }>();
  let closed = false;

  async function drop(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const hold = held.get(name);
      if (hold) hold.dropped = true;
      // The change is committed: a file that cannot be removed now is swept at the next start.
      else if (!closed && !isUsed(name)) await files.remove(name).catch(() => {});
    }
  }

  function hold(names: readonly string[]): () => Promise<void> {
    for (const name of names) {
      const entry = held.get(name) ?? { count: 0, dropped: false };
      entry.count++;
      held.set(name, entry);
    }
    return async () => {
      const free: string[] = [];
      for (const name of names) {
        const entry = held.get(name)!;
        if (--entry.count > 0) continue;
        held.delete(name);
        if (entry.dropped) free.push(name);
      }
      await drop(free);
    };
  }

  return {
    drop,
    hold,
    async receive(body, wanted) {
      refuseTooLarge(body.size);
      if (wanted.inline && body.size <= INLINE_BYTES) return receiveSmall(body, wanted.checksum);
      const writer = await files.create().catch(async (error) => {
        await body.chunks[Symbol.asyncIterator]().return?.();
        throw error;
      });
      const closer = { close: () => writer.discard() };
      open.add(closer);
      try {
        if (closed) throw new Refusal("Unavailable");
        return await receiveLarge(body, writer, wanted.checksum);
      } catch (error) {
        await writer.discard().catch(() => {});
        throw closed ? new Refusal("Unavailable") : error;
      } finally {
        open.delete(closer);
      }
    },
    stream(spans) {
      const release = hold(spans.map((span) => span.file));
      const stream = streamSpans(spans, files, async () => {
        open.delete(closer);
        await release();
      });
      const closer = { close: () => stream.end(new Refusal("Unavailable")) };
      open.add(closer);
      return stream;
    },
    async close() {
      closed = true;
      await Promise.all([...open].map((each) => each.close()));
    },
  };
}

/** The chunks of a body, refused as soon as they are more than was declared, or at the end if they were fewer. */
async function* counted({ size, chunks }: Pick<Incoming, "size" | "chunks">): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    if (seen > size) throw new Refusal("IncompleteBody");
    if (chunk.length > 0) yield chunk;
  }
  if (seen < size) throw new Refusal("IncompleteBody");
}

async function receiveSmall(body: Pick<Incoming, "size" | "chunks">, algorithm?: ChecksumAlgorithm): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of counted(body)) chunks.push(chunk);
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  const checksum = algorithm && checksumStream(algorithm);
  checksum?.update(bytes);
  return { size: bytes.length, etag: hash("md5", bytes, "hex"), bytes, checksum: checksum?.value() };
}

async function receiveLarge(
  body: Pick<Incoming, "size" | "chunks">,
  writer: BodyWriter,
  algorithm?: ChecksumAlgorithm,
): Promise<Received> {
  const md5 = createHash("md5");
  const checksum: ChecksumStream | undefined = algorithm && checksumStream(algorithm);
  let batch: Buffer[] = [];
  let batchBytes = 0;
  // One write is under way while the next batch is hashed; its failure is a value, so that it is never unhandled.
  let writing: Promise<Error | undefined> = Promise.resolve(undefined);
  const written = async () => {
    const failure = await writing;
    if (failure) throw failure;
  };
  const flush = async () => {
    await written();
    writing = writer.write(batch).then(
      () => undefined,
      (error: Error) => error,
    );
    batch = [];
    batchBytes = 0;
  };
  for await (const chunk of counted(body)) {
    md5.update(chunk);
    checksum?.update(chunk);
    batch.push(chunk);
    batchBytes += chunk.length;
    if (batchBytes >= PIECE_BYTES) await flush();
  }
  if (batchBytes > 0) await flush();
  await written();
  const file = await writer.finish();
  return { size: body.size, etag: md5.digest("hex"), file, checksum: checksum?.value() };
}

interface SpanStream extends AsyncIterableIterator<Buffer> {
  /** Ends it; a later `next` throws `failure`, so that a cut body is not taken for a whole one. */
  end(failure?: Error): Promise<void>;
}

/** Written by hand: leaving a generator that was never started would not run its `finally`. */
function streamSpans(spans: readonly Span[], files: BodyFiles, ended: () => Promise<void>): SpanStream {
  const over = { done: true, value: undefined } as const;
  let index = 0;
  let position = 0;
  let reader: BodyReader | undefined;
  let done = false;
  let failed: Error | undefined;

  async function end(failure?: Error): Promise<void> {
    if (done) return;
    done = true;
    failed = failure;
    await reader?.close();
    await ended();
  }

  async function next(): Promise<IteratorResult<Buffer, undefined>> {
    while (!done && index < spans.length) {
      const { file, first, size } = spans[index]!;
      if (position === size) {
        await reader?.close();
        reader = undefined;
        position = 0;
        index++;
        continue;
      }
      if (!reader) {
        const opened = await files.open(file);
        if (done) await opened.close();
        else reader = opened;
        continue;
      }
      const value = await reader.read(first + position, Math.min(size - position, PIECE_BYTES));
      position += value.length;
      if (!done) return { done: false, value };
    }
    if (failed) throw failed;
    await end();
    return over;
  }

  return {
    end,
    async next() {
      try {
        return await next();
      } catch (error) {
        await end(error as Error);
        throw failed ?? error;
      }
    },
    async return() {
      await end();
      return over;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
