// Requests that need no HTTP parser: a GET or HEAD without a body, whole in one piece, of plain headers. Everything
// that is in any way special is left to node:http, so no general parser of ours exists.
import { readPlainHeaders } from "./plain-headers.ts";

export interface PlainRequest {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
}

/** As much as node:http is told to take. */
const MAX_BYTES = 16 * 1024;
const MIN_BYTES = "GET / HTTP/1.1\r\n\r\n".length;
const END = 0x0d0a0d0a;
const VERSION = " HTTP/1.1";
const TARGET = /^\/[!-~]*$/;
/** Headers that change how a request is read, or what becomes of the connection. */
const SPECIAL = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Undefined for everything that is not plain. */
export function readPlainRequest(chunk: Buffer): PlainRequest | undefined {
  const size = chunk.length;
  if (size < MIN_BYTES || size > MAX_BYTES || chunk.readUInt32BE(size - 4) !== END) return undefined;
  const text = chunk.toString("latin1", 0, size - 2);
  const lineEnd = text.indexOf("\r\n");
  const method = text.startsWith("GET ") ? "GET" : text.startsWith("HEAD ") ? "HEAD" : undefined;
  if (method === undefined || !text.startsWith(VERSION, lineEnd - VERSION.length)) return undefined;
  const target = text.slice(method.length + 1, lineEnd - VERSION.length);
  if (!TARGET.test(target)) return undefined;
  const rawHeaders = readPlainHeaders(text, lineEnd + 2, isSpecial);
  return rawHeaders && { method, target, rawHeaders };
}

/** `Connection: keep-alive` says what is so anyway. */
function isSpecial(name: string, value: string): boolean {
  return SPECIAL.has(name) && !(name === "connection" && value.toLowerCase() === "keep-alive");
}
