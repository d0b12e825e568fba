// Which files compose itself takes where it is told of none.
import { existsSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

/** https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file */
const NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
/** https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/ */
const OVERRIDES = NAMES.map((name) => name.replace(".", ".override."));

type Variables = Readonly<Record<string, string | undefined>>;

/** In the current directory, by the shell's COMPOSE_FILE first. */
export function composeFilesHere({ COMPOSE_FILE, COMPOSE_PATH_SEPARATOR }: Variables): readonly string[] {
  if (COMPOSE_FILE) return COMPOSE_FILE.split(COMPOSE_PATH_SEPARATOR || delimiter).filter((file) => file !== "");
  const first = NAMES.find((file) => existsSync(file));
  return first === undefined ? [] : [first, ...overrideBeside(first)];
}

/** The file, if any, that compose would lay over this one unasked; where files are named it does not. */
export function overrideBeside(file: string): readonly string[] {
  if (!NAMES.includes(basename(file))) return [];
  const overrides = OVERRIDES.map((name) => (dirname(file) === "." ? name : join(dirname(file), name)));
  return overrides.filter((override) => existsSync(override)).slice(0, 1);
}
