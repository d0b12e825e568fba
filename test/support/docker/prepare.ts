// Prepares all that the Docker tests and `make up` want: engine, Compose, images. Run directly, or by `make test`.
import { buildComposePlugin, installComposePlugin } from "./compose-plugin.ts";
import { isDockerRequired } from "./debian-packages.ts";
import { type Engine, findEngine, hasCompose } from "./engine.ts";
import { buildImages, extractMinio } from "./images.ts";
import { say } from "./run.ts";
import { startEngine } from "./start-engine.ts";

/** Says why something is lacking; under REQUIRE_DOCKER=1 it throws that. */
export async function prepareDocker(): Promise<Engine> {
  try {
    if ("missing" in findEngine()) await startEngine();
    let engine = findEngine();
    if ("env" in engine && !hasCompose(engine.env)) {
      buildComposePlugin();
      engine = findEngine();
    }
    if ("missing" in engine) return engine;
    installComposePlugin();
    buildImages(engine.env);
    extractMinio(engine.env);
    return engine;
  } catch (problem) {
    if (isDockerRequired) throw problem;
    return { missing: (problem as Error).message };
  }
}

if (import.meta.main) {
  const engine = await prepareDocker().catch((problem: Error) => ({ missing: problem.message }));
  if ("missing" in engine) {
    say(engine.missing);
    process.exitCode = 3;
  }
}
