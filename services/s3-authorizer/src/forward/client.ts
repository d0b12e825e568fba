// One exchange with the server behind: signed with its own key, headers and target exactly as given. Over node:http,
// but for reads without TLS, whose plain answers are read right on the socket. Whatever goes wrong on the way is
// `Unavailable`, with the reason in the log alone; the next request tries anew.
import { Agent, type ClientRequest, type IncomingMessage, request as startPlain } from "node:http";
import { Agent as SecureAgent, request as startSecure } from "node:https";
import type { Readable } from "node:stream";
import type { Clock } from "@rolemint/host";
import { type Log, silentLog } from "@rolemint/host/log";
import { Refusal } from "@rolemint/object-store";
import { SigningKeyCache, signRequest, UNSIGNED_PAYLOAD } from "@rolemint/sigv4";
import { openPlainReads } from "./plain-reads.ts";

/** A connection of node:http that rests for this long is closed by us, before a server may close it under a request. */
const IDLE_MS = 4000;
const ANSWER_MS = 30_000;
/** To complete an upload a server may move gigabytes before a byte of its answer comes. */
const LONG_FACTOR = 20;

export interface Ask {
  readonly method: "DELETE" | "GET" | "HEAD" | "POST" | "PUT";
  /** Path and query in our own encoding. */
  readonly target: string;
  /** Name, value, name, value …, in lower case. */
  readonly headers?: readonly string[];
  /** The whole body. */
  readonly content?: Buffer | string;
  readonly isLong?: boolean;
}

/** How a body that comes in pieces stands in its request. */
export interface Framing {
  /** Bytes on the wire. */
  readonly length: number;
  /** Value of x-amz-content-sha256. */
  readonly payloadHash: string;
}

/** A request under way, its body still to be written. */
export interface Sending {
  readonly request: ClientRequest;
  /** May come before the body is sent. Rejects with Unavailable. */
  readonly answered: Promise<IncomingMessage>;
  /** Ends the connection, so that the server has a body that is too short, and stores nothing. */
  abandon(): void;
}

/** The head of an answer, and its body as a stream. `complete`: it was not cut short. */
export type Answer = Readable & Pick<IncomingMessage, "complete" | "rawHeaders" | "statusCode">;

export interface Client {
  /** Asked a second time if a kept connection turns out to be dead and asking twice does no harm. */
  ask(ask: Ask): Promise<Answer>;
  /** On a connection of its own: a body that is consumed cannot be sent a second time over another. */
  send(ask: Ask, framing: Framing): Sending;
  /** Says in the log that the server failed, once until it answers again, and gives what to throw. */
  unavailable(cause: unknown): Refusal;
  close(): void;
}

export interface ClientOptions {
  /** `http://host:port` or `https://host:port` */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The host's: the server compares signatures with its own clock. */
  readonly clock: Clock;
  /** Told once when the server fails, and once when it serves again. */
  readonly log?: Log;
  /** How long the server may be silent when it is its turn, milliseconds; 20 times as long for long work. */
  readonly answerMs?: number;
}

/** Throws TypeError for an endpoint that is none. */
export function openClient(options: ClientOptions): Client {
  const { start, readPlain, close } = openStarter(options);
  const health = watchHealth(options);

  function exchange(ask: Ask, isSecond: boolean): Promise<IncomingMessage> {
    const { content, method } = ask;
    const hasLength = method === "PUT" || method === "POST";
    const length = hasLength ? Buffer.byteLength(content ?? "") : undefined;
    return new Promise((resolve, reject) => {
      const request = start(ask, true, { length, payloadHash: UNSIGNED_PAYLOAD });
      listen(request, health, resolve, (error) => {
        if (request.reusedSocket && !isSecond && isRepeatable(ask)) exchange(ask, true).then(resolve, reject);
        else reject(health.unavailable(error));
      });
      request.end(content);
    });
  }

  return {
    async ask(ask) {
      const plain = await readPlain(ask)?.catch((error) => {
        throw health.unavailable(error);
      });
      if (!plain) return exchange(ask, false);
      health.answered(plain);
      return plain;
    },
    send(ask, framing) {
      const request = start(ask, false, framing);
      let isAbandoned = false;
      const answered = new Promise<IncomingMessage>((resolve, reject) => {
        listen(request, health, resolve, (error) => reject(isAbandoned ? error : health.unavailable(error)));
      });
      answered.catch(() => {});
      return {
        request,
        answered,
        abandon() {
          isAbandoned = true;
          request.destroy();
        },
      };
    },
    unavailable: health.unavailable,
    close,
  };
}

interface Starter {
  start(ask: Ask, isKept: boolean, framing: { length: number | undefined; payloadHash: string }): ClientRequest;
  /** Undefined when it is for node:http to ask. */
  readPlain(ask: Ask): Promise<Answer | undefined> | undefined;
  close(): void;
}

function openStarter(options: ClientOptions): Starter {
  const { clock, answerMs = ANSWER_MS } = options;
  const place = placeOf(options.endpoint);
  const kept = { keepAlive: true, timeout: IDLE_MS };
  const agent = place.isSecure ? new SecureAgent(kept) : new Agent(kept);
  const startRequest = place.isSecure ? startSecure : startPlain;
  const signer = { ...options, service: "s3", keys: new SigningKeyCache(4) };
  const plainReads = place.isSecure ? undefined : openPlainReads({ ...place, answerMs });
  const sign = ({ method, target, headers = [] }: Ask, length: number | undefined, payloadHash: string) => {
    const rawHeaders = ["Host", place.authority, ...headers];
    if (length !== undefined) rawHeaders.push("Content-Length", String(length));
    return signRequest({ method, target, rawHeaders }, signer, { timeMs: clock.now(), payloadHash });
  };
  return {
    readPlain(ask) {
      const { method, target } = ask;
      if (method !== "GET" && method !== "HEAD") return undefined;
      return plainReads?.ask(method, target, () => sign(ask, undefined, UNSIGNED_PAYLOAD).rawHeaders);
    },
    start(ask, isKept, { length, payloadHash }) {
      const { method, target } = ask;
      const signed = sign(ask, length, payloadHash);
      return startRequest({
        host: place.host,
        port: place.port,
        method,
        path: target,
        headers: signed.rawHeaders as string[],
        agent: isKept && agent,
        timeout: ask.isLong ? answerMs * LONG_FACTOR : answerMs,
      });
    },
    close() {
      plainReads?.close();
      agent.destroy();
    },
  };
}

interface Health {
  unavailable(cause: unknown): Refusal;
  answered(response: Pick<Answer, "statusCode">): void;
}

function watchHealth({ endpoint, log = silentLog }: ClientOptions): Health {
  let isDown = false;
  return {
    unavailable(cause) {
      if (!isDown) log.warn({ err: cause, endpoint }, "the S3 server behind the gate does not serve");
      isDown = true;
      return new Refusal("Unavailable");
    },
    answered(response) {
      if (!isDown || !isServed(response)) return;
      log.info({ endpoint }, "the S3 server behind the gate answers again");
      isDown = false;
    },
  };
}

function listen(
  request: ClientRequest,
  health: Health,
  resolve: (response: IncomingMessage) => void,
  fail: (error: Error) => void,
): void {
  let response: IncomingMessage | undefined;
  request.on("response", (incoming) => {
    response = incoming;
    health.answered(incoming);
    resolve(incoming);
  });
  // What breaks after the head of the answer is an error of the answer.
  request.on("error", (error) => !response && fail(error));
  request.on("timeout", () => giveUpSilent(request, response));
}

/** Whatever it answers, it knows us and works. */
function isServed({ statusCode = 500 }: Pick<Answer, "statusCode">): boolean {
  return statusCode < 400 || statusCode === 404;
}

interface Place {
  readonly host: string;
  readonly port: number;
  /** What stands in Host: without the port where it is the protocol's own, as clients sign it. */
  readonly authority: string;
  readonly isSecure: boolean;
}

function placeOf(endpoint: string): Place {
  const match = /^(https?):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/.exec(endpoint);
  if (!match) throw new TypeError(`${endpoint} is no http://host:port`);
  const [, protocol, name = "", given] = match;
  const isSecure = protocol === "https";
  const ownPort = isSecure ? 443 : 80;
  const port = given === undefined ? ownPort : Number(given);
  if (port < 1 || port > 65_535) throw new TypeError(`${endpoint} has a port that is none`);
  const authority = port === ownPort ? name : `${name}:${port}`;
  return { host: name.replace(/^\[(.*)\]$/, "$1"), port, authority, isSecure };
}

/** A condition may hold for the first of two and fail for the second, because of the first. */
function isRepeatable({ method, headers = [] }: Ask): boolean {
  if (method === "GET" || method === "HEAD") return true;
  return method !== "POST" && !headers.some((name, index) => index % 2 === 0 && name.startsWith("if-"));
}

/** Nothing moved for long. If that is because our own side gave or took nothing, it goes on. */
function giveUpSilent(request: ClientRequest, response: IncomingMessage | undefined): void {
  const isOurTurn = response ? response.readableLength > 0 : !request.writableEnded && request.writableLength === 0;
  if (!isOurTurn) request.destroy(new Error("the server was silent for too long"));
  else request.socket?.setTimeout(request.socket.timeout ?? 0);
}
