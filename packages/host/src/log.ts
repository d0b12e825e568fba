// The log: pino, JSON lines to stderr, pretty when stderr is a terminal. Nothing that is secret is ever handed to it.
import { createRequire } from "node:module";
import type { DestinationStream, Logger, pino as Pino } from "pino";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;
type Level = keyof Log;

const require = createRequire(import.meta.url);

/**
 * A log to stderr at `level`. Written synchronously, so that a crash loses nothing. pino is loaded with the first line:
 * a quiet start does not pay for it.
 */
export function stderrLog(level: Level = "info"): Log {
  let logger: Logger | undefined;
  const write =
    (of: Level): Log[Level] =>
    (...line: unknown[]) => {
      logger ??= makeLogger(level);
      try {
        (logger[of] as (...line: unknown[]) => void)(...line);
      } catch (error) {
        // A disk that is full: the line is lost, and what it is about goes on. Another logger keeps nothing of it.
        if ((error as NodeJS.ErrnoException).syscall !== "write") throw error;
        logger = undefined;
      }
    };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function makeLogger(level: Level): Logger {
  const pino = require("pino") as typeof Pino;
  const base = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!process.stderr.isTTY) return pino(base, pino.destination({ dest: 2, sync: true }));
  const pretty = require("pino-pretty") as (options: object) => DestinationStream;
  return pino(base, pretty({ destination: 2, sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss" }));
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
