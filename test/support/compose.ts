// Projects of docker-compose.yml, driven by testcontainers: started with a name of their own, asked from inside their
// containers, and removed with their volumes at the end of the tests of a file.
// No container here may reach for 169.254.169.254 without a link-local address of its own, or outside an internal
// network: its packets would leave by the host, where a real metadata service may answer.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe } from "@jest/globals";
import { dockerReady } from "./docker/engine.ts";
import { run, tryRun } from "./docker/run.ts";
import type { Ready } from "./rolemint.ts";

const engine = dockerReady();
if ("env" in engine) Object.assign(process.env, engine.env);

/** Without an engine there is nothing to test against: then skipped by name, or failed under REQUIRE_DOCKER=1. */
export const describeDocker = "env" in engine ? describe : describe.skip;

export interface Said {
  readonly code: number;
  /** stdout and stderr, trimmed. */
  readonly text: string;
}

export interface Project {
  readonly name: string;
  /** Runs a program in a service's container. */
  exec(service: string, ...command: string[]): Promise<Said>;
  /** `docker compose` with the project's name and files. */
  compose(...args: string[]): string;
  /** The id of a service's container. */
  container(service: string): string;
  /** What `rolemint connect` writes: how the host reaches it. */
  ready(): Ready;
  control(action: string, input?: object): Promise<any>;
}

export interface ProjectOptions {
  /** The text of its rolemint.yaml; absent: the one of examples/compose. */
  readonly config?: string;
  /** Further compose files, put over docker-compose.yml. */
  readonly files?: readonly string[];
  /** Only these and what they depend on; absent: all. */
  readonly services?: readonly string[];
  readonly profiles?: readonly string[];
}

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
}, 120_000);

/** Resolves when every service is healthy. */
export async function startProject(options: ProjectOptions = {}): Promise<Project> {
  const { DockerComposeEnvironment } = await import("testcontainers");
  const name = `rolemint-test-${randomBytes(4).toString("hex")}`;
  const directory = mkdtempSync(join(tmpdir(), "rolemint-compose-"));
  // The control plane reads it as another user.
  chmodSync(directory, 0o755);
  ends.push(async () => rmSync(directory, { recursive: true }));
  const environment: Record<string, string> = options.config === undefined ? {} : { ROLEMINT_CONFIG_DIR: directory };
  if (options.config !== undefined) writeFileSync(join(directory, "rolemint.yaml"), options.config);
  if (options.profiles) environment["COMPOSE_PROFILES"] = options.profiles.join(",");
  const files = ["docker-compose.yml", ...(options.files ?? [])].map((file) => resolve(file));
  const compose = (...args: string[]) =>
    run("docker", ["compose", "-p", name, ...files.flatMap((file) => ["-f", file]), ...args], {
      env: { ...process.env, ...environment },
    });
  // Also where the start fails half-way.
  ends.push(async () => compose("down", "--volumes", "--timeout", "5"));
  await new DockerComposeEnvironment(resolve("."), files)
    .withProjectName(name)
    .withEnvironment(environment)
    .withAutoCleanup(false)
    .up(options.services && [...options.services]);
  let ready: Ready | undefined;
  const project: Project = {
    name,
    compose,
    exec: async (service, ...command) => execIn(project.container(service), command),
    container(service) {
      const id = compose("ps", "-q", service);
      if (!id) throw new Error(`${service} does not run: ${compose("logs", "--tail", "20", service)}`);
      return id;
    },
    ready() {
      ready ??= connect(name, directory);
      return ready;
    },
    async control(action, input = {}) {
      const { endpoints, controlToken } = project.ready();
      const response = await fetch(`${endpoints.control}/${action}`, {
        method: "POST",
        headers: { authorization: `Bearer ${controlToken}` },
        body: JSON.stringify(input),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(`${action}: ${JSON.stringify(answer)}`);
      return answer;
    },
  };
  return project;
}

/** Through testcontainers, as users of it would. */
async function execIn(id: string, command: readonly string[]): Promise<Said> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const client = await getContainerRuntimeClient();
  const { output, exitCode } = await client.container.exec(client.container.getById(id), [...command]);
  return { code: exitCode, text: output.trim() };
}

/** As `rolemint connect` writes it. */
function connect(project: string, directory: string): Ready {
  const path = join(directory, "ready.json");
  run(resolve("node_modules/.bin/rolemint"), ["connect", "--project", project, "--ready", path]);
  return JSON.parse(run("cat", [path])) as Ready;
}

/** `docker`, for what no service of a compose file is. */
export function docker(...args: string[]): string {
  return run("docker", args);
}

export function tryDocker(...args: string[]): string | undefined {
  return tryRun("docker", args);
}
