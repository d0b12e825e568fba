// A reply on its way out: head and small body in one write, a large body as fast as the client takes it. A body that
// fails after its head was sent ends the connection, so that it is not taken for whole.
import type { IncomingMessage, ServerResponse } from "node:http";
import { pause } from "@rolemint/host/schedule";
import type { Call, Reply } from "./call.ts";

const DRAIN_BYTES = 1024 * 1024;
const DRAIN_MS = 1000;

/** What is left of the request's body that nobody will read. Behind a large one the connection is closed. */
export type Rest = "none" | "small" | "large";

/** Name, value, name, value …: S3's headers around those of the reply. */
export function headOf(
  { time, requestId }: Pick<Call, "time" | "requestId">,
  reply: Reply,
  hostId: string,
  isLast: boolean,
): string[] {
  const date = shownDate(time);
  const head = ["x-amz-id-2", hostId, "x-amz-request-id", requestId, "Date", date, ...reply.headers];
  head.push("Server", "AmazonS3");
  if (isLast) head.push("Connection", "close");
  return head;
}

const shown = { second: -1, text: "" };

function shownDate(time: number): string {
  const second = Math.floor(time / 1000);
  if (second !== shown.second) {
    shown.second = second;
    shown.text = new Date(second * 1000).toUTCString();
  }
  return shown.text;
}

/** Rejects when the answer could not be sent to its end; then the connection must not be used again. */
export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
  reply: Reply,
  hostId: string,
  rest: Rest,
): Promise<void> {
  const isGone = request.socket.destroyed || response.destroyed;
  if (isGone) return release(reply);
  // Node would announce what HTTP/1.1 means anyway, and S3 does not.
  if (response.shouldKeepAlive) response.removeHeader("connection");
  response.writeHead(reply.status, headOf(call, reply, hostId, rest === "large"));
  if (reply.stream) {
    await sendStream(response, reply.stream);
    response.end();
  } else if (rest === "large") {
    if (reply.body === undefined || call.method === "HEAD") response.flushHeaders();
    else response.write(reply.body);
    await drain(request);
    response.end();
  } else {
    if (rest === "small") void endUnlessDrained(request);
    if (reply.body === undefined || call.method === "HEAD") response.end();
    else response.end(reply.body);
  }
}

/** Lets go of what a reply holds open. */
export function release(reply: Reply): void {
  const iterator = reply.stream?.chunks[Symbol.asyncIterator]();
  iterator?.return?.().catch(() => {});
}

/** Where a body is written to: a response, or a socket itself. */
export interface Sink {
  readonly destroyed: boolean;
  write(chunk: Buffer): boolean;
  on(event: "drain" | "close", listener: () => void): unknown;
  off(event: "drain" | "close", listener: () => void): unknown;
}

/** As fast as the client takes it. Rejects when the body turns out to be another than was promised. */
export async function sendStream(sink: Sink, { size, chunks }: NonNullable<Reply["stream"]>): Promise<void> {
  let sent = 0;
  for await (const chunk of chunks) {
    if (sink.destroyed) return;
    sent += chunk.length;
    if (!sink.write(chunk)) await untilDrained(sink);
  }
  if (sent !== size) throw new Error(`a body of ${size} bytes was given with ${sent}`);
}

/** Resolves when more may be written, or nothing can be any more. */
export function untilDrained(sink: Sink): Promise<void> {
  if (sink.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      sink.off("drain", done);
      sink.off("close", done);
      resolve();
    };
    sink.on("drain", done);
    sink.on("close", done);
  });
}

/** Reads on, for a while, what the client is still sending. */
async function drain(request: IncomingMessage): Promise<void> {
  const stop = new AbortController();
  let seen = 0;
  request.on("data", (piece: Buffer) => {
    seen += piece.length;
    if (seen > DRAIN_BYTES) stop.abort();
  });
  request.once("end", () => stop.abort());
  request.once("close", () => stop.abort());
  request.resume();
  await pause(DRAIN_MS, stop.signal);
}

/** The connection may be used again once the rest of the body has come, which must not take long. */
async function endUnlessDrained(request: IncomingMessage): Promise<void> {
  const stop = new AbortController();
  request.once("end", () => stop.abort());
  request.once("close", () => stop.abort());
  request.resume();
  await pause(DRAIN_MS, stop.signal);
  if (!request.complete) request.socket.destroy();
}
