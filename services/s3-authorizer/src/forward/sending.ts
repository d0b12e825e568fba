// A body on its way to the server behind. A small one is taken in whole, and sent when it has proved right. A large one
// goes as fast as the server takes it, its last piece kept back until all of it has proved right; one that breaks ends
// the connection before its declared length, and the server stores nothing.
import type { ClientRequest } from "node:http";
import { pause } from "@rolemint/host/schedule";
import { type Incoming, Refusal, type Written } from "@rolemint/object-store";
import { refuseTooLarge } from "@rolemint/object-store/refusals";
import { header } from "@rolemint/wire/http";
import { untilDrained } from "../sending.ts";
import type { Answer, Sending } from "./client.ts";
import { skip } from "./documents.ts";
import { type Place, refusalIn } from "./errors.ts";
import { endOf, FRAMED_PAYLOAD, Framer, framedHeaders, framedLength } from "./framing.ts";
import { checksumHeader, plainEtag } from "./headers.ts";
import type { Remote } from "./remote.ts";
import { withChecksum } from "./summing.ts";

const SMALL_BYTES = 64 * 1024;

export interface Upload extends Place {
  readonly target: string;
  readonly headers: readonly string[];
}

export async function sendBody(remote: Remote, upload: Upload, body: Incoming): Promise<Written> {
  refuseTooLarge(body.size);
  const response = body.size <= SMALL_BYTES ? await sendSmall(remote, upload, body) : await pour(remote, upload, body);
  if (response.statusCode !== 200) throw await refusalIn(remote, response, upload);
  skip(response);
  const etag = header(response, "etag");
  if (etag === undefined) throw remote.client.unavailable(new Error("what was stored has no ETag"));
  return { etag: plainEtag(etag), checksum: body.checksum() };
}

async function sendSmall(remote: Remote, { target, headers }: Upload, body: Incoming): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of counted(body)) pieces.push(piece);
  const checksum = body.checksum();
  const checked = checksum ? [...headers, checksumHeader(checksum.algorithm), checksum.value] : headers;
  return remote.client.ask({ method: "PUT", target, headers: checked, content: Buffer.concat(pieces) });
}

/** The pieces of a body, refused as soon as they are more than was declared, or at the end if they were fewer. */
async function* counted({ size, chunks }: Incoming): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const piece of chunks) {
    seen += piece.length;
    if (seen > size) throw new Refusal("IncompleteBody");
    yield piece;
  }
  if (seen < size) throw new Refusal("IncompleteBody");
}

/** The framing wants a checksum, also where the client has none. */
const OWN_ALGORITHM = "CRC32";

async function pour(remote: Remote, { target, headers }: Upload, body: Incoming): Promise<Answer> {
  const { size, checksumAlgorithm: algorithm = OWN_ALGORITHM } = body;
  const framing = { length: framedLength(size, algorithm), payloadHash: FRAMED_PAYLOAD };
  const sent = [...headers, ...framedHeaders(size, algorithm)];
  const isConditional = headers.some((name, at) => at % 2 === 0 && /^if-(?:none-)?match$/.test(name));
  if (isConditional) sent.push("expect", "100-continue");
  const sending = remote.client.send({ method: "PUT", target, headers: sent }, framing);
  if (isConditional && (await isRefusedAtOnce(sending))) return sending.answered;
  try {
    await write(sending, body.checksumAlgorithm ? body : withChecksum(body, algorithm));
  } catch (error) {
    sending.abandon();
    throw error;
  }
  return sending.answered;
}

/** How long a server that knows nothing of Expect keeps a body waiting. */
const WELCOME_MS = 1000;

/**
 * A server that refuses a condition ends the connection on whoever is still sending, and its words are lost with it: so
 * it is asked before the body is sent.
 */
async function isRefusedAtOnce({ request, answered }: Sending): Promise<boolean> {
  const waiting = new AbortController();
  let isAnswered = false;
  const over = answered
    .catch(() => {})
    .then(() => {
      isAnswered = true;
      waiting.abort();
    });
  request.once("continue", () => waiting.abort());
  await Promise.race([pause(WELCOME_MS, waiting.signal), over]);
  return isAnswered;
}

/** Ends early when the answer, or the end of the connection, comes before the end of the body. */
async function write({ request, answered }: Sending, body: Incoming): Promise<void> {
  let isAnswered = false;
  const over = answered
    .catch(() => {})
    .then(() => {
      isAnswered = true;
    });
  const framer = new Framer(body.size);
  let held: Buffer | undefined;
  for await (const piece of counted(body)) {
    if (held && !writeAll(request, framer.frame(held))) await Promise.race([untilDrained(request), over]);
    if (isAnswered) return;
    held = piece;
  }
  request.cork();
  writeAll(request, [...framer.frame(held!), endOf(body.checksum()!)]);
  request.end();
  request.uncork();
}

/** Whether more may be written at once. */
function writeAll(request: ClientRequest, pieces: readonly Buffer[]): boolean {
  let isTaken = true;
  for (const piece of pieces) isTaken = request.write(piece);
  return isTaken;
}
