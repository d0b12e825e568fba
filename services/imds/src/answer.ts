// The answers of the Nitro service, header by header in the recorded order and spelling. An answer is plain data;
// bodies are latin1 texts, a character a byte, so that an answer is put together as text and written at once.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
import type { MetadataDeed, Rewritten } from "@rolemint/faults";
import { DISABLED_PAGE, NOT_FOUND_PAGE, UNAVAILABLE_PAGE } from "./pages.ts";

/** Whose keys a credential document gave. */
export interface Given {
  readonly generation: number;
  readonly accessKeyId: string;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value … exactly as sent. */
  readonly headers: readonly string[];
  /** Latin1: a character a byte. */
  readonly body: string;
  /** Whether the connection stays open. */
  readonly isKept: boolean;
  readonly given?: Given | undefined;
  /** What a fault does to it on the wire. */
  readonly wire?: WireDeed;
  /** To be told how much of it was sent, of one that is paced. */
  readonly told?: (sent: Sent) => void;
}

/** How much of an answer was sent to a client that was still there. */
export type Sent = "nothing" | "part" | "whole";

type WireDeed = Extract<MetadataDeed, { do: "reset" | "hang" | "pace" | "cut" }>;

/** What every answer to one request has in common: its time and what becomes of the connection. */
export interface Ending {
  /** Milliseconds of world time. */
  readonly now: number;
  readonly isKept: boolean;
}

export interface Page {
  readonly type: "text/plain" | "application/octet-stream";
  /** Latin1: a character a byte. */
  readonly body: string;
  readonly given?: Given | undefined;
}

const TTL = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds";
const EMPTY = ["Content-Length", "0"];
const SERVER = ["Server", "EC2ws"];
const PLAIN = ["Content-Type", "text/plain"];
const CLOSE = ["Connection", "close"];

const connection = (ending: Ending) => (ending.isKept ? [] : CLOSE);
const date = (ending: Ending) => ["Date", httpDate(ending.now)];
const ttl = (seconds: number | undefined) => (seconds === undefined ? [] : [TTL, String(seconds)]);
/** The order recorded of answers without a page: what the metadata is comes after everything else. */
const tail = (ending: Ending) => [...date(ending), ...SERVER, ...connection(ending), ...PLAIN];

export function found(page: Page, lastModified: string, ttlSeconds: number | undefined, ending: Ending): Answer {
  const headers = ttl(ttlSeconds);
  headers.push("Content-Type", page.type, "Accept-Ranges", "none", "Last-Modified", lastModified);
  headers.push("Content-Length", String(page.body.length), "Date", httpDate(ending.now), "Server", "EC2ws");
  if (!ending.isKept) headers.push("Connection", "close");
  return { status: 200, reason: "OK", headers, body: page.body, isKept: ending.isKept, given: page.given };
}

export function tokenIssued(token: string, ttlSeconds: number, ending: Ending): Answer {
  const headers = [...ttl(ttlSeconds), "Content-Length", String(token.length), ...tail(ending)];
  return { status: 200, reason: "OK", headers, body: token, isKept: ending.isKept };
}

/** Not recorded: the Allow of the recorded 405 names OPTIONS, so it is answered, in that answer's form. */
export function tokenOptions(ending: Ending): Answer {
  return empty(200, "OK", ["Allow", "OPTIONS, PUT", ...EMPTY, ...tail(ending)], ending);
}

/** Body and headers are not recorded: taken to be like the 401. */
export function badRequest(ending: Ending): Answer {
  return empty(400, "Bad Request", [...EMPTY, ...tail(ending)], ending);
}

export function unauthorized(ending: Ending): Answer {
  return empty(401, "Unauthorized", [...EMPTY, ...tail(ending)], ending);
}

/** A refused PUT; here the recorded order puts the type before the date. */
export function forbidden(ending: Ending): Answer {
  return empty(403, "Forbidden", [...EMPTY, ...PLAIN, ...date(ending), ...SERVER, ...connection(ending)], ending);
}

export function notAllowed(allow: string, ending: Ending): Answer {
  return empty(405, "Not Allowed", ["Allow", allow, ...EMPTY, ...tail(ending)], ending);
}

/** Always closes: the client may or may not send the body that it announced. Headers not recorded: like the 401. */
export function expectationFailed(ending: Ending): Answer {
  const closing = { ...ending, isKept: false };
  return empty(417, "Expectation Failed", [...EMPTY, ...tail(closing)], closing);
}

export function notFound(ttlSeconds: number | undefined, ending: Ending): Answer {
  return paged(404, "Not Found", NOT_FOUND_PAGE, ttlSeconds, ending);
}

export function disabled(ending: Ending): Answer {
  return paged(403, "Forbidden", DISABLED_PAGE, undefined, ending);
}

export function unavailable(ending: Ending): Answer {
  return paged(503, "Service Unavailable", UNAVAILABLE_PAGE, undefined, ending);
}

/**
 * An answer that a fault asks for by its status. Headers and bodies of 429 and 500 are not recorded: taken to be like
 * the 401. Nor is a service that knows no tokens: its 403 is that of a refused PUT, and its 405 allows what may be read
 * by.
 */
export function refusal(status: number, ending: Ending): Answer {
  switch (status) {
    case 401:
      return unauthorized(ending);
    case 403:
      return forbidden(ending);
    case 404:
      return notFound(undefined, ending);
    case 405:
      return notAllowed("GET, HEAD", ending);
    case 503:
      return unavailable(ending);
    default:
      return empty(status, REASONS[status] ?? "Error", [...EMPTY, ...tail(ending)], ending);
  }
}

const REASONS: Readonly<Record<number, string>> = { 429: "Too Many Requests", 500: "Internal Server Error" };

/** The same answer with another body, which gives no key to anyone. */
export function withBody(answer: Answer, rewrite: (page: Page) => Rewritten): Answer {
  const { headers, body } = answer;
  const at = headers.indexOf("Content-Type");
  const made = rewrite({ type: headers[at + 1] as Page["type"], body });
  const changed = [...headers];
  if (at >= 0) changed[at + 1] = made.type;
  changed[headers.indexOf("Content-Length") + 1] = String(made.body.length);
  return { ...answer, headers: changed, body: made.body, given: undefined };
}

/** The headers of the pages are recorded, their order is not: taken to be that of a 200. */
function paged(status: number, reason: string, body: string, ttlSeconds: number | undefined, ending: Ending): Answer {
  const about = ["Content-Type", "text/html", "Content-Length", String(body.length)];
  const headers = [...ttl(ttlSeconds), ...about, ...date(ending), ...SERVER, ...connection(ending)];
  return { status, reason, headers, body, isKept: ending.isKept };
}

function empty(status: number, reason: string, headers: readonly string[], ending: Ending): Answer {
  return { status, reason, headers, body: "", isKept: ending.isKept };
}

/** The whole answer as it goes over the wire, latin1. */
export function textOf(answer: Answer): string {
  const { headers } = answer;
  let text = `HTTP/1.1 ${answer.status} ${answer.reason}\r\n`;
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}\r\n${answer.body}`;
}

let lastSecond = Number.NaN;
let lastDate = "";

/** `Mon, 23 Nov 2026 05:20:02 GMT`, remembered for as long as it stays the same. */
export function httpDate(time: number): string {
  const second = Math.floor(time / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastDate = new Date(time).toUTCString();
  }
  return lastDate;
}
