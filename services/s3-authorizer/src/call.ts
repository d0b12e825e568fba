// A request as the gate looks at it, and the answer it makes of it: plain values that know no socket, so that the
// whole way from one to the other can be run and tested without a network.
import type { HttpRequest } from "@rolemint/wire/http";
import { s3Error } from "./errors.ts";

/** Header values by lower-case name; of a repeated header all values, joined by a comma as a signature joins them. */
export type Headers = ReadonlyMap<string, string>;

/** Query parameters by name, decoded once; those of the signature itself are left out. */
export type Query = ReadonlyMap<string, string>;

export interface Body {
  /** Content-Length in bytes; 0 when there is no body, undefined when it comes in chunks of unknown sum. */
  readonly length: number | undefined;
  /** Its bytes as they arrive, asked for once. A client that waits for `100 Continue` gets it now. */
  read(): AsyncIterable<Buffer>;
}

export interface Call extends HttpRequest {
  readonly headers: Headers;
  readonly sourceIp: string;
  readonly isSecure: boolean;
  readonly requestId: string;
  /** World time of its arrival, milliseconds. */
  readonly time: number;
  readonly body: Body;
  /** Aborted when the client goes away, or has gone: asked only where something waits for its own sake. */
  gone(): AbortSignal;
}

/** Headers as name, value, name, value …, without those that every answer has. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body?: Buffer | string;
  /** A large body: exactly `size` bytes, in pieces. */
  readonly stream?: { readonly size: number; readonly chunks: AsyncIterable<Buffer> };
}

export function readHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const value = rawHeaders[i + 1]!;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

const SIGNATURE_PARAMETERS = new Set([
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
  "X-Amz-Security-Token",
  "X-Amz-Content-Sha256",
]);
const NONE: Query = new Map();

/**
 * Throws InvalidURI for a bad escape, InvalidArgument for a name that is there twice: back ends differ in which
 * counts.
 */
export function readQuery(target: string): Query {
  const mark = target.indexOf("?");
  if (mark < 0) return NONE;
  const query = new Map<string, string>();
  for (let start = mark + 1; start < target.length; ) {
    const ampersand = target.indexOf("&", start);
    const end = ampersand < 0 ? target.length : ampersand;
    const found = target.indexOf("=", start);
    const equals = found < 0 || found > end ? end : found;
    const rawName = target.slice(start, equals);
    if (rawName !== "" && !SIGNATURE_PARAMETERS.has(rawName)) {
      const name = decodeParameter(rawName, target);
      if (query.has(name)) {
        throw s3Error("InvalidArgument", { ArgumentName: name }, "A query parameter may be given only once.");
      }
      query.set(name, decodeParameter(target.slice(equals + 1, end), target));
    }
    start = end + 1;
  }
  return query;
}

function decodeParameter(text: string, target: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw s3Error("InvalidURI", { URI: target.slice(0, target.indexOf("?")) });
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of bytes, undefined when they are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
