// The control API as the kit asks it, and the connection by which the container knows that the kit is there.
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers";

/** Where the container answers on this host. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The API is served by the names of the loopback alone, whatever an engine's host is called. */
const LOOPBACK = "127.0.0.1";

/** What the control API refused: `code` is its own, such as NotFound or Conflict. */
export class ControlError extends Error {
  readonly code: string;

  constructor(action: string, code: string, message: string) {
    super(`${action}: ${message}`);
    this.name = "ControlError";
    this.code = code;
  }
}

export interface Control {
  /** Rejects with ControlError. */
  ask<Output = object>(action: string, input?: object): Promise<Output>;
  /** Lines of a stream that goes on until it is closed. It keeps this process from nothing. */
  lines(path: string, told: (line: string) => void): { close(): void };
  close(): void;
}

export function openControl(address: Address, token: string): Control {
  // A connection that is kept may have ended unseen while a test was busy, and what is asked on it then is lost.
  const agent = new Agent({ keepAlive: false });
  let isClosed = false;
  return {
    async ask<Output>(action: string, input: object = {}): Promise<Output> {
      if (isClosed) throw new Error("the RolemintContainer has been stopped");
      const headers = { authorization: `Bearer ${token}` };
      const { status, body } = await exchange(
        { ...address, agent, path: `/${action}`, headers },
        JSON.stringify(input),
      );
      const answer = JSON.parse(body) as { code?: string; message?: string };
      if (status !== 200) throw new ControlError(action, answer.code ?? String(status), answer.message ?? body);
      return answer as Output;
    },
    lines(path, told) {
      const headers = { authorization: `Bearer ${token}`, host: LOOPBACK };
      const asked = request({ ...address, path, headers }, (response) => {
        // It ends with the world, as often as not in the midst of it.
        response.on("error", () => {});
        createInterface({ input: response })
          .on("line", told)
          .on("error", () => {});
      });
      asked.on("socket", (socket) => socket.unref());
      asked.on("error", () => {});
      asked.end();
      return { close: () => asked.destroy() };
    },
    close() {
      isClosed = true;
      agent.destroy();
    },
  };
}

/** The version that answers there, or undefined while nothing does. */
export async function versionAt(address: Address): Promise<string | undefined> {
  try {
    const { status, body } = await exchange({ ...address, path: "/health" });
    return status === 200 ? (JSON.parse(body) as { version: string }).version : undefined;
  } catch {
    return undefined;
  }
}

interface Exchange extends Address {
  readonly path: string;
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
}

function exchange({ headers, ...to }: Exchange, body?: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = { ...headers, host: LOOPBACK };
    const asked = request({ ...to, method: body === undefined ? "GET" : "POST", headers: sent }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString("utf8") });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

const RECONNECT_MS = 200;

/** Held open as long as this process lives, and keeps it from nothing. Fake timers do not reach it. */
export function holdLeash({ host, port }: Address): { release(): void } {
  let isReleased = false;
  let socket: Socket;
  function hold(): void {
    if (isReleased) return;
    socket = connect({ host, port });
    socket.unref();
    socket.resume();
    socket.on("error", () => socket.destroy());
    socket.on("close", () => setTimeout(hold, RECONNECT_MS).unref());
  }
  hold();
  return {
    release() {
      isReleased = true;
      socket.destroy();
    },
  };
}
