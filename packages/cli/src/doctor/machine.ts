// What doctor says of the machine: engine, clock, names and ports. Pure, over what was looked up.
import type { Answer } from "../answer-of.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

export interface EngineInput {
  readonly engine: Answer;
  readonly plugin: Answer;
  /** Without containers to run, what lacks may lack. */
  readonly isNeeded: boolean;
}

export function checkEngine({ engine, plugin, isNeeded }: EngineInput): readonly Finding[] {
  const lacks = isNeeded ? problem : warning;
  const answers =
    "text" in engine
      ? ok("engine", `the Docker engine answers, version ${engine.text}`)
      : lacks(
          "engine",
          `the Docker engine does not answer: ${engine.wrong}`,
          "install and start Docker for containers",
        );
  const plugs =
    "text" in plugin
      ? ok("compose", `docker compose is there, version ${plugin.text}`)
      : lacks("compose", `docker compose does not run: ${plugin.wrong}`, "install the compose plugin, version 2");
  return [answers, plugs];
}

/** `simulatorTime`: the clock of where the simulator runs, in seconds' precision; both in milliseconds since 1970. */
export interface ClockInput {
  readonly hostTime: number;
  readonly simulatorTime: number;
  /** The world's own, which may be moved on purpose. */
  readonly worldTime: number;
}

const CLOCK_TOLERANCE_MS = 5_000;
/** As far as a signature's date may be off: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html */
const SIGNATURE_TOLERANCE_MS = 15 * 60_000;

export function checkClock(input: ClockInput | undefined): Finding {
  if (input === undefined) return ok("clock", "not compared: no simulator was found running");
  const { hostTime, simulatorTime, worldTime } = input;
  const apart = Math.abs(hostTime - simulatorTime);
  const message = `the clocks of this host and of the simulator are ${Math.round(apart / 1000)} s apart`;
  const advice = "set this host's clock, or restart the virtual machine that Docker runs in";
  if (apart > SIGNATURE_TOLERANCE_MS) return problem("clock", `${message}: signatures are refused`, advice);
  if (apart > CLOCK_TOLERANCE_MS) return warning("clock", message, advice);
  const moved = Math.round((worldTime - simulatorTime) / 1000);
  if (Math.abs(moved) * 1000 <= CLOCK_TOLERANCE_MS) return ok("clock", "host and simulator have the same time");
  const where = moved > 0 ? "ahead of" : "behind";
  return ok(
    "clock",
    `host and simulator have the same time; the world's is ${Math.abs(moved)} s ${where} it, as it was set`,
  );
}

export type Resolved = Readonly<Record<string, readonly string[]>>;

/** What must resolve to this host, and what is only of use when it does. */
export const HOST_NAMES = ["localhost", "s3.localhost", "demo.s3.localhost"] as const;

export function checkNames(resolved: Resolved): readonly Finding[] {
  const here = (name: string) => resolved[name]?.some((address) => /^127\.|^::1$/.test(address)) ?? false;
  const wrong = HOST_NAMES.filter((name) => !here(name));
  if (wrong.length === 0) return [ok("names", `${HOST_NAMES.join(", ")} are this host`)];
  const found = wrong.map((name) => `${name} resolves to ${resolved[name]?.join(", ") || "no address"}`);
  const message = `${found.join(", ")} instead of 127.0.0.1`;
  if (!here("localhost")) return [problem("names", message, "put `127.0.0.1 localhost` into the hosts file")];
  const advice = "let clients on this host use path style, which an IP as AWS_ENDPOINT_URL gives";
  return [warning("names", message, `${advice}, or put the buckets' names into the hosts file`)];
}

export interface PortState {
  readonly port: number;
  readonly use: string;
  /** The option of `rolemint up` that chooses another. */
  readonly option: string;
  /** Absent: free. A program's name and pid, or empty when nobody can say. */
  readonly takenBy?: string;
}

/** `undefined`: a simulator of ours runs on this host, so they are its. */
export function checkPorts(ports: readonly PortState[] | undefined): readonly Finding[] {
  if (ports === undefined) return [ok("ports", "not looked at: a simulator runs")];
  const taken = ports.filter(({ takenBy }) => takenBy !== undefined);
  if (taken.length === 0) return [ok("ports", `${ports.map(({ port }) => port).join(", ")} of 127.0.0.1 are free`)];
  return taken.map(({ port, use, option, takenBy }) =>
    warning(
      "ports",
      `port ${port} of 127.0.0.1 (${use}) is taken by ${takenBy || "another program"}`,
      `end it, or choose another: rolemint up ${option} 0`,
    ),
  );
}
