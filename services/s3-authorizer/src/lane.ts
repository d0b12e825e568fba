// The fast lane: plain requests are answered right on their socket, by the same pipeline; at the first one that is not
// plain the connection is handed whole to node:http and stays there.
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Body, type Call, type Reply, readHeaders } from "./call.ts";
import { goneSignal, type Surroundings, sourceIpOf } from "./exchange.ts";
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
  const sourceIp = sourceIpOf(socket);
  let state: "free" | "working" | "sending" = "free";
  let waiting: Buffer | undefined;
  let isOver = false;

  function take(chunk: Buffer): void {
    if (state !== "free") {
      waiting = waiting ? Buffer.concat([waiting, chunk]) : chunk;
      socket.pause();
      return;
    }
    const request = readPlainRequest(chunk);
    const call = request && callOf(request, sourceIp, socket, surroundings);
    if (!call || (hasControlPlane && !isForS3(call.method, call.target, call.headers))) return leave(chunk);
    state = "working";
    respond(call)
      .then((reply) => {
        state = "sending";
        try {
          return writeReply(socket, call, reply, surroundings.hostId);
        } catch (error) {
          release(reply);
          throw error;
        }
      })
      .then(goOn, (error) => {
        surroundings.failed(error, call.requestId);
        socket.destroy();
      });
  }

  function goOn(): void {
    state = "free";
    const chunk = waiting;
    if (socket.destroyed) return;
    if (!chunk) return isOver ? finish() : undefined;
    waiting = undefined;
    socket.resume();
    take(chunk);
  }

  function leave(chunk: Buffer): void {
    for (const [event, listener] of listeners) socket.off(event, listener);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(chunk);
    handOver(socket);
    socket.resume();
  }

  // A client may end its side before it has its answer.
  function finish(): void {
    isOver = true;
    if (state === "free") socket.end();
  }

  // While a back end is at work nothing moves, and that is no fault of the client's.
  const giveUp = () => void (state !== "working" && socket.destroy());
  const listeners = [
    ["data", take],
    ["end", finish],
    ["timeout", giveUp],
    ["error", () => {}],
  ] as const;
  socket.setNoDelay(true);
  socket.setTimeout(idleMs);
  for (const [event, listener] of listeners) socket.on(event, listener);
}

function callOf(
  { method, target, rawHeaders }: PlainRequest,
  sourceIp: string,
  socket: Socket,
  surroundings: Surroundings,
): Call {
  return {
    method,
    target,
    rawHeaders,
    headers: readHeaders(rawHeaders),
    sourceIp,
    isSecure: false,
    requestId: surroundings.newRequestId(),
    time: surroundings.now(),
    body: NO_BODY,
    gone: () => goneSignal(socket),
  };
}

/** Resolves when the next answer may be written. */
function writeReply(socket: Socket, call: Call, reply: Reply, hostId: string): Promise<void> | undefined {
  if (socket.destroyed) return void release(reply);
  const head = headText(call, reply, hostId);
  const hasBody = call.method !== "HEAD" && reply.body !== undefined;
  const isTaken = hasBody ? writeWhole(socket, head, reply.body!) : socket.write(head, "latin1");
  if (reply.stream) return sendStream(socket, reply.stream);
  // A client that asks without reading has to wait.
  return isTaken ? undefined : untilDrained(socket);
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
