// The listener of the gate over node:http: S3 requests go through the pipeline, all others to the control plane.
// Nothing here looks into a request beyond whose it is.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { AwsError } from "@rolemint/wire";
import { type Call, type Reply, readHeaders } from "./call.ts";
import { errorReply, headerNotImplemented, s3Error } from "./errors.ts";
import { type Exchange, openExchange, type Surroundings } from "./exchange.ts";
import { isForS3 } from "./front.ts";
import { serveLane } from "./lane.ts";
import { headOf } from "./sending.ts";

/** SDKs keep idle connections for a minute or less: the server must not be the first to close. */
const KEEP_ALIVE_MS = 75_000;
const HEADERS_MS = 60_000;
/** S3's limit is 8 KiB; presigned URLs with a session token, and long policies' session tags, need more. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Takes a request that is not S3's, with its body unread. */
export type ControlPlane = (request: IncomingMessage, response: ServerResponse) => void;

export interface ServerOptions {
  readonly surroundings: Surroundings;
  respond(call: Call): Promise<Reply>;
  /** The answer to one that is refused as it stands. */
  refuse(call: Call, error: AwsError): Reply;
  /** Told of a request that was refused because it could not be read. */
  unread(error: AwsError, seen: Pick<Call, "time" | "requestId">): void;
  readonly controlPlane?: ControlPlane | undefined;
  /** How long nothing may move on a connection while a body is on its way, milliseconds. */
  readonly idleMs: number;
}

export function makeServer(options: ServerOptions): Server {
  const { surroundings, respond, refuse, unread, controlPlane, idleMs } = options;
  const { hostId } = surroundings;
  const exchanges = new WeakMap<Socket, Exchange>();
  const limits = { requestTimeout: 0, headersTimeout: HEADERS_MS, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = createServer({
    ...limits,
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
    requireHostHeader: false,
  });
  server.maxHeadersCount = 0;
  server.timeout = idleMs;

  function take(request: IncomingMessage, response: ServerResponse, isWaiting: boolean): void {
    const { method = "", url = "" } = request;
    const headers = readHeaders(request.rawHeaders);
    if (controlPlane && !isForS3(method, url, headers)) {
      exchanges.delete(request.socket);
      if (isWaiting) response.writeContinue();
      return controlPlane(request, response);
    }
    const exchange = openExchange({ request, response, headers, isWaiting, surroundings });
    exchanges.set(request.socket, exchange);
    const coding = headers.get("transfer-encoding");
    if (coding === undefined || coding.toLowerCase() === "chunked") respond(exchange.call).then(exchange.send);
    // At once: of what follows node:http says next that it cannot be read.
    else exchange.send(refuse(exchange.call, headerNotImplemented("Transfer-Encoding")));
  }

  openLane(server, options);
  server.on("request", (request, response) => take(request, response, false));
  server.on("checkContinue", (request, response) => take(request, response, true));
  server.on("timeout", (socket) => {
    const exchange = exchanges.get(socket);
    if (!exchange) return void socket.destroy();
    const { method, requestId } = exchange.call;
    exchange.idle(errorReply(s3Error("RequestTimeout"), method, requestId, hostId));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const exchange = exchanges.get(socket);
    if (exchange?.isOpen()) return exchange.unreadable();
    const refusal = wordParserError(error);
    const seen = { time: surroundings.now(), requestId: surroundings.newRequestId() };
    unread(refusal, seen);
    const reply = errorReply(refusal, "", seen.requestId, hostId);
    socket.end(rawReply(headOf(seen, reply, hostId, true), reply));
  });
  return server;
}

/** Every connection begins in the fast lane; node:http takes those that leave it. */
function openLane(server: Server, { surroundings, respond, controlPlane }: ServerOptions): void {
  const [toHttp] = server.listeners("connection") as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners("connection");
  const lane = {
    surroundings,
    respond,
    hasControlPlane: controlPlane !== undefined,
    idleMs: KEEP_ALIVE_MS,
    handOver: (socket: Socket) => toHttp!.call(server, socket),
  };
  server.on("connection", (socket) => serveLane(socket, lane));
}

function wordParserError({ code }: NodeJS.ErrnoException) {
  if (code === "HPE_HEADER_OVERFLOW") {
    return s3Error("RequestHeaderSectionTooLarge", { MaxSizeAllowed: String(MAX_HEADER_BYTES) });
  }
  return s3Error(code === "ERR_HTTP_REQUEST_TIMEOUT" ? "RequestTimeout" : "BadRequest");
}

/** For a connection on which no request could be read. */
function rawReply(head: readonly string[], { status, body }: Reply): string {
  let text = `HTTP/1.1 ${status} Bad Request\r\n`;
  for (let i = 0; i < head.length; i += 2) text += `${head[i]}: ${head[i + 1]}\r\n`;
  return `${text}\r\n${body}`;
}
