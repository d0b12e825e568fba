// `rolemint exec`: a program on the host with an instance's environment. Its exit code is ours, its signals reach it.
import { spawn } from "node:child_process";
import { constants, devNull } from "node:os";
import { applied, environmentFor } from "../environment.ts";
import { CliError } from "../exit.ts";
import { findRunning, type WhereFlags } from "../running.ts";

/** Resolves with the exit code. */
export function exec(instance: string, command: readonly string[], flags: WhereFlags): Promise<number> {
  const [program, ...args] = command[0] === "--" ? command.slice(1) : command;
  if (program === undefined) throw new CliError("usage", "say what to run: rolemint exec INSTANCE -- CMD …");
  const environment = environmentFor(findRunning(flags), { instance }, process.env, devNull);
  const child = spawn(program, args, { stdio: "inherit", env: applied(environment, process.env) });
  // A terminal sends Ctrl-C to the program as well.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "ENOENT" ? "there is no such program" : error.message;
      reject(new CliError("environment", `${program} could not be started: ${why}`));
    });
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}
