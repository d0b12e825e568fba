// `rolemint connect`: the ready file of a compose project on the host, so that every verb but `env INSTANCE` and `exec`
// works from there as it does in the control plane's container.
import { existsSync, mkdirSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadyFile } from "@rolemint/simulator";
import { answerOf } from "../answer-of.ts";
import { PART_LABEL } from "../compose/service.ts";
import { CliError } from "../exit.ts";
import { outputFor } from "../output.ts";
import { DEFAULT_STATE, isAlive, readReadyFile, readyFileIn } from "../running.ts";

export interface ConnectFlags {
  readonly project?: string;
  readonly state?: string;
  readonly ready?: string;
  readonly json?: boolean;
}

const PROJECT_LABEL = "com.docker.compose.project";
const READY_IN_CONTAINER = "/var/lib/rolemint/.rolemint/ready.json";
const PORTS = { control: 4567, aws: 4566 } as const;

export async function connect(flags: ConnectFlags): Promise<void> {
  const named = flags.project ?? process.env["COMPOSE_PROJECT_NAME"];
  const project = named || projectToConnect(await runningProjects(), process.cwd());
  const controlPlane = await containerOf(project, "control-plane");
  const gate = await containerOf(project, "s3-authorizer");
  const text = await docker("exec", controlPlane, "cat", READY_IN_CONTAINER);
  const inside = readyFileIn(
    text,
    `${READY_IN_CONTAINER} of ${project}`,
    "start its control plane again, with this version of rolemint",
  );
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

/** A compose project that runs rolemint, and the directory that it was started for. */
export interface RunningProject {
  readonly project: string;
  readonly directory: string;
}

async function runningProjects(): Promise<readonly RunningProject[]> {
  const format = `{{.Label "${PROJECT_LABEL}"}}\t{{.Label "${PROJECT_LABEL}.working_dir"}}`;
  const listed = await docker("ps", "--filter", `label=${PART_LABEL}=control-plane`, "--format", format);
  const lines = [...new Set(listed.split("\n").filter((line) => line !== ""))];
  return lines.map((line) => {
    const [project = "", directory = ""] = line.split("\t");
    // Compose writes the directory as the shell calls it, which may be by a link.
    return { project, directory: existsSync(directory) ? realpathSync(directory) : directory };
  });
}

/** The only one, or the only one of the directory `here`. Throws CliError. */
export function projectToConnect(running: readonly RunningProject[], here: string): string {
  if (running.length === 0)
    throw new CliError("environment", "no compose project runs rolemint; start one with `make up`");
  const ofHere = running.filter(({ directory }) => directory === here);
  const [only, ...others] = ofHere.length > 0 ? ofHere : running;
  if (only !== undefined && others.length === 0) return only.project;
  throw new CliError("usage", `say which project with --project: ${running.map(({ project }) => project).join(", ")}`);
}

async function containerOf(project: string, part: string): Promise<string> {
  const filters = [`label=${PROJECT_LABEL}=${project}`, `label=${PART_LABEL}=${part}`];
  const listed = await docker("ps", "-q", ...filters.flatMap((filter) => ["--filter", filter]));
  const [id] = listed.split("\n").filter((line) => line !== "");
  if (id !== undefined) return id;
  throw new CliError("environment", `project ${project} runs no ${part}; start it with \`docker compose up -d\``);
}

async function publishedUrl(container: string, port: number): Promise<string> {
  const start = `${port}/tcp -> 127.0.0.1:`;
  const published = (await docker("port", container)).split("\n").find((line) => line.startsWith(start));
  if (published !== undefined) return `http://127.0.0.1:${published.slice(start.length)}`;
  const next = `add to its service: ports: ["127.0.0.1::${port}"]`;
  throw new CliError("environment", `port ${port} of ${container} is not published on 127.0.0.1; ${next}`);
}

async function docker(...args: string[]): Promise<string> {
  const answer = await answerOf("docker", args);
  if ("text" in answer) return answer.text;
  const next = "see what `rolemint doctor` says";
  throw new CliError("environment", `docker ${args[0]} failed: ${answer.wrong}; ${next}`);
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
  const { pid } = readReadyFile(path, "remove it, or choose another with --ready");
  if (typeof pid === "number" && isAlive(pid)) {
    throw new CliError(
      "environment",
      `${path} is that of a simulator on this host (pid ${pid}); choose another with --ready`,
    );
  }
}
