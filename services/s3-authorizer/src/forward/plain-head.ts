// Heads of answers that need no HTTP parser: whole in the first piece, HTTP/1.1, of plain headers, with a length.
import { readPlainHeaders } from "../plain-headers.ts";

export interface PlainHead {
  readonly statusCode: number;
  readonly rawHeaders: string[];
  /** Of the body that follows a GET, bytes. */
  readonly length: number;
  /** Of the head itself. */
  readonly bytes: number;
}

/** As much as node:http takes. */
const MAX_BYTES = 16 * 1024;
const STATUS = /^HTTP\/1\.1 ([2-5]\d\d) /;
/** Have no body, whatever their length says. */
const BODILESS = new Set([204, 205, 304]);
/** Headers that change how an answer is read, or what becomes of the connection. */
const SPECIAL = new Set(["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"]);

/** Undefined for everything that is not plain. */
export function readPlainHead(chunk: Buffer): PlainHead | undefined {
  const end = chunk.indexOf("\r\n\r\n");
  if (end < 0 || end > MAX_BYTES) return undefined;
  const text = chunk.toString("latin1", 0, end + 2);
  const statusCode = Number(STATUS.exec(text)?.[1]);
  if (Number.isNaN(statusCode) || BODILESS.has(statusCode)) return undefined;
  let length: string | undefined;
  const rawHeaders = readPlainHeaders(text, text.indexOf("\r\n") + 2, (name, value) => {
    if (name !== "content-length") return SPECIAL.has(name);
    const isFirst = length === undefined;
    length = value;
    return !isFirst || !/^\d{1,15}$/.test(value);
  });
  if (!rawHeaders || length === undefined) return undefined;
  return { statusCode, rawHeaders, length: Number(length), bytes: end + 4 };
}
