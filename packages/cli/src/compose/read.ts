// Compose files from the disk: parsed, variables put in as compose does it, several laid over each other, and the files
// that a service's environment comes from.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { CliError } from "../exit.ts";
import { type ComposeProject, type ComposeService, overlaid, projectOf } from "./service.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Of the files laid over each other. Throws CliError (2) for one that cannot be read. */
export function readProject(files: readonly string[], shell: Variables): ComposeProject {
  const directory = dirname(files[0] ?? ".");
  const variables = { ...variablesIn(resolve(directory, ".env")), ...shell };
  const project = files.map((file) => readFile(file, variables)).reduce(overlaid);
  return { ...project, services: project.services.map((service) => withEnvFiles(service, directory)) };
}

function readFile(file: string, variables: Variables): ComposeProject {
  const text = textOf(file);
  const project = projectOf(withVariables(parsed(file, text), variables));
  if (project.services.length === 0 && project.networks.length === 0) {
    throw new CliError("usage", `${file} is not a compose file: it has no services`);
  }
  const tags = ["!reset", "!override"].filter((tag) => new RegExp(`:\\s${tag}\\b`).test(text));
  return { ...project, notFollowed: [...project.notFollowed, ...tags] };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "does not exist" : `cannot be read: ${message}`;
    throw new CliError("usage", `the compose file ${file} ${reason}; name another with --compose`);
  }
}

function parsed(file: string, text: string): unknown {
  try {
    const value: unknown = parse(text, { merge: true, logLevel: "error", maxAliasCount: 10_000 });
    if (hasLoop(value)) throw new Error("an alias stands within what it is the alias of");
    return value;
  } catch (error) {
    const [at] = error instanceof YAMLParseError ? (error.linePos ?? []) : [];
    const place = at === undefined ? file : `${file}:${at.line}:${at.col}`;
    const reason = (error as Error).message.split("\n")[0]!.replace(/ at line .*$/, "");
    throw new CliError("usage", `${place} is not YAML: ${reason}`);
  }
}

function hasLoop(value: unknown, within: readonly unknown[] = []): boolean {
  if (typeof value !== "object" || value === null) return false;
  return within.includes(value) || Object.values(value).some((each) => hasLoop(each, [...within, value]));
}

function withVariables(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return interpolated(value, variables);
  if (Array.isArray(value)) return value.map((each) => withVariables(each, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withVariables(each, variables)]));
}

/** https://docs.docker.com/reference/compose-file/interpolation/ */
export function interpolated(text: string, variables: Variables): string {
  return text.replace(
    /\$(?:\$|(\w+)|\{(\w+)(?:(:?)([-+?])((?:[^{}]|\{[^{}]*\})*))?\})/g,
    (_, bare?: string, name?: string, colon?: string, operator?: string, word = "") => {
      if (bare === undefined && name === undefined) return "$";
      const value = variables[bare ?? name!];
      const isGiven = value !== undefined && !(colon === ":" && value === "");
      if (operator === "+") return isGiven ? interpolated(word, variables) : "";
      if (operator === "-" && !isGiven) return interpolated(word, variables);
      return value ?? "";
    },
  );
}

/** What the service itself says goes before its files. */
function withEnvFiles(service: ComposeService, directory: string): ComposeService {
  const fromFiles = service.envFiles.map((file) => variablesIn(resolve(directory, file)));
  return { ...service, environment: Object.assign({}, ...fromFiles, service.environment) };
}

/** Of a file of `KEY=value` lines; none of one that is not there. */
function variablesIn(path: string): Variables {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return {};
  }
  const lines = text.split("\n").map((line) => /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line));
  return Object.fromEntries(
    lines.filter((line) => line !== null).map(([, name, value]) => [name, value!.replace(/^(["'])(.*)\1$/, "$2")]),
  );
}
