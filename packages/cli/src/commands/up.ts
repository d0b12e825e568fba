// `rolemint up`: everything in one process, in the foreground.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  ApplyError,
  builtinConfig,
  type Config,
  formatProblems,
  loadConfig,
  recallConfig,
  rememberConfig,
} from "@rolemint/config";
import { ListenError } from "@rolemint/host";
import { stderrLog } from "@rolemint/host/log";
import { type Simulator, startSimulator } from "@rolemint/simulator";
import { awsManagedPolicies, StateError } from "@rolemint/world";
import pc from "picocolors";
import { CliError, EXIT } from "../exit.ts";
import { type Output, outputFor } from "../output.ts";
import { DEFAULT_STATE, isAlive } from "../running.ts";

export interface UpFlags {
  readonly config?: string;
  readonly state?: string;
  readonly ephemeral?: boolean;
  readonly host?: string;
  readonly awsPort?: number;
  readonly imdsPort?: number;
  readonly controlPort?: number;
  readonly ready?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const DEFAULT_CONFIG = "rolemint.yaml";

/** Resolves when the simulator has ended. */
export async function up(flags: UpFlags, version: string): Promise<void> {
  if (flags.ephemeral && flags.state !== undefined) {
    throw new CliError("usage", "--ephemeral keeps no state: leave --state out");
  }
  const output = outputFor(flags);
  const file = configFile(flags.config);
  const memory = flags.ephemeral ? undefined : resolve(flags.state ?? DEFAULT_STATE, "config.json");
  const recalled = file && memory && recallConfig(memory, file, version);
  const config = recalled || (await readConfig(file));
  const ended = untilSignal();
  const simulator = await started(flags, config, version);
  if (memory !== undefined && file !== undefined && !recalled) rememberConfig(memory, config, version);
  announce(output, simulator, flags);
  await ended;
  await simulator.close();
}

/** The file that was named, `./rolemint.yaml` if it is there, or none. */
export function configFile(named: string | undefined): string | undefined {
  return named ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
}

/** The config of a file; without one the built-in world. Throws CliError (2) with every problem of the file. */
export async function readConfig(file: string | undefined): Promise<Config> {
  if (file === undefined) return builtinConfig();
  const loaded = await loadConfig(file, { awsManagedPolicies: new Set(awsManagedPolicies().keys()) });
  if (loaded.problems) throw new CliError("usage", formatProblems(loaded.problems));
  return loaded.config;
}

async function started(flags: UpFlags, config: Config, version: string): Promise<Simulator> {
  const options = {
    config,
    version,
    log: stderrLog(flags.quiet ? "error" : "info"),
    ...(!flags.ephemeral && { state: resolve(flags.state ?? DEFAULT_STATE) }),
    ...(flags.host !== undefined && { host: flags.host }),
    ...(flags.awsPort !== undefined && { awsPort: flags.awsPort }),
    ...(flags.imdsPort !== undefined && { imdsPort: flags.imdsPort }),
    ...(flags.controlPort !== undefined && { controlPort: flags.controlPort }),
    ...(flags.ready !== undefined && { readyFiles: [resolve(flags.ready)] }),
  };
  for (let attempt = 0; ; attempt++) {
    try {
      return await startSimulator(options);
    } catch (error) {
      if (attempt < 30 && isPassing(error)) await new Promise((done) => setTimeout(done, 50));
      else throw asCliError(error, flags);
    }
  }
}

/** The process that held the state was killed a moment ago, and its end is still on its way. */
function isPassing(error: unknown): boolean {
  return error instanceof StateError && error.kind === "in-use" && error.pid !== undefined && !isAlive(error.pid);
}

function asCliError(error: unknown, flags: UpFlags): unknown {
  if (error instanceof StateError) return new CliError("environment", error.message);
  if (error instanceof ApplyError) return new CliError("usage", error.message);
  if (!(error instanceof ListenError)) return error;
  return new CliError("environment", `${error.message}; choose another with ${flagFor(error, flags)}`);
}

/** The flag that moves the listener that could not be bound. */
function flagFor({ code, port }: ListenError, flags: UpFlags): string {
  if (code === "EADDRNOTAVAIL") return "--host";
  if (port === (flags.awsPort ?? 4566)) return "--aws-port";
  return port === (flags.controlPort ?? 4567) ? "--control-port" : "--imds-port";
}

/** How long a second signal counts as the first one: terminals and launchers send it to several processes at once. */
const SAME_SIGNAL_MS = 1000;

/** The first signal ends the simulator in order, one that comes later ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((done) => {
    let first: number | undefined;
    const onSignal = () => {
      first ??= performance.now();
      if (performance.now() - first > SAME_SIGNAL_MS) process.exit(EXIT.environment);
      done();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  });
}

function announce(output: Output, simulator: Simulator, flags: UpFlags): void {
  const { endpoints, instances, region, operator } = simulator.ready();
  if (output.isJson) {
    output.result("", { version: 1, event: "ready", region, endpoints, accountId: operator.accountId, instances });
    return;
  }
  output.text(`${pc.bold("rolemint")} is up: account ${operator.accountId}, ${region}`);
  output.text(`  AWS APIs and S3  ${pc.cyan(endpoints.aws)}`);
  output.text(`  control API      ${pc.cyan(endpoints.control)}`);
  for (const [name, { instanceId, imds }] of Object.entries(instances)) {
    output.text(`  instance ${pc.bold(name)}  ${instanceId}  metadata at ${pc.cyan(imds ?? "")}`);
  }
  const where = flags.ephemeral ? ` --ready ${flags.ready ?? "FILE"}` : flags.state ? ` --state ${flags.state}` : "";
  output.text(`An app finds it with  ${pc.green(`eval "$(rolemint env${where} INSTANCE)"`)}; Ctrl-C ends it.`);
  for (const name of simulator.left) output.text(pc.yellow(`left as it is, no longer in the config: ${name}`));
}
