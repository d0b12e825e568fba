// The lane for every request that is not plain: node:http parses it and writes the same answer. Imported only when the
// first such request comes, since node:http takes longer to load than the rest of the service.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Answer, badRequest, textOf } from "./answer.ts";
import type { MetadataRequest } from "./request.ts";
import { sendFaulty, type Way } from "./sending.ts";

export interface SlowLaneOptions {
  readonly exchange: (request: MetadataRequest, socket: Socket) => Answer | Promise<Answer>;
  readonly now: () => number;
  /** After so long without a byte, or without a whole request, a connection ends. */
  readonly idleMs: number;
}

const MAX_HEADER_BYTES = 16 * 1024;

/** A server that never listens: connections are handed to it by its event `connection`. */
export function makeSlowLane({ exchange, now, idleMs }: SlowLaneOptions): Server {
  /** Connections with an answer still to come. What follows on them waits: it may be that there is no more to say. */
  const turns = new WeakMap<Socket, Promise<void>>();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const before = turns.get(socket);
    const turn = before ? before.then(() => answerTo(request, response)) : answerTo(request, response);
    if (!turn) return;
    const ended: Promise<void> = turn.then(() => {
      if (turns.get(socket) === ended) turns.delete(socket);
    });
    turns.set(socket, ended);
  };
  /** A promise of having answered, unless that is done at once. */
  const answerTo = (request: IncomingMessage, response: ServerResponse): Promise<void> | undefined => {
    const { method = "", url = "", rawHeaders, httpVersion, socket } = request;
    if (socket.destroyed) return undefined;
    const answer = exchange({ method, target: url, rawHeaders, httpVersion }, socket);
    return answer instanceof Promise ? answer.then((late) => write(response, late)) : write(response, answer);
  };
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      requireHostHeader: false,
      insecureHTTPParser: false,
      keepAliveTimeout: idleMs,
      keepAliveTimeoutBuffer: 0,
      headersTimeout: idleMs,
      requestTimeout: idleMs,
      connectionsCheckingInterval: Math.ceil(idleMs / 4),
    },
    serve,
  );
  server.timeout = idleMs;
  // A client that has written its last word still gets its answer, as in the fast lane.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("checkContinue", serve);
  server.on("checkExpectation", serve);
  // Not HTTP: refused in our own form, unless an answer to an earlier request is still to come on that connection.
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const isLate = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    if (isLate || !socket.writable || turns.has(socket)) return void socket.destroy();
    socket.write(textOf(badRequest({ now: now(), isKept: false })), "latin1");
    socket.destroySoon();
  });
  // Starts node's watch over the time that requests take, which otherwise starts with listening.
  server.emit("listening");
  return server;
}

/** The answer's own headers and nothing else: node adds none to what is there, and `removeHeader` keeps Connection out. */
function write(response: ServerResponse, answer: Answer): Promise<void> | undefined {
  if (answer.wire) return writeFaulty(response, answer);
  writeHead(response, answer);
  finish(response, answer.body);
  return undefined;
}

function finish(response: ServerResponse, body = ""): void {
  const { socket } = response;
  response.end(body, "latin1");
  // node:http would keep the connection of a client that has written its last word.
  if (socket?.readableEnded) socket.destroySoon();
}

function writeHead(response: ServerResponse, { status, reason, headers }: Answer): void {
  response.removeHeader("connection");
  response.writeHead(status, reason, headers as string[]);
}

async function writeFaulty(response: ServerResponse, answer: Answer): Promise<void> {
  // An answer before this one may still be on its way out; it has the socket until then.
  if (!response.socket) await new Promise<void>((ready) => void response.once("socket", () => ready()));
  const way: Way = {
    head(whole) {
      writeHead(response, whole);
      response.flushHeaders();
    },
    piece: (text) => void response.write(text, "latin1"),
    end: () => finish(response),
  };
  await sendFaulty(response.socket!, answer, way);
}
