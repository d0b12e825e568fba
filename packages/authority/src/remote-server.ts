// The control plane's end of the seam between containers: answers every question of the authority to who has the shared
// secret, on ports and Unix sockets. It trusts nothing else about who connects: sizes and times are bounded.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Entropy } from "@rolemint/host";
import { listen, listenOnPath } from "@rolemint/host/listen";
import type { Log } from "@rolemint/host/log";
import { AwsError } from "@rolemint/wire/error";
import { decodeJson, encodeJson, encodeJsonError } from "@rolemint/wire/json";
import { type Answer, type InputOf, Malformed, type Operation } from "@rolemint/wire/operation";
import { violations } from "@rolemint/wire/validate";
import type { Authority, Record } from "./authority.ts";
import { secretReader } from "./peer.ts";
import {
  CHANGES,
  MAX_REQUEST_BYTES,
  type Place,
  QUESTIONS,
  type Question,
  REVISION_HEADER,
} from "./remote-protocol.ts";
import {
  type Connection,
  type DataPlane,
  type OpenRevisions,
  openRevisions,
  type Poll,
  type RevisionSource,
  Revisions,
} from "./revisions.ts";

export interface ServeOptions {
  /** Where to listen; port 0 takes any free one. A Unix socket that nobody listens on any more is replaced. */
  readonly places: readonly Place[];
  /** What every request must bring as its bearer token. */
  readonly secret: string;
  readonly entropy: Entropy;
  readonly log: Log;
  /** How many changes, and how many names of what they moved, are remembered; default 20,000. */
  readonly historyBound?: number;
  /** Names of data planes that may still serve by what an earlier process told: changes wait for them as well. */
  readonly awaited?: readonly string[];
}

/** What the control plane's health page shows of the seam. */
export interface ServedState {
  readonly revision: number;
  readonly dataPlanes: readonly DataPlane[];
  /** How many events the data planes had to drop, as they told since the start. */
  readonly droppedEvents: number;
}

export interface ServedAuthority {
  /** Where it listens, with the ports that were taken. */
  readonly places: readonly Place[];
  /** Resolves when every connected or awaited data plane has applied all that moved until now, or after 1 s. */
  acknowledged(): Promise<void>;
  state(): ServedState;
  /** Ends every connection. */
  close(): Promise<void>;
}

const REQUEST_MS = 10_000;

/** Rejects with ListenError, or with Error for a Unix socket; then nothing listens. */
export async function serveAuthority(
  authority: Authority & RevisionSource,
  options: ServeOptions,
): Promise<ServedAuthority> {
  const { places, secret, log } = options;
  const revisions = openRevisions(authority, options);
  const serving = answerer(authority, revisions, secret, log);
  const bounds = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 };
  const listeners: { readonly place: Place; close(): Promise<void> }[] = [];
  const close = async () => {
    revisions.close();
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  try {
    for (const place of places) {
      const server = createServer(bounds, serving.handle);
      if ("socketPath" in place) listeners.push({ place, ...(await listenOnPath(server, place.socketPath)) });
      else {
        const { host, port, close } = await listen(server, place.host, place.port);
        listeners.push({ place: { host, port }, close });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    places: listeners.map(({ place }) => place),
    acknowledged: revisions.acknowledged,
    state: () => ({
      revision: revisions.revision(),
      dataPlanes: revisions.dataPlanes(),
      droppedEvents: serving.droppedEvents(),
    }),
    close,
  };
}

/** A request that gets no answer of the authority: it has no revision on it, so nobody takes it for one. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function answerer(authority: Authority, revisions: OpenRevisions, secret: string, log: Log) {
  const isSecret = secretReader(secret);
  const connectionOf = connectionsOver(revisions);
  let droppedEvents = 0;

  async function answer(request: IncomingMessage): Promise<Answer & { readonly revision: number }> {
    if (!isSecret(bearerOf(request))) throw new Refused(401, "the shared secret is needed");
    const asked = questionOf(request);
    const body = await readBody(request);
    if (asked === "revisions") {
      const output = await connectionOf(request.socket).poll(inputOf(Revisions, body) as Poll);
      return { ...encodeJson(Revisions, output), revision: output.Revision };
    }
    const operation = QUESTIONS[asked];
    const input = inputOf(operation, body);
    const ask = authority[asked] as (input: object) => Promise<object>;
    const encoded = await ask(input).then(
      (output) => encodeJson(operation, output),
      (error) => encodeJsonError(asAwsError(error)),
    );
    if (asked === "record") droppedEvents += (input as InputOf<typeof Record>).Dropped ?? 0;
    const revision = revisions.revision();
    if (CHANGES.has(asked)) await revisions.acknowledged();
    return { ...encoded, revision };
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    answer(request).then(
      (given) => send(response, given, { [REVISION_HEADER]: `${given.revision} ${revisions.epoch}` }),
      (error) => {
        const refused = error instanceof Refused ? error : new Refused(500, "an unexpected error; the log has it");
        if (error !== refused) log.error({ err: error, target: request.url }, "a data plane could not be answered");
        else log.debug({ status: refused.status, target: request.url }, refused.message);
        // What is left of the body is not waited for.
        const headers: Readonly<{ connection?: string }> = request.complete ? {} : { connection: "close" };
        send(response, encodeJsonError(new AwsError("Refused", refused.status, refused.message)), headers);
      },
    );
  }

  return { handle, droppedEvents: () => droppedEvents };
}

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}

function bearerOf({ headers: { authorization = "" } }: IncomingMessage): string {
  return /^Bearer (.*)$/.exec(authorization)?.[1] ?? "";
}

const BY_PATH: ReadonlyMap<string, Question | "revisions"> = new Map([
  [`/${Revisions.name}`, "revisions"],
  ...(Object.keys(QUESTIONS) as Question[]).map((question) => [`/${QUESTIONS[question].name}`, question] as const),
]);

function questionOf({ method, url }: IncomingMessage): Question | "revisions" {
  const asked = BY_PATH.get(url ?? "");
  if (method !== "POST" || asked === undefined) throw new Refused(404, `there is no ${method} ${url}`);
  return asked;
}

function inputOf(operation: Operation, body: string): object {
  const problem = (message: string) => new Refused(400, `${operation.name}: ${message}`);
  try {
    const input = decodeJson(operation, body);
    const [violation] = violations(operation.input, input);
    if (violation) throw problem(`${violation.path}: ${violation.constraint}`);
    return input;
  } catch (error) {
    throw error instanceof Malformed ? problem(error.message) : error;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  // Not ended by leaving the loop: the refusal still has to go out on this connection.
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_REQUEST_BYTES) throw new Refused(413, `a body has at most ${MAX_REQUEST_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** A data plane counts for as long as the socket that it polls on. */
function connectionsOver(revisions: OpenRevisions): (socket: Socket) => Connection {
  const connections = new WeakMap<Socket, Connection>();
  return (socket) => {
    const known = connections.get(socket);
    if (known) return known;
    const made = revisions.connect();
    connections.set(socket, made);
    if (socket.destroyed) made.end();
    else socket.once("close", made.end);
    return made;
  };
}

function send(response: ServerResponse, { status, contentType, body }: Answer, headers: object): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { ...headers, "content-type": contentType, "content-length": length }).end(body);
}
