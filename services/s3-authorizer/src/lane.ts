// The fast lane: plain requests are answered right on their socket, by the same pipeline; at the first one that is not
// plain the connection is handed whole to node:http and stays there.
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Body, type Call, type Reply, readHeaders } from "./call.ts";
import type { Surroundings } from "./exchange.ts";
import { isForS3 } from "./front.ts";
import { type PlainRequest, readPlainRequest } from "./plain-request.ts";
import { headOf, release, sendStream, untilDrained } from "./sending.ts";

export interface LaneOptions {
  readonly surroundings: Surroundings;
  respond(call: Call): Promise<Reply>;
  /** Takes the connection over, its unread bytes included. */
  handOver(socket: Socket): void;
  /** Whether requests that are not S3's go elsewhere. */
  readonly hasControlPlane: boolean;
  /** How long a connection may do nothing, milliseconds. */
  readonly idleMs: number;
}

const NO_BODY: Body = {
  length: 0,
  async *read() {},
};

/** Serves a connection from its beginning. */
export function serveLane(socket: Socket, options: LaneOptions): void {
  const { surroundings, respond, handOver, hasControlPlane, idleMs } = options;
  const { remoteAddress = "" } = socket;
  const sourceIp = remoteAddress.startsWith("::ffff:") ? remoteAddress.slice(7) : remoteAddress;
  let isBusy = false;
  let isSending = false;
  let waiting: Buffer | undefined;

  function take(chunk: Buffer): void {
    if (isBusy) {
      waiting = waiting ? Buffer.concat([waiting, chunk]) : chunk;
      socket.pause();
      return;
    }
    const request = readPlainRequest(chunk);
    if (!request) return leave(chunk);
    const headers = readHeaders(request.rawHeaders);
    if (hasControlPlane && !isForS3(request.method, request.target, headers)) return leave(chunk);
    isBusy = true;
    const call = callOf(request, headers);
    respond(call)
      .then((reply) => answer(call, reply))
      .then(goOn, (error) => {
        surroundings.failed(error, call.requestId);
        socket.destroy();
      });
  }

  function callOf(request: PlainRequest, headers: Call["headers"]): Call {
    return {
      method: request.method,
      target: request.target,
      rawHeaders: request.rawHeaders,
      headers,
      sourceIp,
      isSecure: false,
      requestId: surroundings.newRequestId(),
      time: surroundings.now(),
      body: NO_BODY,
    };
  }

  function answer(call: Call, reply: Reply): Promise<void> | undefined {
    if (socket.destroyed) return void release(reply);
    const head = headText(call, reply, surroundings.hostId);
    const hasBody = call.method !== "HEAD" && reply.body !== undefined;
    isSending = true;
    const isTaken = hasBody ? writeWhole(socket, head, reply.body!) : socket.write(head, "latin1");
    if (reply.stream) return sendStream(socket, reply.stream);
    // A client that asks without reading has to wait.
    return isTaken ? undefined : untilDrained(socket);
  }

  function goOn(): void {
    isBusy = false;
    isSending = false;
    const chunk = waiting;
    if (!chunk || socket.destroyed) return;
    waiting = undefined;
    socket.resume();
    take(chunk);
  }

  function leave(chunk: Buffer): void {
    socket.off("data", take);
    socket.off("end", finish);
    socket.off("timeout", giveUp);
    socket.off("error", ignore);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(chunk);
    handOver(socket);
    socket.resume();
  }

  function giveUp(): void {
    // While a back end is at work nothing moves, and that is no fault of the client's.
    if (!isBusy || isSending) socket.destroy();
  }

  const finish = () => void socket.end();
  const ignore = () => {};
  socket.setNoDelay(true);
  socket.setTimeout(idleMs);
  socket.on("data", take);
  socket.on("end", finish);
  socket.on("timeout", giveUp);
  socket.on("error", ignore);
}

/** Throws for a value that would begin a line of its own. */
function headText(call: Call, reply: Reply, hostId: string): string {
  let text = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status]}\r\n`;
  const head = headOf(call, reply, hostId, false);
  for (let i = 0; i < head.length; i += 2) {
    const value = head[i + 1]!;
    if (value.includes("\n") || value.includes("\r")) throw new Error(`the header ${head[i]} holds a line break`);
    text += `${head[i]}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

const SMALL_BYTES = 64 * 1024;

/** Head and body in one write. */
function writeWhole(socket: Socket, head: string, body: Buffer | string): boolean {
  if (typeof body === "string") return socket.write(head + Buffer.from(body).toString("latin1"), "latin1");
  if (body.length > SMALL_BYTES) {
    socket.write(head, "latin1");
    return socket.write(body);
  }
  const whole = Buffer.allocUnsafe(head.length + body.length);
  whole.write(head, 0, "latin1");
  body.copy(whole, head.length);
  return socket.write(whole);
}
