// One question to the control plane and its answer, over node:http. An answer counts only if it is whole, in time, of
// its shape, and bears the revision that an authority alone puts on it; everything else is a SeamError.
import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import { wakeUp } from "@rolemint/host/schedule";
import { AwsError } from "@rolemint/wire/error";
import { fromJson, toJson } from "@rolemint/wire/json";
import type { InputOf, Operation, OutputOf } from "@rolemint/wire/operation";
import { violations } from "@rolemint/wire/validate";
import { MAX_ANSWER_BYTES, MAX_REQUEST_BYTES, type Place, REVISION_HEADER, SeamError } from "./remote-protocol.ts";

export interface Answered<Output> {
  readonly output: Output;
  /** Of the control plane that answered, and its revision then. */
  readonly epoch: string;
  readonly revision: number;
}

export interface Asking {
  /** From the call to the last byte of the answer. */
  readonly withinMs: number;
  /** It changes nothing, so it is asked again when a kept connection turns out to be closed. */
  readonly mayRepeat: boolean;
}

export interface Exchange {
  /** Rejects with SeamError, or with the AwsError that the authority threw. */
  ask<Op extends Operation>(operation: Op, input: InputOf<Op>, asking: Asking): Promise<Answered<OutputOf<Op>>>;
  /** Ends what is under way, with a SeamError. */
  interrupt(): void;
  close(): void;
}

interface Received {
  readonly status: number;
  /** The revision header, or undefined. */
  readonly mark: string | undefined;
  readonly body: string;
}

/** Keeps at most so many connections. */
export function openExchange(place: Place, secret: string, connections: number): Exchange {
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new Error("the seam's shared secret must be visible ASCII, and not empty");
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  const outstanding = new Set<ClientRequest>();
  const to: RequestOptions = { ...place, method: "POST", agent };
  let isClosed = false;

  function send(name: string, text: string, withinMs: number): Promise<Received> {
    const { promise, resolve, reject } = Promise.withResolvers<Received>();
    const headers = {
      authorization: `Bearer ${secret}`,
      "content-type": "application/x-amz-json-1.1",
      "content-length": Buffer.byteLength(text),
    };
    const outgoing = request({ ...to, path: `/${name}`, headers });
    const fail = (error: SeamError) => {
      reject(isClosed ? closed() : error);
      outgoing.destroy();
    };
    const deadline = wakeUp(() =>
      fail(new SeamError("late", `the control plane did not answer ${name} within ${withinMs} ms`)),
    );
    deadline.at(withinMs);
    outstanding.add(outgoing);
    outgoing.on("response", (incoming) => collect(incoming, resolve, fail));
    outgoing.on("error", (error) => fail(broken(error, outgoing.reusedSocket)));
    outgoing.on("close", () => outstanding.delete(outgoing));
    outgoing.end(text);
    return promise.finally(deadline.stop);
  }

  function interrupt(): void {
    for (const outgoing of outstanding) outgoing.destroy();
  }

  return {
    interrupt,
    async ask(operation, input, { withinMs, mayRepeat }) {
      const text = JSON.stringify(toJson(operation.input, input));
      if (Buffer.byteLength(text) > MAX_REQUEST_BYTES) {
        throw new SeamError("too-large", `${operation.name} has more than ${MAX_REQUEST_BYTES} bytes`);
      }
      for (;;) {
        if (isClosed) throw closed();
        try {
          return read(operation, await send(operation.name, text, withinMs));
        } catch (error) {
          // Each time one connection fewer is kept, so this ends.
          if (!(mayRepeat && error instanceof Unanswered && error.wasKept)) throw error;
        }
      }
    },
    close() {
      isClosed = true;
      interrupt();
      agent.destroy();
    },
  };
}

/** The connection could not be made, or broke before the answer was whole. */
class Unanswered extends SeamError {
  /** It had carried an answer before, and the other end may have closed it meanwhile. */
  readonly wasKept: boolean;

  constructor(code: string | undefined, wasKept: boolean) {
    super("unreachable", `the control plane cannot be reached (${code ?? "the connection broke"})`);
    this.wasKept = wasKept;
  }
}

/** The system's error itself is not kept: a parser's holds the bytes that came, and they may be a secret. */
function broken({ code }: NodeJS.ErrnoException, wasKept: boolean): SeamError {
  const isParsers = code?.startsWith("HPE_") ?? false;
  return isParsers ? new SeamError("unreadable", `what came is not HTTP (${code})`) : new Unanswered(code, wasKept);
}

function closed(): SeamError {
  return new SeamError("closed", "the authority was closed");
}

function collect(
  incoming: IncomingMessage,
  resolve: (received: Received) => void,
  fail: (error: SeamError) => void,
): void {
  const pieces: Buffer[] = [];
  let size = 0;
  incoming.on("data", (piece: Buffer) => {
    size += piece.length;
    pieces.push(piece);
    if (size > MAX_ANSWER_BYTES) fail(new SeamError("unreadable", `an answer has more than ${MAX_ANSWER_BYTES} bytes`));
  });
  incoming.on("error", (error) => fail(broken(error, false)));
  incoming.on("end", () => {
    const mark = incoming.headers[REVISION_HEADER] as string | undefined;
    resolve({ status: incoming.statusCode ?? 0, mark, body: Buffer.concat(pieces).toString("utf8") });
  });
}

function read<Op extends Operation>(operation: Op, { status, mark, body }: Received): Answered<OutputOf<Op>> {
  const { name } = operation;
  if (mark === undefined) throw strange(name, status);
  const [, revision, epoch] = /^(\d{1,15}) (\S+)$/.exec(mark) ?? [];
  if (revision === undefined || epoch === undefined) throw unreadable(name, "its revision");
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw unreadable(name, "no JSON");
  }
  if (status !== 200) throw asAwsError(name, status, parsed);
  return { output: outputOf(operation, parsed), epoch, revision: Number(revision) };
}

function outputOf<Op extends Operation>(operation: Op, parsed: unknown): OutputOf<Op> {
  let output: object;
  try {
    output = fromJson(operation.output, parsed, "", operation.name) as object;
  } catch {
    throw unreadable(operation.name, "not of its shape");
  }
  const [violation] = violations(operation.output, output);
  if (violation) throw unreadable(operation.name, `${violation.path}: ${violation.constraint}`);
  return output as OutputOf<Op>;
}

function asAwsError(name: string, status: number, parsed: unknown): Error {
  const { __type: code, Message: message } = (parsed ?? {}) as { __type?: unknown; Message?: unknown };
  if (status < 400 || typeof code !== "string" || typeof message !== "string") return unreadable(name, "its error");
  return new AwsError(code, status, message);
}

/** An answer without a revision: our control plane's handler refuses so, and everything that is not it answers so. */
function strange(name: string, status: number): SeamError {
  if (status === 401) return new SeamError("refused", "the control plane does not take our shared secret");
  if (status >= 400 && status < 500) return new SeamError("refused", `${name} was refused with status ${status}`);
  return new SeamError("unreadable", `what answered ${name} with status ${status} is no working control plane`);
}

function unreadable(name: string, what: string): SeamError {
  return new SeamError("unreadable", `the answer to ${name} cannot be read: ${what}`);
}
