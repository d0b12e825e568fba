// `rolemint connect`: the ready file of a compose project on the host, so that every verb works from there as it does
// in the control plane's container.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ReadyFile } from "@rolemint/simulator";
import { CliError } from "../exit.ts";
import { outputFor } from "../output.ts";
import { DEFAULT_STATE, isAlive } from "../running.ts";

export interface ConnectFlags {
  readonly project?: string;
  readonly state?: string;
  readonly ready?: string;
  readonly json?: boolean;
}

/** Of every service of ours in a compose file: which part it is. */
const PART_LABEL = "rolemint.part";
const PROJECT_LABEL = "com.docker.compose.project";
const READY_IN_CONTAINER = "/var/lib/rolemint/.rolemint/ready.json";
const PORTS = { control: 4567, aws: 4566 } as const;

export async function connect(flags: ConnectFlags): Promise<void> {
  const project = flags.project ?? (await onlyProject());
  const controlPlane = await containerOf(project, "control-plane");
  const gate = await containerOf(project, "s3-authorizer");
  const inside = JSON.parse(await docker("exec", controlPlane, "cat", READY_IN_CONTAINER)) as ReadyFile;
  const aws = await publishedUrl(gate, PORTS.aws);
  const control = await publishedUrl(controlPlane, PORTS.control);
  const ready: ReadyFile = { ...inside, endpoints: { aws, s3: aws, control } };
  const path = flags.ready ?? join(stateDirectory(flags.state ?? DEFAULT_STATE), "ready.json");
  refuseAlive(path);
  writeFileSync(`${path}.tmp`, `${JSON.stringify(ready, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
  outputFor(flags).result(`wrote ${path}: project ${project}, AWS APIs and S3 at ${aws}, control API at ${control}`, {
    version: 1,
    project,
    ready: path,
    endpoints: ready.endpoints,
  });
}

async function onlyProject(): Promise<string> {
  const format = `{{.Label "${PROJECT_LABEL}"}}`;
  const listed = await docker("ps", "--filter", `label=${PART_LABEL}=control-plane`, "--format", format);
  const projects = [...new Set(listed.split("\n").filter((line) => line !== ""))];
  if (projects.length === 1) return projects[0]!;
  if (projects.length === 0)
    throw new CliError("environment", "no compose project runs rolemint; start one with `make up`");
  throw new CliError("usage", `say which project with --project: ${projects.join(", ")}`);
}

async function containerOf(project: string, part: string): Promise<string> {
  const filters = [`label=${PROJECT_LABEL}=${project}`, `label=${PART_LABEL}=${part}`];
  const listed = await docker("ps", "-q", ...filters.flatMap((filter) => ["--filter", filter]));
  const [id] = listed.split("\n").filter((line) => line !== "");
  if (id !== undefined) return id;
  throw new CliError("environment", `project ${project} runs no ${part}; start it with \`docker compose up -d\``);
}

async function publishedUrl(container: string, port: number): Promise<string> {
  const listed = await docker("port", container, `${port}/tcp`);
  const published = listed.split("\n").find((line) => line.startsWith("127.0.0.1:"));
  if (published !== undefined) return `http://${published}`;
  throw new CliError("environment", `port ${port} of ${container} is not published on 127.0.0.1`);
}

async function docker(...args: string[]): Promise<string> {
  try {
    return (await promisify(execFile)("docker", args)).stdout.trim();
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") throw new CliError("environment", "there is no docker command; install Docker first");
    throw new CliError("environment", `docker ${args[0]} failed: ${(stderr || message).trim().split("\n")[0]}`);
  }
}

/** The directory as `up` makes it: closed to others, and out of git's sight. */
function stateDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const ignore = join(path, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
  return path;
}

/** A simulator on the host that uses this place would lose its verbs. */
function refuseAlive(path: string): void {
  if (!existsSync(path)) return;
  const { pid } = JSON.parse(readFileSync(path, "utf8")) as Partial<ReadyFile>;
  if (typeof pid === "number" && isAlive(pid)) {
    throw new CliError(
      "environment",
      `${path} is that of a simulator on this host (pid ${pid}); choose another with --ready`,
    );
  }
}
