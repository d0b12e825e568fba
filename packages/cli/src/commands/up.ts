// `rolemint up`: everything in one process, in the foreground.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "@rolemint/config";
import { type ListenError, seededEntropy } from "@rolemint/host";
import { stderrLog } from "@rolemint/host/log";
import { type Simulator, startSimulator } from "@rolemint/simulator";
import { StateError } from "@rolemint/world";
import pc from "picocolors";
import { configInUse, withStoreKey } from "../config-file.ts";
import { CliError } from "../exit.ts";
import { type Output, outputFor, visible } from "../output.ts";
import { DEFAULT_STATE, isAlive } from "../running.ts";
import { untilSignal } from "../signals.ts";
import { asCliError } from "../start-errors.ts";

export interface UpFlags {
  readonly config?: string;
  readonly state?: string;
  readonly ephemeral?: boolean;
  readonly host?: string;
  readonly awsPort?: number;
  readonly imdsPort?: number;
  readonly controlPort?: number;
  readonly ready?: string;
  readonly seed?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Resolves when the simulator has ended. */
export async function up(flags: UpFlags, version: string): Promise<void> {
  if (flags.ephemeral && flags.state !== undefined) {
    throw new CliError("usage", "--ephemeral keeps no state: leave --state out");
  }
  checkPorts(flags);
  const output = outputFor(flags);
  const state = flags.ephemeral ? undefined : resolve(flags.state ?? DEFAULT_STATE);
  if (flags.seed !== undefined) refuseSeed(state);
  const { config, remember } = await configInUse(flags.config, state, version);
  const ended = untilSignal();
  const simulator = await started(flags, withStoreKey(config, process.env), version);
  remember();
  announce(output, simulator, flags);
  await ended;
  await simulator.close();
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
    ...(flags.seed !== undefined && seeded(flags.seed, config)),
  };
  for (let attempt = 0; ; attempt++) {
    try {
      return await startSimulator(options);
    } catch (error) {
      if (attempt < 30 && isPassing(error)) await new Promise((done) => setTimeout(done, 50));
      else
        throw asCliError(error, {
          listen: (taken) => `choose another with ${flagFor(taken, flags)}`,
          store: "start it, or correct s3.endpoint",
          readyFile: "choose another with --ready",
        });
    }
  }
}

/** What was drawn before the seed would be another in the next run. */
function refuseSeed(state: string | undefined): void {
  if (state === undefined || !existsSync(join(state, "world.db"))) return;
  const text = `${state} holds a state already, and a seed is for a new one`;
  throw new CliError("usage", `${text}: leave --seed out, choose another with --state, or take --ephemeral`);
}

/** A clock with a start stands there until it is moved: how long a start takes is never the same twice. */
function seeded(seed: number, { clock }: Config) {
  return { entropy: seededEntropy(`rolemint up --seed ${seed}`), ...(clock.start !== undefined && { startRate: 0 }) };
}

/** The process that held the state was killed a moment ago, and its end is still on its way. */
function isPassing(error: unknown): boolean {
  return error instanceof StateError && error.kind === "in-use" && error.pid !== undefined && !isAlive(error.pid);
}

/** The flag that moves the listener that could not be bound. */
function flagFor({ code, port }: ListenError, flags: UpFlags): string {
  if (["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EINVAL", "EAFNOSUPPORT"].includes(code)) return "--host";
  const flag = portsOf(flags).find(([, own]) => own === port);
  return flag?.[0] ?? "--imds-port";
}

function portsOf(flags: UpFlags): (readonly [flag: string, port: number])[] {
  const { awsPort = 4566, imdsPort = 1338, controlPort = 4567 } = flags;
  return [
    ["--aws-port", awsPort],
    ["--control-port", controlPort],
    ["--imds-port", imdsPort],
  ];
}

function checkPorts(flags: UpFlags): void {
  const ports = portsOf(flags).filter(([, port]) => port !== 0);
  for (const [index, [flag, port]] of ports.entries()) {
    const other = ports.slice(0, index).find(([, taken]) => taken === port);
    if (other) throw new CliError("usage", `${other[0]} and ${flag} are both ${port}; give each a port of its own`);
  }
}

function announce(output: Output, simulator: Simulator, flags: UpFlags): void {
  const { endpoints, instances, region, operator } = simulator.ready();
  if (output.isJson) {
    const { accountId } = operator;
    output.result("", { version: 1, event: "ready", region, endpoints, accountId, instances, left: simulator.left });
    return;
  }
  output.text(`${pc.bold("rolemint")} is up: account ${operator.accountId}, ${region}`);
  output.text(`  AWS APIs and S3  ${pc.cyan(endpoints.aws)}`);
  output.text(`  control API      ${pc.cyan(endpoints.control)}`);
  for (const [name, { instanceId, imds }] of Object.entries(instances)) {
    output.text(`  instance ${pc.bold(visible(name))}  ${instanceId}  metadata at ${pc.cyan(imds ?? "")}`);
  }
  const where = flags.ephemeral ? ` --ready ${flags.ready ?? "FILE"}` : flags.state ? ` --state ${flags.state}` : "";
  output.text(`An app finds it with  ${pc.green(`eval "$(rolemint env${where} INSTANCE)"`)}; Ctrl-C ends it.`);
  for (const name of simulator.left) output.text(pc.yellow(`left as it is, no longer in the config: ${name}`));
}
