// `rolemint exec`: a program on the host with an instance's environment. Its exit code is ours, its signals reach it.
import { type ChildProcess, spawn } from "node:child_process";
import { constants, devNull } from "node:os";
import type { ReadyFile } from "@rolemint/simulator";
import { clientClockIn, clientClockVariables, findFaketime, removeLeftovers } from "../client-clock.ts";
import { openClockFile } from "../client-clock-file.ts";
import { attachClient, type ClientPower } from "../client-power.ts";
import { applied, environmentFor } from "../environment.ts";
import { CliError } from "../exit.ts";
import { findRunning, type WhereFlags, worldClock } from "../running.ts";

export interface ExecFlags extends WhereFlags {
  readonly clientClock?: string;
}

/** Resolves with the exit code. */
export async function exec(instance: string, given: readonly string[], flags: ExecFlags): Promise<number> {
  const { command, spec = flags.clientClock } = clockFlagIn(given);
  const [program, ...args] = command[0] === "--" ? command.slice(1) : command;
  if (program === undefined) throw new CliError("usage", "say what to run: rolemint exec INSTANCE -- CMD …");
  if (command[0] === program && program.startsWith("-")) {
    throw new CliError(
      "usage",
      `${program} stands before the instance: rolemint exec ${program} … ${instance} -- CMD …`,
    );
  }
  const ready = findRunning(flags);
  const env = applied(environmentFor(ready, { instance }, process.env, devNull), process.env);
  const clock = spec === undefined ? undefined : openClockFile(await clockVariables(spec, ready, env));
  if (clock) {
    delete env["FAKETIME"];
    Object.assign(env, clock.variables);
  }
  const child = spawn(program, args, { stdio: "inherit", env });
  const power = child.pid === undefined ? undefined : attachClient(ready, instance, child.pid, clock?.setOffset);
  return ended(child, program, power).finally(() => {
    power?.end();
    clock?.remove();
    if (clock) removeLeftovers(child.pid);
  });
}

/** The flag may stand behind the instance too, where the program's own arguments begin. */
function clockFlagIn([first, ...rest]: readonly string[]): { command: readonly string[]; spec?: string } {
  const [, spec] = /^--client-clock(?:=(.*))?$/s.exec(first ?? "") ?? [undefined, undefined];
  if (spec !== undefined) return { command: rest, spec };
  if (first !== "--client-clock") return { command: first === undefined ? [] : [first, ...rest] };
  const [value = "", ...command] = rest;
  return { command, spec: value };
}

async function clockVariables(spec: string, ready: ReadyFile, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const clock = clientClockIn(spec);
  const library = findFaketime(env);
  const world = clock === "world" ? await worldClock(ready) : undefined;
  return clientClockVariables(clock, library, world, Date.now(), env);
}

/** Its exit code. Signals reach it, also when it is stopped: it goes on to take them. */
function ended(child: ChildProcess, program: string, power: ClientPower | undefined): Promise<number> {
  const pass = (signal: NodeJS.Signals) => {
    power?.release();
    child.kill(signal);
  };
  // A terminal sends Ctrl-C to the program as well.
  process.on("SIGINT", () => (process.stdin.isTTY ? power?.release() : pass("SIGINT")));
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => pass(signal));
  return new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "ENOENT" ? "there is no such program" : error.message;
      reject(new CliError("environment", `${program} could not be started: ${why}`));
    });
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}
