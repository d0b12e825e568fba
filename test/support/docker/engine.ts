// Whether tests can use Docker, and with what environment. It looks only; prepare.ts is what installs and builds.

import { isStandIn } from "./base-images.ts";
import { labelOf } from "./compose-build.ts";
import { composeConfig } from "./compose-plugin.ts";
import { IMAGES } from "./images.ts";
import { findProgram, tryRun } from "./run.ts";

/** `env` is whole: hand it to every `docker` that is started. */
export type Engine = { readonly env: NodeJS.ProcessEnv } | { readonly missing: string };

let known: Engine | undefined;

/** For the head of a test file: an engine with Compose and our images, or why its tests are skipped. */
export function dockerReady(): Engine {
  known ??= lookForImages();
  return known;
}

/** An engine that answers, with or without Compose and our images; or why there is none. */
export function findEngine(): Engine {
  if (findProgram("docker") === undefined) return { missing: "there is no docker program" };
  const config = composeConfig();
  const env = { ...process.env, ...(config === undefined ? {} : { DOCKER_CONFIG: config }) };
  const version = tryRun("docker", ["version", "--format", "{{.Server.Version}}"], { env });
  return version === undefined ? { missing: "no Docker daemon answers" } : { env };
}

export function hasCompose(env: NodeJS.ProcessEnv): boolean {
  return tryRun("docker", ["compose", "version", "--short"], { env }) !== undefined;
}

function lookForImages(): Engine {
  const engine = findEngine();
  if ("missing" in engine) return engine;
  const { env } = engine;
  if (!hasCompose(env)) return { missing: "there is no Docker Compose" };
  const lacking = Object.values(IMAGES).find(({ tag }) => labelOf(tag, "", env) === undefined);
  if (lacking !== undefined) return { missing: `the image ${lacking.tag} is not built (make images)` };
  // Where our base images are stand-ins there is no registry that has testcontainers' reaper either.
  const hasRegistry = !isStandIn("debian:bookworm-slim", env) && !isStandIn("node:24-bookworm-slim", env);
  return { env: hasRegistry ? env : { ...env, TESTCONTAINERS_RYUK_DISABLED: "true" } };
}
