// A metadata listener: plain requests are answered right from the socket, every other connection is handed whole to
// node:http; both by the same pure function. Nothing on the way of a request waits for anything but the lookup.
import type { Server as HttpServer } from "node:http";
import { createServer, type Socket } from "node:net";
import type { EventRecord, InstanceView } from "@rolemint/authority";
import { type ActiveFaults, openInjector } from "@rolemint/faults";
import { type Entropy, hostEntropy, type Listener, listen } from "@rolemint/host";
import type { Log } from "@rolemint/host/log";
import { type Answer, textOf } from "./answer.ts";
import { metadataEvent } from "./events.ts";
import { readPlain } from "./fast-lane.ts";
import { faulted } from "./faults.ts";
import type { MetadataRequest } from "./request.ts";
import { respond, respondUnavailable } from "./respond.ts";
import { sendFaulty } from "./sending.ts";

type Found = InstanceView | undefined;

export interface MetadataListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Whose metadata a connection may see, asked anew for each request; undefined for no instance. */
  readonly lookup: (socket: Socket) => Found | Promise<Found>;
  /** World time, milliseconds. */
  readonly now: () => number;
  readonly record: (event: EventRecord) => void;
  /** The faults that requests may meet; without it there are none. */
  readonly faults?: ActiveFaults;
  readonly log: Log;
  /** Whether a connection is served at all; default every one. */
  readonly accepts?: (socket: Socket) => boolean;
  /** Called before a token goes out, with the instance's hop limit; absent where the endpoint is no real network's. */
  readonly limitHops?: (socket: Socket, hops: number) => void;
  readonly entropy?: Entropy;
  /** After so long without a byte a connection is closed; default a minute. */
  readonly idleMs?: number;
}

const IDLE_MS = 60_000;

/** Listens; rejects with ListenError when the port can't be bound. */
export async function startMetadataListener(options: MetadataListenerOptions): Promise<Listener> {
  const { host, port, now, accepts, idleMs = IDLE_MS } = options;
  const exchange = exchangeOver(options);
  let slow: Promise<HttpServer> | undefined;
  const slowLane = () => {
    slow ??= import("./slow-lane.ts").then((lane) => lane.makeSlowLane({ exchange, now, idleMs }));
    return slow;
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (accepts && !accepts(socket)) return void socket.destroy();
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    serve(socket, { exchange, slowLane, idleMs });
  });
  const listener = await listen(server, host, port);
  return {
    ...listener,
    async close() {
      await listener.close();
      (await slow)?.close();
    },
  };
}

const NO_FAULTS: ActiveFaults = { faults: () => [] };

type Exchange = (request: MetadataRequest, socket: Socket) => Answer | Promise<Answer>;

/** One request to its answer, recorded. Never throws or rejects: what can't be answered is a 503, as on EC2. */
function exchangeOver(options: MetadataListenerOptions): Exchange {
  const { lookup, now, record, log, limitHops, entropy = hostEntropy } = options;
  const injector = openInjector(options.faults ?? NO_FAULTS, record);
  const answerFor = (request: MetadataRequest, view: Found, socket: Socket): Answer => {
    const time = now();
    // A caller that is no instance is nobody's target.
    const answer =
      injector.isIdle() || !view || view.IsUnknown
        ? respond(request, view, time, entropy)
        : faulted(injector, request, view, socket, time, (asked, shown) => respond(asked, shown, time, entropy));
    if (view && limitHops && request.method === "PUT" && answer.status === 200) limitHops(socket, view.HopLimit);
    if (answer.wire?.do === "pace") {
      return { ...answer, told: (sent) => record(metadataEvent(request, view, answer, now(), sent)) };
    }
    record(metadataEvent(request, view, answer, time));
    return answer;
  };
  const giveUp = (request: MetadataRequest, error: unknown): Answer => {
    log.error({ err: error, target: request.target }, "a metadata request could not be answered");
    return respondUnavailable(request, now());
  };
  return (request, socket) => {
    try {
      const found = lookup(socket);
      if (!(found instanceof Promise)) return answerFor(request, found, socket);
      return found.then((view) => answerFor(request, view, socket)).catch((error) => giveUp(request, error));
    } catch (error) {
      return giveUp(request, error);
    }
  };
}

interface Lanes {
  readonly exchange: Exchange;
  readonly slowLane: () => Promise<HttpServer>;
  readonly idleMs: number;
}

/** The fast lane of one connection, until it ends or is handed over. */
function serve(socket: Socket, lanes: Lanes): void {
  let isAwaited = false;
  /** A client that has written its last word still gets the answer that is to come. */
  const finish = () => {
    if (!isAwaited) socket.end();
  };

  function leaveLane(): void {
    socket.off("data", take);
    socket.off("end", finish);
  }

  function send(answer: Answer): void {
    if (answer.wire) return sendUnderFault(answer);
    // Made one piece here: the socket is slow at writing a text that was put together from many.
    const isTaken = socket.write(Buffer.from(textOf(answer), "latin1"));
    if (!answer.isKept) {
      leaveLane();
      socket.destroySoon();
    } else if (!isTaken) {
      // A client that asks without reading has to wait.
      socket.pause();
      socket.once("drain", () => socket.resume());
    }
  }

  function sendUnderFault(answer: Answer): void {
    leaveLane();
    // What comes meanwhile stays in the socket.
    socket.pause();
    const write = (text: string) => void socket.write(text, "latin1");
    const way = { head: (whole: Answer) => write(textOf({ ...whole, body: "" })), piece: write, end: () => {} };
    sendFaulty(socket, answer, way).then((mayGoOn) => {
      if (!mayGoOn || socket.readableEnded) return socket.destroySoon();
      socket.setTimeout(lanes.idleMs);
      serve(socket, lanes);
      socket.resume();
    });
  }

  function take(chunk: Buffer): void {
    const request = readPlain(chunk);
    if (!request) return handOver(chunk);
    const answer = lanes.exchange(request, socket);
    if (!(answer instanceof Promise)) return send(answer);
    // What comes meanwhile stays in the socket, so that answers keep their order.
    socket.pause();
    isAwaited = true;
    answer.then((late) => {
      isAwaited = false;
      socket.resume();
      send(late);
      if (socket.readableEnded && !late.wire) finish();
    });
  }

  function handOver(chunk: Buffer): void {
    leaveLane();
    socket.pause();
    lanes.slowLane().then((server) => {
      if (socket.destroyed) return;
      socket.unshift(chunk);
      server.emit("connection", socket);
      socket.resume();
    });
  }

  socket.on("data", take);
  socket.on("end", finish);
}
