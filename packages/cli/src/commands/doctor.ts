// `rolemint doctor`: looks through the machine, and through a compose project with its world, for what would not work,
// and says what to do.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import pc from "picocolors";
import { composeFilesHere } from "../compose/files.ts";
import { OVERRIDE_FILE } from "../compose/override.ts";
import { readProject } from "../compose/read.ts";
import { type ComposeProject, PART_LABEL } from "../compose/service.ts";
import { readConfig } from "../config-file.ts";
import { checkCompose } from "../doctor/compose-checks.ts";
import { type Finding, ok, problem } from "../doctor/finding.ts";
import {
  dockerSays,
  hostSigns,
  portStates,
  type RunningSimulator,
  resolved,
  runningSimulator,
} from "../doctor/look.ts";
import { checkClock, checkEngine, checkNames, checkPorts, HOST_NAMES } from "../doctor/machine.ts";
import { checkMetadataService } from "../doctor/metadata-service.ts";
import { CliError, EXIT } from "../exit.ts";
import { type OutputFlags, outputFor, visible } from "../output.ts";
import type { WhereFlags } from "../running.ts";

export interface DoctorFlags extends WhereFlags, OutputFlags {
  readonly compose?: readonly string[];
}

/** Where the control plane's container has its config. */
const CONFIG_IN_CONTAINER = "/etc/rolemint";
const CONFIG = "rolemint.yaml";

/** The exit code: 1 when there is a problem. */
export async function doctor(flags: DoctorFlags): Promise<number> {
  const files = flags.compose ?? filesHere();
  const running = await runningSimulator(flags);
  const [engine, plugin, host] = await Promise.all([
    dockerSays("version", "--format", "{{.Server.Version}}"),
    dockerSays("compose", "version", "--short"),
    // Names and ports of the host are nothing to containers.
    flags.compose === undefined ? hostFindings(running) : [],
  ]);
  const findings = [
    ...checkEngine({ engine, plugin, isNeeded: files.length > 0 }),
    ...(await composeFindings(files)),
    ...checkMetadataService(hostSigns()),
    checkClock(running?.clock),
    ...host,
  ];
  const hasProblem = findings.some(({ level }) => level === "problem");
  outputFor(flags).result(findings.map(findingText).join("\n"), { version: 1, findings });
  return hasProblem ? EXIT.refused : 0;
}

async function hostFindings(running: RunningSimulator | undefined): Promise<readonly Finding[]> {
  const ports = running?.isOnHost ? undefined : portStates();
  return [...checkNames(await resolved(HOST_NAMES)), ...checkPorts(await ports)];
}

/** As compose finds them, and what `rolemint init` wrote beside them. */
function filesHere(): readonly string[] {
  const files = composeFilesHere(process.env);
  if (files.length === 0 || process.env["COMPOSE_FILE"]) return files;
  return [...files, OVERRIDE_FILE].filter((file) => existsSync(file));
}

async function composeFindings(files: readonly string[]): Promise<readonly Finding[]> {
  if (files.length === 0) return [];
  let project: ComposeProject;
  try {
    project = readProject(files, process.env);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [problem("compose-files", error.message, "name the files that `docker compose` is given, with --compose")];
  }
  const read = ok("compose-files", `read ${files.join(" and ")}`);
  const file = configOf(project, dirname(files[0]!));
  if (!existsSync(file)) {
    const missing = problem("config", `there is no ${file}`, "write it with `rolemint init --compose FILE SERVICE…`");
    return [read, missing, ...checkCompose({ project })];
  }
  try {
    const { instances } = await readConfig(file);
    return [read, ok("config", `${file} is well`), ...checkCompose({ project, instances })];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const wrong = error.message.split("\n").map((line) => problem("config", line, "correct the file"));
    return [read, ...wrong, ...checkCompose({ project })];
  }
}

/** The file that the control plane's container mounts; beside the first compose file where none does. */
function configOf({ services }: ComposeProject, directory: string): string {
  const controlPlane = services.find(({ labels }) => labels[PART_LABEL] === "control-plane");
  const mount = controlPlane?.mounts.find(({ target }) => target === CONFIG_IN_CONTAINER);
  const place = mount === undefined ? directory : resolve(directory, mount.source);
  return join(place, CONFIG);
}

function findingText({ check, level, message, advice }: Finding): string {
  const mark = { ok: pc.green("ok     "), warning: pc.yellow("warning"), problem: pc.red("problem") }[level];
  const line = `${mark}  ${check}: ${visible(message)}`;
  return advice === undefined ? line : `${line}\n         ${visible(advice)}`;
}
