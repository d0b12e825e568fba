// Reads the one kind of request that nearly every client sends: whole in one chunk, without a body, every header plain
// and standing once. It is no HTTP parser: whatever it does not take is left to node:http, and the answer is the same.
import type { MetadataRequest } from "./request.ts";

const MAX_BYTES = 8192;
const MAX_HEADERS = 32;
const REQUEST_LINE = /^(GET|PUT|HEAD) (\/[A-Za-z0-9\-._~/:@!$&'()*+,;=%]*) HTTP\/1\.1\r\n/;
const HEADER_LINE = /([A-Za-z0-9-]{1,64}):([\x20-\x7e]*)\r\n/y;
/** Headers that announce a body or that node:http treats in a way of its own. */
const LEFT_TO_NODE: ReadonlySet<string> = new Set(["transfer-encoding", "expect", "upgrade"]);

/** The request that a chunk is, or undefined when node:http must look at it. */
export function readPlain(chunk: Buffer): MetadataRequest | undefined {
  const end = chunk.length;
  if (end > MAX_BYTES || end < 20) return undefined;
  const text = chunk.toString("latin1");
  const line = REQUEST_LINE.exec(text);
  if (!line) return undefined;
  const rawHeaders: string[] = [];
  const seen: string[] = [];
  let at = line[0].length;
  while (at < end - 2) {
    HEADER_LINE.lastIndex = at;
    const match = HEADER_LINE.exec(text);
    if (!match) return undefined;
    const name = match[1]!.toLowerCase();
    const value = match[2]!.trim();
    if (seen.includes(name) || LEFT_TO_NODE.has(name) || seen.length >= MAX_HEADERS) return undefined;
    if (name === "content-length" && value !== "0") return undefined;
    seen.push(name);
    rawHeaders.push(match[1]!, value);
    at = HEADER_LINE.lastIndex;
  }
  // Exactly one request: its blank line is the last thing in the chunk.
  if (at !== end - 2 || text.charCodeAt(at) !== 13 || text.charCodeAt(at + 1) !== 10) return undefined;
  return { method: line[1]!, target: line[2]!, rawHeaders, httpVersion: "1.1" };
}
