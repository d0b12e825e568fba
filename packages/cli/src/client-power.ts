// Power over the program that `rolemint exec` runs: it is attached to its instance at the control API, which says how
// it is to be for the faults of clients: stopped, or on a clock that is off. Whatever becomes of us, nothing stays
// stopped.
import { type ChildProcess, spawn } from "node:child_process";
import { get } from "node:http";
import { platform } from "node:os";
import { createInterface } from "node:readline";
import { parseDuration } from "@rolemint/host";
import type { ReadyFile } from "@rolemint/simulator";
import { familyOf } from "./process-family.ts";

export interface ClientPower {
  /** Lets the program go on for now. */
  release(): void;
  /** Lets the program go on, and follows no more. */
  end(): void;
}

const NONE: ClientPower = { release() {}, end() {} };

/** `setOffset` moves the program's clock; without it that cannot be done. Where nobody answers there is no power. */
export function attachClient(
  ready: ReadyFile,
  instance: string,
  pid: number,
  setOffset: ((offsetMs: number) => void) | undefined,
): ClientPower {
  if (platform() === "win32") return NONE;
  let stopped: Stopped | undefined;
  const release = () => {
    stopped?.release();
    stopped = undefined;
  };
  const follow = (line: string) => {
    const { Stopped, Offset } = JSON.parse(line) as { Stopped: boolean; Offset: string };
    setOffset?.(parseDuration(Offset, { signed: true }) ?? 0);
    if (Stopped) stopped ??= stop(pid);
    else release();
  };
  const query = new URLSearchParams({ instance, clock: String(setOffset !== undefined) });
  const headers = { authorization: `Bearer ${ready.controlToken}` };
  const request = get(`${ready.endpoints.control}/client?${query}`, { headers, agent: false }, (response) => {
    if (response.statusCode !== 200) return void response.resume();
    const lines = createInterface({ input: response });
    lines.on("line", follow).on("close", release).on("error", release);
    response.on("error", release);
  });
  request.on("error", release);
  return {
    release,
    end() {
      request.destroy();
      release();
    },
  };
}

interface Stopped {
  release(): void;
}

/** The program and all that it has started. */
function stop(pid: number): Stopped {
  const guard = openGuard();
  const family = new Set<number>();
  // Until nobody is left who could start another.
  for (let found = [pid]; found.length > 0; found = familyOf(pid).filter((one) => !family.has(one))) {
    for (const one of found) {
      family.add(one);
      // Before it is stopped: we may be killed in between.
      guard.stdin?.write(`${one}\n`);
      signal(one, "SIGSTOP");
    }
  }
  return {
    release() {
      for (const one of family) signal(one, "SIGCONT");
      guard.stdin?.end();
    },
  };
}

const GUARD = 'all=; while read -r one; do all="$all $one"; done; kill -CONT $all 2> /dev/null';

/** Lets those go on that it is told of when we are gone, however: its pipe ends with us, and no terminal signals it. */
function openGuard(): ChildProcess {
  const guard = spawn("/bin/sh", ["-c", GUARD], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  guard.on("error", () => {}).unref();
  guard.stdin?.on("error", () => {});
  return guard;
}

function signal(pid: number, name: "SIGSTOP" | "SIGCONT"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
