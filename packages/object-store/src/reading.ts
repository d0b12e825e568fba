// HeadObject and GetObject: one query, the conditions, the window, and for a small object its bytes at once.
import { type ReadAnswer, type ReadRequest, Refusal } from "./backend.ts";
import type { Span } from "./bodies.ts";
import { refuseRead } from "./conditions.ts";
import { factsOf, type ObjectRow, type PartRow } from "./database.ts";
import { MAX_PARTS, noSuchKey } from "./refusals.ts";
import type { Store } from "./store.ts";
import { type Window, windowOf } from "./window.ts";

export function headObject(store: Store, request: ReadRequest): ReadAnswer {
  return answerRead(store, request, store.database.row<ObjectRow>("findFacts", request.bucket, request.key));
}

export function getObject(store: Store, request: ReadRequest): ReadAnswer {
  const row = store.database.object(request.bucket, request.key);
  const answer = answerRead(store, request, row);
  return { ...answer, body: bodyOf(store, row!, answer.window) };
}

function answerRead(store: Store, request: ReadRequest, row: ObjectRow | undefined): ReadAnswer {
  if (!row) throw noSuchKey(request.key);
  refuseRead(row, request.conditions, store.clock.now());
  const facts = factsOf(request.key, row);
  if (request.range) return { facts, window: windowOf(request.range, row.size) };
  if (request.partNumber !== undefined) return { facts, window: windowOfPart(store, row, request.partNumber) };
  return { facts };
}

/** An object that was put in one go is its own part 1. An empty part has no window: there is no such pair of bytes. */
function windowOfPart(store: Store, row: ObjectRow, partNumber: number): Window | undefined {
  let first = 0;
  for (const part of row.upload === null ? [{ number: 1, size: row.size }] : partsOf(store, row.upload)) {
    if (part.number === partNumber) return part.size > 0 ? { first, last: first + part.size - 1 } : undefined;
    first += part.size;
  }
  const facts = { PartNumberRequested: String(partNumber), ActualPartCount: String(row.parts ?? 1) };
  throw new Refusal("InvalidPartNumber", facts);
}

export function partsOf(store: Store, upload: string): PartRow[] {
  return store.database.rows<PartRow>("listParts", upload, 0, MAX_PARTS);
}

/** The bytes of an object, or of a window of it, from wherever they lie. `row` is from `findObject`. */
export function bodyOf(store: Store, row: ObjectRow, window?: Window): Buffer | AsyncIterableIterator<Buffer> {
  const first = window?.first ?? 0;
  const size = window ? window.last - window.first + 1 : row.size;
  if (row.file !== null) return store.bodies.stream([{ file: row.file, first, size }]);
  if (row.upload !== null) return store.bodies.stream(cut(partsOf(store, row.upload), first, size));
  const bytes = row.bytes ?? new Uint8Array();
  return Buffer.from(bytes.buffer, bytes.byteOffset + first, size);
}

/** The pieces of consecutive parts that hold `size` bytes from `first`. */
function cut(parts: readonly PartRow[], first: number, size: number): Span[] {
  const spans: Span[] = [];
  const end = first + size;
  let start = 0;
  for (const part of parts) {
    const from = Math.max(first, start);
    const to = Math.min(end, start + part.size);
    if (from < to) spans.push({ file: part.file, first: from - start, size: to - from });
    start += part.size;
  }
  return spans;
}

/** A body as chunks, whichever way it was given; a stream is handed on itself, so that leaving it lets its files go. */
export function chunksOf(body: Buffer | AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return Buffer.isBuffer(body) ? once(body) : body;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
