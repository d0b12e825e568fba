// rolemint as its users run it: child processes of the installed command, in temporary directories and on free ports.
// What is left running when the tests of a file are over is killed, by its own pid, and the directories are removed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll } from "@jest/globals";
import { until } from "./until.ts";

export const ROLEMINT = resolve("node_modules/.bin/rolemint");
/** The environment where `node` is whatever this machine has, so that the launcher may have to start again. */
export const AS_INSTALLED = { PATH: process.env["PATH"]! };
/** The same with our Node before it, which is quicker. */
export const DIRECT = { PATH: [dirname(process.execPath), AS_INSTALLED.PATH].join(delimiter) };
export const ANY_PORTS = ["--aws-port", "0", "--imds-port", "0", "--control-port", "0"];

/** As in the contract. */
export interface Ready {
  readonly version: number;
  readonly pid: number;
  readonly region: string;
  readonly endpoints: { readonly aws: string; readonly s3: string; readonly control: string };
  readonly operator: { readonly accountId: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly controlToken: string;
  readonly instances: Readonly<Record<string, { readonly instanceId: string; readonly imds: string }>>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  /** Default: a new directory. */
  readonly cwd?: string;
  /** Beside PATH, and a HOME that holds nothing. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Spawned {
  readonly process: ChildProcess;
  /** All that was printed so far. */
  printed(): { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<Ended>;
}

export interface Running extends Spawned {
  /** What the ready file says now. */
  ready(): Ready;
  readonly readyFile: string;
  readonly cwd: string;
  /** Sends a signal to what was started, and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  /** An action of the control API; throws unless it succeeds. */
  control(action: string, input?: object): Promise<any>;
  /** The same, with whatever it answers. */
  ask(action: string, input?: unknown): Promise<{ readonly status: number; readonly body: any }>;
}

const children = new Set<ChildProcess>();
const pids = new Set<number>();
const directories: string[] = [];

afterAll(async () => {
  const ends = [...children].map((child) => once(child, "exit"));
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(ends);
  for (const pid of pids) await until(() => !isAlive(pid));
  for (const each of directories) rmSync(each, { recursive: true, force: true });
});

/** A new directory that is gone when the tests of the file are. */
export function directory(files: Readonly<Record<string, string>> = {}): string {
  const made = mkdtempSync(join(tmpdir(), "rolemint-"));
  directories.push(made);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
  return made;
}

/** The names and bytes, in base64, of everything under a directory. */
export function contentOf(path: string): Record<string, string> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file, readFileSync(file).toString("base64")];
    }),
  );
}

/** Starts a program; it is killed at the end if it still runs. */
export function launch(
  program: string,
  args: readonly string[],
  place: Place & { readonly input?: string } = {},
): Spawned {
  const cwd = place.cwd ?? directory();
  const env = { ...DIRECT, HOME: cwd, ...place.env };
  const child = spawn(program, args, { cwd, env, stdio: "pipe" });
  children.add(child);
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      printed[stream] += text;
    });
  }
  child.stdin.on("error", () => {}).end(place.input ?? "");
  child.on("exit", () => children.delete(child));
  const ended = new Promise<Ended>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code, signal) => done({ code, signal, ...printed }));
  });
  return { process: child, printed: () => printed, ended };
}

/** Runs a command to its end. */
export function rolemint(args: readonly string[], place: Place & { readonly input?: string } = {}): Promise<Ended> {
  return launch(ROLEMINT, args, place).ended;
}

export interface StartOptions extends Place {
  /** The text of a rolemint.yaml. */
  readonly config?: string;
  readonly args?: readonly string[];
  /** Default: `--ephemeral`. */
  readonly state?: string;
  /** Default: one in a directory of its own. */
  readonly readyFile?: string;
}

/** `rolemint up`, ready. Throws with what it printed when it ends instead. */
export async function start(options: StartOptions = {}): Promise<Running> {
  const cwd = options.cwd ?? directory();
  if (options.config !== undefined) writeFileSync(join(cwd, "rolemint.yaml"), options.config);
  const { readyFile = join(directory(), "ready.json") } = options;
  const earlier = pidIn(readyFile);
  const state = options.state === undefined ? ["--ephemeral"] : ["--state", options.state];
  const args = ["up", ...state, "--ready", readyFile, ...ANY_PORTS, ...(options.args ?? [])];
  const spawned = launch(ROLEMINT, args, { ...options, cwd });
  let end: Ended | undefined;
  void spawned.ended.then((value) => {
    end = value;
  });
  await until(() => end !== undefined || pidIn(readyFile) !== earlier);
  if (end) throw new Error(`rolemint up ended with ${end.code}: ${end.stderr}`);
  const ready = () => JSON.parse(readFileSync(readyFile, "utf8")) as Ready;
  const { controlToken, endpoints, pid } = ready();
  pids.add(pid);
  const ask = (action: string, input: unknown = {}) => post(`${endpoints.control}/${action}`, controlToken, input);
  return {
    ...spawned,
    cwd,
    readyFile,
    ready,
    ask,
    async control(action, input = {}) {
      const { status, body } = await ask(action, input);
      if (status !== 200) throw new Error(`${action} ${JSON.stringify(input)}: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    async stop(signal = "SIGTERM") {
      spawned.process.kill(signal);
      const ended = await spawned.ended;
      await until(() => !isAlive(pid));
      return ended;
    },
  };
}

function pidIn(readyFile: string): number | undefined {
  return existsSync(readyFile) ? (JSON.parse(readFileSync(readyFile, "utf8")) as Ready).pid : undefined;
}

async function post(url: string, token: string, input: unknown) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = typeof input === "string" ? input : JSON.stringify(input);
  const response = await fetch(url, { method: "POST", headers, body });
  return { status: response.status, body: await response.json() };
}

/** What was logged besides warnings of how clients use their credentials. */
export function trouble({ printed }: Spawned): string {
  const warning = /"code":"(?:LifetimeTooShort|IMDSv1Used|IMDSv1Refused|NeverRefreshed|OldKeyUsed)"/;
  const lines = printed().stderr.split("\n");
  return lines.filter((line) => !warning.test(line)).join("\n");
}

/** Ends it, if it has not ended meanwhile: between a look and a signal a process may be gone. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that nobody has reaped has ended as well.
    return !/\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
