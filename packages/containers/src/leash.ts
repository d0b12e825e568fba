// The leash between a test kit and its container: a connection that the kit holds open and says nothing on. When the
// kit's process is killed the connection ends, and so does the container, a moment later.
import { createServer, type Socket } from "node:net";
import { listen } from "@rolemint/host";
import { wakeUp } from "@rolemint/host/schedule";

export interface Leash {
  readonly port: number;
  /** Resolves when nobody has held it for too long. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface LeashOptions {
  /** How long the first is waited for, and how long it goes on without one, milliseconds. */
  readonly firstMs?: number;
  readonly goneMs?: number;
  /** Who cannot hold it: an app that outlives the kit, for one. */
  readonly refuses?: (socket: Socket) => boolean;
}

/** The kit connects once the container answers. */
const FIRST_MS = 30_000;
const GONE_MS = 5000;
/** After so long without a byte a peer that vanished is asked for. */
const PROBE_MS = 30_000;

/** Rejects with ListenError. */
export async function openLeash(host: string, port: number, options: LeashOptions = {}): Promise<Leash> {
  const { firstMs = FIRST_MS, goneMs = GONE_MS, refuses = () => false } = options;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const gone = wakeUp(resolve);
  let holders = 0;
  const server = createServer({ keepAlive: true, keepAliveInitialDelay: PROBE_MS }, (socket) => {
    if (refuses(socket)) {
      socket.destroy();
      return;
    }
    holders++;
    gone.stop();
    socket.resume();
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      holders--;
      if (holders === 0) gone.at(goneMs);
    });
  });
  const listener = await listen(server, host, port);
  gone.at(firstMs);
  return {
    port: listener.port,
    ended,
    async close() {
      await listener.close();
      gone.stop();
    },
  };
}
