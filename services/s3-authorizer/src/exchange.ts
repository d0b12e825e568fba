// One exchange over node:http: a call made of what came in, and its one answer. A client whose body nobody read is
// heard out, within bounds, since it may not look at the answer before it has sent all.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { incompleteBody } from "./body.ts";
import type { Body, Call, Headers, Reply } from "./call.ts";
import { type Rest, release, sendReply } from "./sending.ts";

/** More than this of an unread body is not waited for. */
const DRAIN_BYTES = 1024 * 1024;

/** What a gate knows that every exchange needs. */
export interface Surroundings {
  readonly hostId: string;
  /** World time, milliseconds. */
  now(): number;
  newRequestId(): string;
  /** An answer that could not be sent to its end: for the log. */
  failed(error: unknown, requestId: string): void;
}

export interface Exchange {
  readonly call: Call;
  /** Sends the answer; only the first one counts. */
  send(reply: Reply): void;
  /** Whether an answer is still to be sent, or on its way. */
  isOpen(): boolean;
  /**
   * For a connection on which nothing moved for long: answers if a body is missing, gives up a client that takes
   * nothing.
   */
  idle(answer: Reply): void;
  /**
   * What follows on the connection cannot be read: it ends with the answer, or at once where that would need the rest
   * of the body.
   */
  unreadable(): void;
}

export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: Headers;
  /** The client holds its body back until it is told to send it. */
  readonly isWaiting: boolean;
  readonly surroundings: Surroundings;
}

export function openExchange({ request, response, headers, isWaiting, surroundings }: Incoming): Exchange {
  const length = bodyLength(headers);
  let awaitsContinue = isWaiting;
  const tellToContinue = () => {
    if (awaitsContinue) response.writeContinue();
    awaitsContinue = false;
  };
  // Some clients spoil their connection when a request without a body gets no interim answer.
  if (length === 0) tellToContinue();
  const body: Body = {
    length,
    read() {
      tellToContinue();
      return readBody(request, length);
    },
  };
  const call = callOf(request, headers, body, surroundings);
  let isAnswered = false;
  let isDone = false;
  let isLast = false;

  function send(reply: Reply, rest = restOf(request, length, awaitsContinue)): void {
    if (isAnswered) return release(reply);
    isAnswered = true;
    sendReply(request, response, call, reply, surroundings.hostId, rest)
      .catch((error) => {
        release(reply);
        surroundings.failed(error, call.requestId);
        request.socket.destroy();
      })
      .finally(() => {
        isDone = true;
        if (isLast) request.socket.destroySoon();
      });
  }

  return {
    call,
    send: (reply) => send(reply),
    isOpen: () => !isDone,
    idle(answer) {
      if (isDone || isAnswered) request.socket.destroy();
      else if (!request.complete) {
        send(answer, "large");
        request.socket.destroySoon();
      }
    },
    unreadable() {
      isLast = true;
      if (!isAnswered && !request.complete) request.socket.destroy();
    },
  };
}

function callOf(request: IncomingMessage, headers: Headers, body: Body, surroundings: Surroundings): Call {
  const { socket, rawHeaders, method = "", url = "" } = request;
  return {
    method,
    target: url,
    rawHeaders,
    headers,
    sourceIp: sourceIpOf(socket),
    isSecure: "encrypted" in socket,
    requestId: surroundings.newRequestId(),
    time: surroundings.now(),
    body,
    gone: () => goneSignal(socket),
  };
}

/** Aborted with the connection, or when the client has said all that it ever will. */
export function goneSignal(socket: Socket): AbortSignal {
  const gone = new AbortController();
  const leave = () => gone.abort();
  if (socket.destroyed || socket.readableEnded) leave();
  else socket.once("close", leave).once("end", leave);
  return gone.signal;
}

/** An IPv4 address on a dual-stack listener is that address. */
export function sourceIpOf({ remoteAddress = "" }: Socket): string {
  return remoteAddress.startsWith("::ffff:") ? remoteAddress.slice(7) : remoteAddress;
}

function bodyLength(headers: Headers): number | undefined {
  if (headers.has("transfer-encoding")) return undefined;
  const given = headers.get("content-length");
  return given === undefined ? 0 : Number(given);
}

/** Leaving it early does not end the connection: the answer is still to be sent on it. */
async function* readBody(request: IncomingMessage, length: number | undefined): AsyncGenerator<Buffer> {
  let seen = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      seen += (piece as Buffer).length;
      yield piece as Buffer;
    }
  } catch {
    // The client went away; nobody will read this.
    throw incompleteBody(length ?? 0, seen);
  }
}

function restOf(request: IncomingMessage, length: number | undefined, awaitsContinue: boolean): Rest {
  if (length === 0 || request.readableEnded) return "none";
  return awaitsContinue || length === undefined || length > DRAIN_BYTES ? "large" : "small";
}
