// GetObject and HeadObject. Conditions are judged here, by the rules of every back end, on what the head of the answer
// tells: head and bytes are of one object, whoever replaces it meanwhile.
import { type ObjectFacts, type ReadAnswer, type ReadRequest, Refusal } from "@rolemint/object-store";
import { refuseRead } from "@rolemint/object-store/conditions";
import { noSuchKey } from "@rolemint/object-store/refusals";
import { type Window, windowOf } from "@rolemint/object-store/window";
import { header } from "@rolemint/wire/http";
import type { Answer } from "./client.ts";
import { readWhole, skip } from "./documents.ts";
import { readError, refusalOf } from "./errors.ts";
import { type ObjectHead, readObjectHead } from "./headers.ts";
import type { Remote } from "./remote.ts";
import { isStorableKey, pathOf } from "./target.ts";

/** A body up to this size is answered whole. */
const SMALL_BYTES = 64 * 1024;

const WITH_CHECKSUM = ["x-amz-checksum-mode", "ENABLED"];

export async function headObject(remote: Remote, request: ReadRequest): Promise<ReadAnswer> {
  const { bucket, key, range, partNumber, conditions } = request;
  const { facts, window } = await askHead(remote, bucket, key, partNumber);
  refuseRead(facts, conditions, remote.clock.now());
  if (range) return { facts, window: windowOf(range, facts.size) };
  return window ? { facts, window } : { facts };
}

/** What is there now. Rejects with NoSuchKey. */
export async function findObject(remote: Remote, bucket: string, key: string): Promise<ObjectFacts> {
  return (await askHead(remote, bucket, key, undefined)).facts;
}

async function askHead(
  remote: Remote,
  bucket: string,
  key: string,
  partNumber: number | undefined,
): Promise<{ facts: ObjectFacts; window: Window | undefined }> {
  if (!isStorableKey(key)) throw noSuchKey(key);
  const target = targetOf(bucket, key, partNumber);
  const response = await remote.client.ask({ method: "HEAD", target, headers: WITH_CHECKSUM });
  if (response.statusCode !== 200 && response.statusCode !== 206) {
    throw await readRefusal(remote, response, { bucket, key, partNumber });
  }
  skip(response);
  const head = headOf(remote, response, key);
  if (partNumber === undefined) return { facts: head.facts, window: undefined };
  return partOf(remote, head, bucket);
}

function targetOf(bucket: string, key: string, partNumber: number | undefined): string {
  const path = pathOf(bucket, key);
  return partNumber === undefined ? path : `${path}?partNumber=${partNumber}`;
}

function headOf(remote: Remote, response: Answer, key: string): ObjectHead {
  const head = readObjectHead(key, response.rawHeaders);
  if (head) return head;
  response.destroy();
  throw remote.client.unavailable(new Error("the answer is no object"));
}

export async function getObject(remote: Remote, request: ReadRequest): Promise<ReadAnswer> {
  return readObject(remote, request, (facts) => refuseRead(facts, request.conditions, remote.clock.now()));
}

/** Head and bytes, unless `judge` throws at what the head tells. */
export async function readObject(
  remote: Remote,
  request: ReadRequest,
  judge: (facts: ObjectFacts) => void,
): Promise<ReadAnswer> {
  const { bucket, key, range, partNumber } = request;
  if (!isStorableKey(key)) throw noSuchKey(key);
  const headers = range ? [...WITH_CHECKSUM, "range", rangeText(range)] : WITH_CHECKSUM;
  const response = await remote.client.ask({ method: "GET", target: targetOf(bucket, key, partNumber), headers });
  if (response.statusCode !== 200 && response.statusCode !== 206) {
    if (response.statusCode === 416) judge(await findObject(remote, bucket, key));
    throw await readRefusal(remote, response, request);
  }
  try {
    const head = headOf(remote, response, key);
    judge(head.facts);
    const { facts, window } = await shownPart(remote, request, head);
    return { facts, ...(window && { window }), body: await bodyOf(remote, response, head.length) };
  } catch (error) {
    drop(response);
    throw error;
  }
}

/** A short rest is read, so that the connection can be used again. */
function drop(response: Answer): void {
  if (Number(header(response, "content-length")) <= SMALL_BYTES) skip(response);
  else response.destroy();
}

/** Lets go of a body that nobody reads to its end. */
export function leave({ body }: ReadAnswer): void {
  if (body && !Buffer.isBuffer(body)) void body[Symbol.asyncIterator]().return?.();
}

function rangeText(range: NonNullable<ReadRequest["range"]>): string {
  return "suffix" in range ? `bytes=-${range.suffix}` : `bytes=${range.first}-${range.last ?? ""}`;
}

/** Which bytes the answer holds; they must be those that were asked for. */
async function shownPart(
  remote: Remote,
  { range, partNumber, bucket }: ReadRequest,
  head: ObjectHead,
): Promise<{ facts: ObjectFacts; window: Window | undefined }> {
  if (partNumber !== undefined) return partOf(remote, head, bucket);
  const { facts, length } = head;
  const window = range && windowOf(range, facts.size);
  const expected = window ? window.last - window.first + 1 : facts.size;
  if (length === expected) return { facts, window };
  throw remote.client.unavailable(new Error(`${expected} bytes were asked for, and ${length} came`));
}

/** The window of a part. An empty part has none, and then its answer does not tell the size of the whole object. */
async function partOf(
  remote: Remote,
  { facts, length, contentRange }: ObjectHead,
  bucket: string,
): Promise<{ facts: ObjectFacts; window: Window | undefined }> {
  if (length === 0) return { facts: await findObject(remote, bucket, facts.key), window: undefined };
  if (contentRange === undefined) return { facts, window: { first: 0, last: length - 1 } };
  const match = /^bytes (\d{1,15})-(\d{1,15})\/\d{1,15}$/.exec(contentRange);
  const window = { first: Number(match?.[1]), last: Number(match?.[2]) };
  if (window.last - window.first + 1 === length) return { facts, window };
  throw remote.client.unavailable(new Error(`the answer has the range ${contentRange}`));
}

async function bodyOf(remote: Remote, response: Answer, size: number): Promise<Buffer | AsyncIterable<Buffer>> {
  if (size > SMALL_BYTES) return streamOf(remote, response, size);
  const bytes = await readWhole(remote, response, size);
  if (bytes.length === size) return bytes;
  throw remote.client.unavailable(new Error(`${size} bytes were promised, and ${bytes.length} came`));
}

/** Ends the connection when it is left early, also when it was never begun. */
function streamOf(remote: Remote, response: Answer, size: number): AsyncIterable<Buffer> {
  const pieces = piecesOf(remote, response, size);
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => pieces.next(),
      return() {
        response.destroy();
        return pieces.return(undefined);
      },
    }),
  };
}

/** Throws when fewer bytes come than were promised: what is cut short must not look complete. */
async function* piecesOf(remote: Remote, response: Answer, size: number): AsyncGenerator<Buffer, undefined> {
  let seen = 0;
  try {
    for await (const piece of response) {
      seen += (piece as Buffer).length;
      yield piece as Buffer;
    }
  } catch (error) {
    throw remote.client.unavailable(error);
  }
  if (seen !== size) throw remote.client.unavailable(new Error(`${size} bytes were promised, and ${seen} came`));
}

interface Read {
  readonly bucket: string;
  readonly key: string;
  readonly partNumber?: number | undefined;
}

/** The server may leave out what the answer to a read shows; HEAD tells it. */
async function readRefusal(remote: Remote, response: Answer, read: Read): Promise<Refusal> {
  const error = await readError(remote, response);
  const { bucket, key, partNumber } = read;
  if (error.code === "NoSuchBucket") return noSuchKey(key);
  if (response.statusCode !== 416) return refusalOf(remote, error, read);
  const { size, parts = 1 } = await findObject(remote, bucket, key);
  if (partNumber === undefined) return new Refusal("InvalidRange", { ActualObjectSize: String(size) });
  const facts = { PartNumberRequested: String(partNumber), ActualPartCount: String(parts) };
  return new Refusal("InvalidPartNumber", facts);
}
