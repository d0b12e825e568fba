// The log: pino, JSON lines to stderr, pretty when stderr is a terminal. Nothing that is secret is ever handed to it.
import { createRequire } from "node:module";
import pino from "pino";

export type Log = Pick<pino.Logger, "debug" | "info" | "warn" | "error">;

/** A log to stderr at `level`; `quiet` leaves only errors. Written synchronously, so that a crash loses nothing. */
export function stderrLog(level: "debug" | "info" | "warn" | "error" = "info"): Log {
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!process.stderr.isTTY) return pino(base, pino.destination({ dest: 2, sync: true }));
  const pretty = createRequire(import.meta.url)("pino-pretty") as (options: object) => pino.DestinationStream;
  return pino(base, pretty({ destination: 2, sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" }));
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
