// Percent-encoding in the one spelling that SigV4 signs: `A-Za-z0-9-._~` bare (and `/` in a path), every other byte as
// %XX in upper case. Most text arrives in that spelling already, so it is scanned first and rewritten only when needed.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

const PERCENT = 0x25;
const PLUS = 0x2b;
const LOWER_A = 0x61;
const NOT_HEX = 255;
const NO_BYTE = 256;

const UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
const BARE_IN_QUERY = bytesOf(UNRESERVED);
const BARE_IN_PATH = bytesOf(`${UNRESERVED}/`);
const ESCAPES = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`);
const HEX_VALUES = new Uint8Array(128).fill(NOT_HEX);
for (let value = 0; value < 16; value++) {
  HEX_VALUES[value.toString(16).charCodeAt(0)] = value;
  HEX_VALUES[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

/**
 * Where the text stands: `/` is bare in a path; `+` is a space in a query, and itself in a path. Whoever acts on a
 * verified target must read it the same way, or does something that was not signed.
 */
export type Part = "path" | "query";

/**
 * `text` from `start` to `end`, decoded once and encoded again, byte by byte. Undefined for a broken escape or a
 * character that may not stand in a request target (control, space, non-ASCII).
 */
export function canonicalText(text: string, start: number, end: number, part: Part): string | undefined {
  const bare = part === "path" ? BARE_IN_PATH : BARE_IN_QUERY;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (bare[code] === 1) continue;
    if (code !== PERCENT || !isCanonicalEscape(text, i, end, bare)) return rewrite(text, start, end, part, bare);
    i += 2;
  }
  return text.slice(start, end);
}

/** The bytes of a text in canonical spelling, read as UTF-8; undefined if they are none. */
export function decodeText(canonical: string): string | undefined {
  if (!canonical.includes("%")) return canonical;
  try {
    return decodeURIComponent(canonical);
  } catch {
    return undefined;
  }
}

/** Any string as one query value, in canonical spelling. */
export function encodeText(text: string): string {
  let out = "";
  for (const byte of Buffer.from(text, "utf8"))
    out += BARE_IN_QUERY[byte] === 1 ? String.fromCharCode(byte) : ESCAPES[byte];
  return out;
}

/** A path as services other than S3 sign it: every character that is not bare encoded, `%` too. */
export function encodePathAgain(path: string): string | undefined {
  let out = "";
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (!mayStandInTarget(code)) return undefined;
    out += BARE_IN_PATH[code] === 1 ? path[i] : ESCAPES[code];
  }
  return out;
}

function rewrite(text: string, start: number, end: number, part: Part, bare: Uint8Array): string | undefined {
  let out = "";
  for (let i = start; i < end; i++) {
    let byte = text.charCodeAt(i);
    if (byte === PERCENT) {
      byte = escapedByte(text, i, end);
      if (byte === NO_BYTE) return undefined;
      i += 2;
    } else if (!mayStandInTarget(byte)) {
      return undefined;
    } else if (byte === PLUS && part === "query") {
      byte = 0x20;
    }
    out += bare[byte] === 1 ? String.fromCharCode(byte) : ESCAPES[byte];
  }
  return out;
}

/** Whether `%XX` is spelled in upper case and stands for a byte that must be escaped. */
function isCanonicalEscape(text: string, at: number, end: number, bare: Uint8Array): boolean {
  const byte = escapedByte(text, at, end);
  if (byte === NO_BYTE || bare[byte] === 1) return false;
  return text.charCodeAt(at + 1) < LOWER_A && text.charCodeAt(at + 2) < LOWER_A;
}

function escapedByte(text: string, at: number, end: number): number {
  if (at + 2 >= end) return NO_BYTE;
  const high = HEX_VALUES[text.charCodeAt(at + 1)] ?? NOT_HEX;
  const low = HEX_VALUES[text.charCodeAt(at + 2)] ?? NOT_HEX;
  return high === NOT_HEX || low === NOT_HEX ? NO_BYTE : high * 16 + low;
}

function mayStandInTarget(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
