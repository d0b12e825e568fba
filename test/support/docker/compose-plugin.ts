// The Compose plugin, built from its Go module into an ignored folder where the machine has none (Debian 12 has only its
// predecessor). Not `go install`: that refuses a module with exclude directives.
import { copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isDockerRequired } from "./debian-packages.ts";
import { downloadModule, goRoot } from "./go.ts";
import { run, say } from "./run.ts";

const VERSION = "v2.40.3";
const CONFIG = resolve(".cache/docker");
const PLUGIN = resolve(CONFIG, "cli-plugins/docker-compose");

/** Value of DOCKER_CONFIG with which the client finds our plugin; undefined where none was built. */
export function composeConfig(): string | undefined {
  return existsSync(PLUGIN) ? CONFIG : undefined;
}

/** Where every user's client looks: with the engine installed, `docker compose` works in any shell. */
const FOR_ALL = "/usr/local/lib/docker/cli-plugins/docker-compose";

/** On a machine that gets its engine from us, the plugin is a part of it. */
export function installComposePlugin(): void {
  if (!isDockerRequired || process.getuid?.() !== 0 || existsSync(FOR_ALL) || !existsSync(PLUGIN)) return;
  mkdirSync(dirname(FOR_ALL), { recursive: true });
  copyFileSync(PLUGIN, FOR_ALL);
}

/** Builds it; about three minutes on two cores. */
export function buildComposePlugin(): void {
  const go = resolve(goRoot(), "bin/go");
  say(`building Docker Compose ${VERSION} from its Go module, once; this takes some minutes`);
  const cwd = downloadModule(`github.com/docker/compose/v2@${VERSION}`);
  mkdirSync(resolve(CONFIG, "cli-plugins"), { recursive: true });
  const flags = `-s -w -X github.com/docker/compose/v2/internal.Version=${VERSION}`;
  const env = { ...process.env, GOTOOLCHAIN: "local" };
  run(go, ["build", "-trimpath", "-ldflags", flags, "-o", `${PLUGIN}.partial`, "./cmd"], { cwd, env });
  renameSync(`${PLUGIN}.partial`, PLUGIN);
}
