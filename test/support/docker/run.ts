// Programs run to their end, for the scripts that prepare Docker. A failure is an error with the last lines they wrote.
import { spawnSync } from "node:child_process";

const LINES_OF_A_FAILURE = 15;

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
}

/** What the program wrote to stdout, trimmed. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): string {
  const { status, stdout, stderr, error } = spawn(program, args, options);
  if (status === 0) return stdout.trim();
  const why = error?.message ?? `${stdout}${stderr}`.trim().split("\n").slice(-LINES_OF_A_FAILURE).join("\n");
  throw new Error(`${program} ${args.slice(0, 3).join(" ")} failed: ${why}`);
}

/** What it wrote to stdout, trimmed; undefined where it failed or is not there. */
export function tryRun(program: string, args: readonly string[], options: RunOptions = {}): string | undefined {
  const { status, stdout } = spawn(program, args, options);
  return status === 0 ? stdout.trim() : undefined;
}

/** Where a program is, or undefined. */
export function findProgram(name: string): string | undefined {
  return tryRun("sh", ["-c", 'command -v -- "$0"', name]);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function spawn(program: string, args: readonly string[], options: RunOptions) {
  return spawnSync(program, args, { ...options, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}
