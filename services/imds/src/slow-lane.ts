// The lane for every request that is not plain: node:http parses it and writes the same answer. Imported only when the
// first such request comes, since node:http takes longer to load than the rest of the service.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Answer, badRequest, textOf } from "./answer.ts";
import type { MetadataRequest } from "./request.ts";

export interface SlowLaneOptions {
  readonly exchange: (request: MetadataRequest, socket: Socket) => Answer | Promise<Answer>;
  readonly now: () => number;
  /** After so long without a byte, or without a whole request, a connection ends. */
  readonly idleMs: number;
}

const MAX_HEADER_BYTES = 16 * 1024;

/** A server that never listens: connections are handed to it by its event `connection`. */
export function makeSlowLane({ exchange, now, idleMs }: SlowLaneOptions): Server {
  const waiting = new WeakSet<Socket>();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "", rawHeaders, httpVersion, socket } = request;
    const answer = exchange({ method, target: url, rawHeaders, httpVersion }, socket);
    if (!(answer instanceof Promise)) return write(response, answer);
    waiting.add(socket);
    answer.then((late) => {
      waiting.delete(socket);
      write(response, late);
    });
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
  server.on("checkContinue", serve);
  server.on("checkExpectation", serve);
  // Not HTTP: refused in our own form, unless an answer to an earlier request is still to come on that connection.
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const isLate = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    if (isLate || !socket.writable || waiting.has(socket)) return void socket.destroy();
    socket.write(textOf(badRequest({ now: now(), isKept: false })), "latin1");
    socket.destroySoon();
  });
  // Starts node's watch over the time that requests take, which otherwise starts with listening.
  server.emit("listening");
  return server;
}

/** The answer's own headers and nothing else: node adds none to what is there, and `removeHeader` keeps Connection out. */
function write(response: ServerResponse, answer: Answer): void {
  response.removeHeader("connection");
  response.writeHead(answer.status, answer.reason, answer.headers as string[]);
  response.end(answer.body, "latin1");
}
