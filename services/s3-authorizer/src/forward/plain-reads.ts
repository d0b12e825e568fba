// GET and HEAD right on kept sockets: node:http takes nearly as long for its side of a small object as the server does.
// Only plain answers are read here. At any other the connection is closed and node:http asks again, so no general
// parser of ours exists; reading twice does no harm.
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import type { Answer } from "./client.ts";
import { type PlainHead, readPlainHead } from "./plain-head.ts";

export interface PlainReads {
  /**
   * Undefined when the answer was not plain, or lately another was not, or the connection ended before its head came.
   * Rejects when the server is silent for too long. Throws TypeError for what no line of a request can hold. `sign`
   * gives the headers, if it is asked here.
   */
  ask(method: "GET" | "HEAD", target: string, sign: () => readonly string[]): Promise<Answer | undefined> | undefined;
  close(): void;
}

export interface PlainReadsOptions {
  readonly host: string;
  readonly port: number;
  /** How long the server may be silent when it is its turn, and a connection may rest, milliseconds. */
  readonly answerMs: number;
}

/** As many as node:http keeps. */
const MAX_RESTING = 256;
/** Reads that are left to node:http after an answer that was not plain: some servers give no other, as versitygw. */
const LEFT_READS = 100;

export function openPlainReads({ host, port, answerMs }: PlainReadsOptions): PlainReads {
  /** The one that worked last is asked first: the server is the least likely to have closed it. */
  const resting: Connection[] = [];
  const open = new Set<Connection>();
  let leftReads = 0;

  function newConnection(): Connection {
    const connection = openConnection(connect({ host, port, noDelay: true }), answerMs, {
      rests() {
        if (resting.length < MAX_RESTING) resting.push(connection);
        else connection.end();
      },
      notPlain() {
        leftReads = LEFT_READS;
      },
      ended() {
        open.delete(connection);
        const at = resting.indexOf(connection);
        if (at >= 0) resting.splice(at, 1);
      },
    });
    open.add(connection);
    return connection;
  }

  return {
    ask(method, target, sign) {
      if (leftReads > 0) return void leftReads--;
      const text = requestText(method, target, sign());
      return (resting.pop() ?? newConnection()).ask(text, method === "HEAD");
    },
    close() {
      for (const connection of open) connection.end();
    },
  };
}

interface Connection {
  /** Only while it rests, or is new. */
  ask(text: string, isHead: boolean): Promise<Answer | undefined>;
  end(): void;
}

interface Told {
  /** It may be asked again. */
  readonly rests: () => void;
  readonly notPlain: () => void;
  readonly ended: () => void;
}

/** What waits for the head of its answer. */
interface Waiting {
  readonly isHead: boolean;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: Error) => void;
}

function openConnection(socket: Socket, answerMs: number, told: Told): Connection {
  let waiting: Waiting | undefined;
  let answer: Answer | undefined;
  /** Bytes of its body that have not come. */
  let left = 0;
  let failure = new Error("the answer was cut short");

  function begin(chunk: Buffer): void {
    const head = waiting && readPlainHead(chunk);
    if (waiting && !head) told.notPlain();
    if (!waiting || !head) return void socket.destroy();
    const { isHead, resolve } = waiting;
    waiting = undefined;
    left = isHead ? 0 : head.length;
    answer = answerOn(socket, head);
    resolve(answer);
    take(chunk.subarray(head.bytes));
  }

  function take(piece: Buffer): void {
    // It is not known of what they are: neither this answer nor a later one can be trusted.
    if (!answer || piece.length > left) return void socket.destroy();
    left -= piece.length;
    const isWanted = piece.length === 0 || answer.push(piece);
    if (left > 0) return isWanted ? undefined : void socket.pause();
    answer.complete = true;
    answer.push(null);
    answer = undefined;
    told.rests();
  }

  socket.setTimeout(answerMs);
  socket.on("data", (chunk: Buffer) => (answer ? take(chunk) : begin(chunk)));
  socket.on("error", (error) => {
    failure = error;
  });
  socket.on("timeout", () => {
    // If our own side took nothing, it goes on.
    if (socket.isPaused()) return void socket.setTimeout(answerMs);
    failure = new Error("the server was silent for too long");
    waiting?.reject(failure);
    socket.destroy();
  });
  socket.on("close", () => {
    told.ended();
    waiting?.resolve(undefined);
    answer?.destroy(failure);
  });
  return {
    ask: (text, isHead) =>
      new Promise((resolve, reject) => {
        waiting = { isHead, resolve, reject };
        socket.write(text, "latin1");
      }),
    end() {
      waiting?.reject(new Error("the gate closes"));
      socket.destroy();
    },
  };
}

function answerOn(socket: Socket, { statusCode, rawHeaders }: PlainHead): Answer {
  const stream = new Readable({
    read: () => void (socket.isPaused() && socket.resume()),
    destroy(error, done) {
      if (!answer.complete) socket.destroy();
      done(error);
    },
  });
  const answer = Object.assign(stream, { statusCode, rawHeaders, complete: false });
  // It may be cut short when nobody reads it any more.
  answer.on("error", () => {});
  return answer;
}

function requestText(method: string, target: string, rawHeaders: readonly string[]): string {
  if (!/^\/[!-~]*$/.test(target)) throw new TypeError("the target cannot be sent");
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const line = `${rawHeaders[i]}: ${rawHeaders[i + 1]}`;
    if (/[^ -~]/.test(line)) throw new TypeError(`the header ${rawHeaders[i]} cannot be sent`);
    text += `${line}\r\n`;
  }
  return `${text}\r\n`;
}
