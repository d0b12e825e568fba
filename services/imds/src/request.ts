// What is asked for, read from a request once: the path without its variations of spelling, and whether the client
// asked for the connection to be kept.
import { type HttpRequest, splitTarget } from "@rolemint/wire/http";

export interface MetadataRequest extends HttpRequest {
  readonly httpVersion: string;
}

/** A path without leading, doubled and final slashes: `latest/meta-data`. `/` itself is the empty path. */
export interface Asked {
  readonly path: string;
  readonly hasFinalSlash: boolean;
}

/** Undefined for a target that names no path: `*`, or one that is not percent-encoded correctly. */
export function askedPath(target: string): Asked | undefined {
  // A proxy sends the absolute form; which host it names matters as little as Host does.
  const local = target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "");
  const { path: sent } = splitTarget(local);
  const plain = sent.includes("%") ? decoded(sent) : sent;
  if (!plain?.startsWith("/")) return undefined;
  // Two SDKs ask for `//latest/…`.
  const path = plain.includes("//") ? plain.replace(/\/{2,}/g, "/") : plain;
  const hasFinalSlash = path.length > 1 && path.endsWith("/");
  return { path: path.slice(1, hasFinalSlash ? -1 : undefined), hasFinalSlash };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Only a client that says so itself keeps its connection, as recorded of requests without a Connection header. */
export function asksToKeep(request: MetadataRequest): boolean {
  if (request.httpVersion !== "1.1") return false;
  const said = headerValues(request, "connection").join(",").toLowerCase();
  if (said === "" || said === "keep-alive") return said !== "";
  const words = said.split(/[\s,]+/);
  return words.includes("keep-alive") && !words.includes("close");
}

/** Every value of a header, in the order sent. `name` in lower case. */
export function headerValues(request: MetadataRequest, name: string): string[] {
  const values: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]!.length === name.length && raw[i]!.toLowerCase() === name) values.push(raw[i + 1]!);
  }
  return values;
}
