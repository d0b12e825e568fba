// S3 servers to stand behind the gate, as processes of this machine on free ports. Each is built once from its Go module
// at a pinned version, into an ignored folder; where there is no Go it stays away, and what wants it is skipped by name.
// MinIO is AGPL: it is built on the machine that tests, never published.
import { spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { hostClock } from "@rolemint/host";
import { signRequest, UNSIGNED_PAYLOAD } from "@rolemint/sigv4";

export type ServerName = "MinIO" | "versitygw";

interface Program {
  readonly module: string;
  readonly command: string;
  start(address: string, directory: string): { readonly args: string[]; readonly env: Record<string, string> };
}

export const KEY = { accessKeyId: "serverEXAMPLE", secretAccessKey: "server-secret-EXAMPLE" };

const PROGRAMS = {
  MinIO: {
    module: "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c",
    command: "minio",
    start: (address, directory) => ({
      args: ["server", "--quiet", "--address", address, directory],
      env: { MINIO_ROOT_USER: KEY.accessKeyId, MINIO_ROOT_PASSWORD: KEY.secretAccessKey, MINIO_BROWSER: "off" },
    }),
  },
  versitygw: {
    module: "github.com/versity/versitygw/cmd/versitygw@v1.8.0",
    command: "versitygw",
    start: (address, directory) => ({
      args: ["--port", address, "--quiet", "posix", directory],
      env: { ROOT_ACCESS_KEY: KEY.accessKeyId, ROOT_SECRET_KEY: KEY.secretAccessKey },
    }),
  },
} as const satisfies Record<ServerName, Program>;

function pathOf(name: ServerName): string {
  return resolve(".cache", PROGRAMS[name].command, PROGRAMS[name].command);
}

/** Path of the server's program, built if it was not yet, or why there is none. */
export function buildS3Server(name: ServerName): { path: string } | { missing: string } {
  const path = pathOf(name);
  if (existsSync(path)) return { path };
  process.stderr.write(`building ${name} from its Go module, once; this takes some minutes\n`);
  const env = { ...process.env, GOBIN: resolve(path, "..") };
  const built = spawnSync("go", ["install", PROGRAMS[name].module], { env, encoding: "utf8" });
  if (built.error) return { missing: `there is no Go to build ${name} with` };
  if (existsSync(path)) return { path };
  return { missing: `${name} could not be built: ${built.stderr.trim().split("\n").at(-1)}` };
}

/** Builds those that are not there. Says on stderr why one could not be. */
export function buildS3Servers(): void {
  for (const name of Object.keys(PROGRAMS) as ServerName[]) {
    const built = buildS3Server(name);
    if ("missing" in built) process.stderr.write(`${built.missing}\n`);
  }
}

export function hasS3Server(name: ServerName): boolean {
  return existsSync(pathOf(name));
}

export interface S3Server {
  readonly port: number;
  readonly endpoint: string;
  /** Ends the process; its data stay. */
  stop(): Promise<void>;
  /** Begins another on the same port and data, and waits until it serves. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** Rejects when it does not serve within half a minute. */
export async function startS3Server(name: ServerName): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), `rolemint-${PROGRAMS[name].command}-`));
  const port = await freePort();
  const { args, env } = PROGRAMS[name].start(`127.0.0.1:${port}`, directory);
  let child: ReturnType<typeof spawn> | undefined;

  async function start(): Promise<void> {
    child = spawn(pathOf(name), args, { env: { ...process.env, ...env }, stdio: "ignore" });
    for (let attempt = 0; attempt < 600; attempt++) {
      if (child.exitCode !== null) break;
      if (await serves(port)) return;
      await wait(50);
    }
    await stop();
    throw new Error(`${name} does not serve`);
  }

  async function stop(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((done) => child!.once("exit", done));
    child.kill("SIGKILL");
    await exited;
  }

  async function close(): Promise<void> {
    await stop();
    await rm(directory, { recursive: true, force: true });
  }

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { port, endpoint: `http://127.0.0.1:${port}`, start, stop, close };
}

/** Whether it answers a signed request for its buckets. */
async function serves(port: number): Promise<boolean> {
  const url = `http://127.0.0.1:${port}/`;
  const rawHeaders = ["Host", `127.0.0.1:${port}`];
  const request = { method: "GET", target: "/", rawHeaders };
  const options = { timeMs: hostClock.now(), payloadHash: UNSIGNED_PAYLOAD };
  const signed = signRequest(request, { ...KEY, region: "us-east-1", service: "s3" }, options).rawHeaders;
  const headers = new Headers();
  for (let i = 2; i < signed.length; i += 2) headers.set(signed[i]!, signed[i + 1]!);
  const answer = await fetch(url, { headers }).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.status === 200;
}

/** Free now, and below the ports that port 0 gives to others: it is taken later, and again after a restart. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 20_000);
    const isFree = await new Promise<boolean>((done) => {
      const server = createServer();
      server.once("error", () => done(false));
      server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
    });
    if (isFree) return port;
  }
}
