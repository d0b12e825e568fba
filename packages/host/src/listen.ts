// Binding a listener, with an error that says which port was taken, and an end that also ends open connections.
import { lstatSync, rmSync } from "node:fs";
import type { Server as HttpServer } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A port could not be bound. `code` is the system's: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
export class ListenError extends Error {
  readonly code: string;
  readonly host: string;
  readonly port: number;

  constructor(code: string, host: string, port: number) {
    super(reason(code, host, port));
    this.code = code;
    this.host = host;
    this.port = port;
  }
}

function reason(code: string, host: string, port: number): string {
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is taken by another program`;
    case "EACCES":
      return `no right to listen on port ${port} of ${host}`;
    case "EADDRNOTAVAIL":
      return `${host} is not an address of this machine`;
    default:
      return `cannot listen on ${host}:${port} (${code})`;
  }
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting and ends every open connection. */
  close(): Promise<void>;
}

/** Binds `server`; port 0 takes any free one. Rejects with ListenError. */
export function listen(server: Server, host: string, port: number): Promise<Listener> {
  const sockets = socketsOf(server);
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(new ListenError(error.code ?? "unknown", host, port));
    server.once("error", refuse);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off("error", refuse);
      const address = server.address();
      const bound = typeof address === "object" && address ? address.port : port;
      resolve({ host, port: bound, close: () => shut(server, sockets) });
    });
  });
}

/**
 * Binds `server` to a Unix socket, in the place of one that nobody listens on any more: a process that is killed leaves
 * it. Every user who reaches the path may connect: containers that share it run as different ones. Rejects with
 * Error.
 */
export async function listenOnPath(server: Server, path: string): Promise<Pick<Listener, "close">> {
  const sockets = socketsOf(server);
  const bind = () =>
    new Promise<string | undefined>((resolve) => {
      const refuse = (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown");
      server.once("error", refuse);
      server.listen({ path, backlog: 4096, readableAll: true, writableAll: true }, () => {
        server.off("error", refuse);
        resolve(undefined);
      });
    });
  let code = await bind();
  if (code === "EADDRINUSE" && lstatSync(path).isSocket() && (await isLeftBehind(path))) {
    rmSync(path);
    code = await bind();
  }
  if (code !== undefined) throw new Error(`cannot listen on the Unix socket ${path} (${code})`);
  return { close: () => shut(server, sockets) };
}

function isLeftBehind(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(false);
    });
    probe.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED"));
  });
}

function socketsOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

function shut(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

/** A server that is loaded with its first connection, so that a start does not wait for what nobody asks yet. */
export interface LazyServer {
  readonly server: Server;
  /** Loads it now. */
  warm(): Promise<void>;
}

/**
 * `load` gives an http.Server that never listens by itself: it is handed every connection. When it fails, `failed` is
 * told once, and connections are closed.
 */
export function lazyServer(load: () => Promise<HttpServer>, failed: (error: unknown) => void): LazyServer {
  let loading: Promise<HttpServer> | undefined;
  const loaded = () => {
    loading ??= load().then((server) => {
      // Starts node's watch over the time that requests take, which otherwise starts with listening.
      server.emit("listening");
      return server;
    });
    loading.catch(failed);
    return loading;
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    loaded().then(
      (inner) => {
        inner.emit("connection", socket);
        socket.resume();
      },
      () => socket.destroy(),
    );
  });
  server.on("close", () => void loading?.then((inner) => inner.close()).catch(() => {}));
  return { server, warm: async () => void (await loaded().catch(() => {})) };
}
