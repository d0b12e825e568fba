// Doctor's eyes: what the checks need to know of this machine. Nothing here sends a packet off the host, but for a name
// server that is asked for names under localhost.
import { lookup } from "node:dns/promises";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ListenError, listen } from "@rolemint/host";
import { type Answer, answerOf } from "../answer-of.ts";
import { findRunning, type WhereFlags, worldClock } from "../running.ts";
import type { ClockInput, PortState, Resolved } from "./machine.ts";
import { DMI_FILES, type HostSigns } from "./metadata-service.ts";

const PATIENCE_MS = 5_000;

export function dockerSays(...args: readonly string[]): Promise<Answer> {
  return answerOf("docker", args, PATIENCE_MS);
}

export function hostSigns(): HostSigns {
  const dmi = DMI_FILES.map((file) => [file, contentOf(`/sys/class/dmi/id/${file}`)] as const);
  return {
    dmi: Object.fromEntries(dmi.filter(([, text]) => text !== "")),
    routes: contentOf("/proc/net/route"),
  };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

export async function resolved(names: readonly string[]): Promise<Resolved> {
  const found = await Promise.all(names.map(async (name) => [name, await addressesOf(name)] as const));
  return Object.fromEntries(found);
}

async function addressesOf(name: string): Promise<readonly string[]> {
  const addresses = lookup(name, { all: true }).then((all) => all.map(({ address }) => address));
  const late = new Promise<readonly string[]>((done) => setTimeout(() => done([]), PATIENCE_MS).unref());
  return Promise.race([addresses, late]).catch(() => []);
}

export interface RunningSimulator {
  /** Whether it has ports of this host to itself, as `rolemint up` has. */
  readonly isOnHost: boolean;
  readonly clock?: ClockInput;
}

/** The one that a ready file tells of; undefined when there is none. */
export async function runningSimulator(flags: WhereFlags): Promise<RunningSimulator | undefined> {
  try {
    const ready = findRunning(flags);
    const isOnHost = ready.pid !== null;
    try {
      const health = await fetch(`${ready.endpoints.control}/health`, { signal: AbortSignal.timeout(PATIENCE_MS) });
      const hostTime = Date.now();
      const { timeMs: worldTime } = await worldClock(ready);
      const simulatorTime = Date.parse(health.headers.get("date") ?? "");
      return { isOnHost, clock: { hostTime, simulatorTime, worldTime } };
    } catch {
      return { isOnHost };
    }
  } catch {
    return undefined;
  }
}

const PORTS: readonly PortState[] = [
  { port: 4566, use: "AWS APIs and S3", option: "--aws-port" },
  { port: 4567, use: "the control API", option: "--control-port" },
  { port: 1338, use: "metadata of the first instance", option: "--imds-port" },
];

/** By taking each for a moment. */
export function portStates(): Promise<readonly PortState[]> {
  return Promise.all(
    PORTS.map(async (state) => {
      try {
        await (await listen(createServer(), "127.0.0.1", state.port)).close();
        return state;
      } catch (error) {
        const isTaken = error instanceof ListenError && error.code === "EADDRINUSE";
        return { ...state, takenBy: isTaken ? holderOf(state.port) : "" };
      }
    }),
  );
}

/** The program that listens on a port, as far as this user may see; Linux only, elsewhere empty. */
function holderOf(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = ["tcp", "tcp6"].flatMap((table) => contentOf(`/proc/net/${table}`).split("\n").slice(1));
  const listening = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === "0A");
  const sockets = new Set(listening.map((columns) => `socket:[${columns[9]}]`));
  const pid = sockets.size === 0 ? undefined : entriesOf("/proc").find((entry) => hasSocket(entry, sockets));
  return pid === undefined ? "" : `${contentOf(`/proc/${pid}/comm`)} (pid ${pid})`;
}

function hasSocket(pid: string, sockets: ReadonlySet<string>): boolean {
  if (!/^\d+$/.test(pid)) return false;
  const directory = `/proc/${pid}/fd`;
  return entriesOf(directory).some((fd) => {
    try {
      return sockets.has(readlinkSync(join(directory, fd)));
    } catch {
      return false;
    }
  });
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
