// `rolemint init`: a commented rolemint.yaml to start from; for services of a compose file also the override that makes
// them instances.
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { initialConfigText } from "@rolemint/config";
import { CliError } from "../exit.ts";
import { type OutputFlags, outputFor, visible } from "../output.ts";

export interface InitFlags extends OutputFlags {
  readonly compose?: readonly string[];
  readonly force?: boolean;
}

const FILE = "rolemint.yaml";

export async function init(services: readonly string[], flags: InitFlags): Promise<void> {
  if (flags.compose !== undefined) return initCompose(flags.compose, services, flags);
  if (services.length > 0) {
    throw new CliError("usage", "say which compose file the services are in: --compose FILE");
  }
  writeAll([{ path: FILE, text: initialConfigText() }], flags);
  outputFor(flags).result(`wrote ${FILE}; start it with \`rolemint up\``, { version: 1, files: [FILE] });
}

/** Both files go beside the first compose file: compose takes paths as relative to its directory. */
async function initCompose(given: readonly string[], named: readonly string[], flags: InitFlags): Promise<void> {
  const { adopt } = await import("../compose/adopt.ts");
  const { overrideBeside } = await import("../compose/files.ts");
  const { OVERRIDE_FILE, overrideText } = await import("../compose/override.ts");
  const { readProject } = await import("../compose/read.ts");
  const { worldText } = await import("../compose/world-text.ts");
  const adoption = adopt(readProject(given, process.env), named, given.join(" and "));
  if ("problems" in adoption) throw new CliError("usage", adoption.problems.join("\n"));
  const { services, sharers, region } = adoption;
  const directory = dirname(given[0]!);
  const override = join(directory, OVERRIDE_FILE);
  const world = join(directory, FILE);
  const command = `docker compose ${[...given, override].map((file) => `-f ${shellWord(file)}`).join(" ")} up`;
  const left = given.length === 1 ? overrideBeside(given[0]!) : [];
  const warnings = [
    ...adoption.warnings,
    ...left.map((file) => `${file} is left out of the command: if you use it, name it too, with a second --compose`),
  ];
  const text = overrideText({ services, sharers, region, command: visible(command) });
  const files = [
    { path: override, text },
    { path: world, text: worldText(services, region) },
  ];
  writeAll(files, flags);
  const instances = services.map(({ service, role, address }) => ({ service, role, address }));
  const paths = files.map(({ path }) => path);
  if (!flags.json) for (const warning of warnings) process.stderr.write(`warning: ${visible(warning)}\n`);
  const output = outputFor(flags);
  output.text(`wrote ${paths.join(" and ")}`);
  for (const { service, role, address } of instances) output.text(`  ${service}: role ${role}, address ${address}`);
  output.text("Say in rolemint.yaml what the roles may do, then start with");
  output.result(command, { version: 1, files: paths, instances, warnings, command });
}

/** All or none: a file that is there is left, and then nothing is written. Throws CliError. */
function writeAll(files: readonly { readonly path: string; readonly text: string }[], flags: InitFlags): void {
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (there.length > 0 && !flags.force) {
    const [is, writes] = there.length > 1 ? ["are", "them"] : ["is", "it"];
    throw new CliError("usage", `${there.join(" and ")} ${is} there already; --force writes ${writes} anew`);
  }
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      written.push(`${path}.tmp`);
      writeFileSync(`${path}.tmp`, text);
    }
    for (const { path } of files) renameSync(`${path}.tmp`, path);
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    const names = files.map(({ path }) => path).join(" and ");
    throw new CliError("environment", `${names} could not be written: ${(error as Error).message}`);
  }
}

function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
