// GetObject and HeadObject: one request to the back end, one answer, with or without its body.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
import type { Range, ReadAnswer, ReadRequest, StoredHeaders } from "@rolemint/object-store";
import { headerText } from "./accepted.ts";
import type { Headers, Query, Reply } from "./call.ts";
import { invalidRequest } from "./errors.ts";
import type { Asked } from "./gate.ts";
import { objectHeaders, plainEtag, readConditions } from "./objects.ts";
import { integerParameter } from "./parameters.ts";

/** The query parameters that replace headers of the answer. */
const OVERRIDES = new Map([
  ["response-cache-control", "cache-control"],
  ["response-content-disposition", "content-disposition"],
  ["response-content-encoding", "content-encoding"],
  ["response-content-language", "content-language"],
  ["response-content-type", "content-type"],
  ["response-expires", "expires"],
]);
export const overrideParameters: readonly string[] = [...OVERRIDES.keys()];

const NO_OVERRIDES: StoredHeaders = {};

/** What to ask the back end for, and which headers of the answer the caller replaces. */
export interface Reading {
  readonly request: ReadRequest;
  readonly overrides: StoredHeaders;
}

/** Everything that can be refused is refused here: a body that was given must be sent. */
export async function readingOf(asked: Asked): Promise<Reading> {
  const { query, signature } = asked;
  const overrides = query.size === 0 ? NO_OVERRIDES : readOverrides(query, signature.caller !== undefined);
  return { request: await requestOf(asked), overrides };
}

async function requestOf(asked: Asked): Promise<ReadRequest> {
  const { address, headers, query } = asked;
  const { bucket, key } = address;
  const range = parseRange(headers.get("range"));
  const partNumber = integerParameter(
    query,
    "partNumber",
    1,
    10_000,
    "Part number must be an integer between 1 and 10000, inclusive",
  );
  if (range && partNumber !== undefined) {
    throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
  }
  const conditions = readConditions(headers);
  const request = { bucket, key, ...(conditions && { conditions }) };
  if (partNumber !== undefined) return { ...request, partNumber };
  const isMeant = range !== undefined && (!headers.has("if-range") || (await isSameObject(asked)));
  return isMeant ? { ...request, range } : request;
}

/** `bytes=first-last`, `bytes=first-` or `bytes=-suffix`; anything else is no range, and the whole object is given. */
export function parseRange(value: string | undefined): Range | undefined {
  const match = value === undefined ? undefined : /^bytes=(\d*)-(\d*)$/.exec(value);
  if (!match) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") return last === "" ? undefined : { suffix: byteCount(last) };
  if (last === "") return { first: byteCount(first) };
  return byteCount(last) < byteCount(first) ? undefined : { first: byteCount(first), last: byteCount(last) };
}

/** Clients that mean `to the end` write the largest 64-bit integer: beyond every object, a number says no more. */
function byteCount(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

/** If-Range: the range is of the object that the client has in part; of another one it gets all. */
async function isSameObject({ gate, address, headers }: Asked): Promise<boolean> {
  const { facts } = await gate.backend.head({ bucket: address.bucket, key: address.key });
  const validator = headers.get("if-range") ?? "";
  return plainEtag(validator) === facts.etag || Date.parse(validator) === facts.modified;
}

export function readReply(
  { headers }: Asked,
  { request, overrides }: Reading,
  answer: ReadAnswer,
): Reply | Promise<Reply> {
  const { facts, window, body } = answer;
  const isWhole = !window || request.partNumber !== undefined;
  const shown = objectHeaders(facts, overrides, isWhole && wantsChecksum(headers));
  // A part without bytes has no window: there is no first and last one.
  const isEmptyPart = request.partNumber !== undefined && !window;
  const size = window ? window.last - window.first + 1 : isEmptyPart ? 0 : facts.size;
  shown.push("Content-Length", String(size));
  if (window) shown.push("Content-Range", `bytes ${window.first}-${window.last}/${facts.size}`);
  if (request.partNumber !== undefined && facts.parts !== undefined) {
    shown.push("x-amz-mp-parts-count", String(facts.parts));
  }
  const reply = { status: window ? 206 : 200, headers: shown };
  if (body === undefined) return reply;
  if (isEmptyPart) return emptied(reply, body);
  return Buffer.isBuffer(body) ? { ...reply, body } : { ...reply, stream: { size, chunks: body } };
}

/** Lets go of a body that is not sent. */
async function emptied(reply: Reply, body: Buffer | AsyncIterable<Buffer>): Promise<Reply> {
  if (!Buffer.isBuffer(body)) await body[Symbol.asyncIterator]().return?.();
  return reply;
}

function wantsChecksum(headers: Headers): boolean {
  return headers.get("x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
}

function readOverrides(query: Query, isSigned: boolean): StoredHeaders {
  let overrides: Record<string, string> | undefined;
  for (const [parameter, value] of query) {
    const name = OVERRIDES.get(parameter);
    if (name === undefined) continue;
    if (!isSigned) {
      throw invalidRequest("Request specific response headers cannot be used for anonymous GET requests.");
    }
    overrides ??= {};
    overrides[name] = headerText(parameter, value);
  }
  return overrides ?? NO_OVERRIDES;
}
