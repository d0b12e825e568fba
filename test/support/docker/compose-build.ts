// The one way images are built: by Compose, as in docker-compose.yml, so that both have the same builder and its cache.
import { run, tryRun } from "./run.ts";

export interface Build {
  readonly tag: string;
  readonly context: string;
  /** The Dockerfile's text; else the file Dockerfile of the context. */
  readonly dockerfile?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Builds them, side by side. Throws with the last lines of what failed. */
export function composeBuild(builds: readonly Build[], env: NodeJS.ProcessEnv): void {
  const services = builds.map(({ tag, context, dockerfile, labels }, index) => [
    `image-${index}`,
    { image: tag, build: { context, labels, ...(dockerfile === undefined ? {} : { dockerfile_inline: dockerfile }) } },
  ]);
  // Compose reads $ as the start of a variable.
  const file = JSON.stringify({ services: Object.fromEntries(services) }).replaceAll("$", "$$$$");
  run("docker", ["compose", "--project-name", "rolemint-images", "--file", "-", "build"], { env, input: file });
}

/** Value of an image's label, empty where it has no such label; undefined where there is no such image. */
export function labelOf(tag: string, label: string, env: NodeJS.ProcessEnv): string | undefined {
  return tryRun("docker", ["image", "inspect", "--format", `{{index .Config.Labels "${label}"}}`, tag], { env });
}
