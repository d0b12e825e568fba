// Finding the simulator that runs, by the ready file it wrote, and asking its control API.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadyFile } from "@rolemint/simulator";
import { CliError } from "./exit.ts";

export interface WhereFlags {
  readonly ready?: string;
  readonly state?: string;
}

export const DEFAULT_STATE = ".rolemint";

const HINT = "start one with `rolemint up`, or say where it is with --state or --ready";

export function readyPath({ ready, state }: WhereFlags): string {
  return ready ?? join(state ?? DEFAULT_STATE, "ready.json");
}

/** The ready file of a simulator that is alive. Throws a CliError (3) when there is none. */
export function findRunning(flags: WhereFlags): ReadyFile {
  const path = readyPath(flags);
  const ready = readReadyFile(path, HINT);
  if (ready.pid !== null && !isAlive(ready.pid)) {
    throw new CliError("environment", `the simulator of ${path} (pid ${ready.pid}) is gone; ${HINT}`);
  }
  return ready;
}

/** `next` is what to do where it is none. Throws a CliError (3). */
export function readReadyFile(path: string, next: string): ReadyFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new CliError("environment", `no simulator runs here (there is no ${path}); ${next}`);
    }
    throw new CliError("environment", `${path} cannot be read: ${(error as Error).message}; ${next}`);
  }
  return readyFileIn(text, path, next);
}

/** The same of a text that is read already, from `path`. */
export function readyFileIn(text: string, path: string, next: string): ReadyFile {
  let ready: Partial<ReadyFile> | null;
  try {
    ready = JSON.parse(text);
  } catch (error) {
    throw new CliError("environment", `${path} cannot be read: ${(error as Error).message}; ${next}`);
  }
  const { version, endpoints, operator, instances } = ready ?? {};
  if (version !== undefined && version !== 1) {
    throw new CliError("environment", `${path} was written by another version of rolemint; ${next}`);
  }
  if (![endpoints, operator, instances].every((part) => typeof part === "object")) {
    throw new CliError("environment", `${path} is not a ready file of rolemint; ${next}`);
  }
  return ready as ReadyFile;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return !isUnburied(pid);
}

/** It has ended, and its parent has not asked how: common in containers, whose first process reaps no strangers. */
function isUnburied(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")")).startsWith(") Z");
  } catch {
    return false;
  }
}

/** Calls an action of the control API. Refusals become CliErrors. */
export async function callControl<Answer>(ready: ReadyFile, action: string, input: object = {}): Promise<Answer> {
  const { endpoints, controlToken, pid } = ready;
  // A port that Docker chose is another after a restart, and may then be somebody else's.
  const again = "where its containers were started anew, run `rolemint connect` again";
  let response: Response;
  let answer: Answer & { code?: string; message?: string };
  try {
    response = await fetch(`${endpoints.control}/${action}`, {
      method: "POST",
      headers: { authorization: `Bearer ${controlToken}`, "content-type": "application/json" },
      body: JSON.stringify(input),
    });
    answer = (await response.json()) as typeof answer;
  } catch {
    const next = pid === null ? `start it; ${again}` : "start it";
    throw new CliError("environment", `the simulator at ${endpoints.control} does not answer; ${next}`);
  }
  if (response.ok) return answer;
  const message = answer.message ?? `${action} failed`;
  if (response.status === 401 && pid === null) throw new CliError("environment", `${message}; ${again}`);
  if (response.status >= 500) throw new CliError("environment", message);
  throw new CliError(response.status === 409 ? "refused" : "usage", message);
}

/** The world's clock as it stands: milliseconds since the epoch, and how many times as fast as the host's it goes. */
export interface WorldClock {
  readonly timeMs: number;
  readonly rate: number;
}

export async function worldClock(ready: ReadyFile): Promise<WorldClock> {
  const { Time, ClockRate } = await callControl<{ Time: string; ClockRate: number }>(ready, "DescribeWorld");
  return { timeMs: Date.parse(Time), rate: ClockRate };
}

export interface ListedInstance {
  readonly Name: string;
  readonly InstanceId: string;
  readonly Endpoint?: string;
  /** What it calls from, in containers. */
  readonly Address?: string;
  readonly Role?: string;
  readonly InstanceProfileArn?: string;
  readonly Generation?: number;
  readonly AccessKeyId?: string;
  readonly Expiration?: string;
  readonly Warnings?: readonly { readonly Time: string; readonly Code: string; readonly Message: string }[];
  readonly Rotation: Schedule;
}

/** A rotation schedule: durations like `6h20m`, and the profile's name where it is one. */
export interface Schedule {
  readonly Profile?: string;
  readonly Lifetime: string;
  readonly RenewEvery?: string;
  readonly Overlap?: string;
  readonly Jitter?: string;
}

export async function listInstances(ready: ReadyFile): Promise<readonly ListedInstance[]> {
  return (await callControl<{ Instances: ListedInstance[] }>(ready, "ListInstances")).Instances;
}

/** The running instance that a name or an id means; the only one where none is given. Throws CliError (2, or 1). */
export async function listedInstance(ready: ReadyFile, named: string | undefined): Promise<ListedInstance> {
  return instanceAmong(await listInstances(ready), named);
}

/** The same of the ready file, which keeps those of one name by their ids; in a container they are CliErrors (3). */
export function instanceIn(ready: ReadyFile, named: string | undefined): { name: string; imds: string } {
  const all = Object.entries(ready.instances).map(([Name, { instanceId, imds }]) => ({
    Name,
    InstanceId: instanceId,
    imds,
  }));
  const { Name: name, imds } = instanceAmong(all, named);
  if (imds !== null) return { name, imds };
  const next = "run the program in its container, or the world with `rolemint up`";
  throw new CliError("environment", `${name} has no metadata endpoint that the host can reach; ${next}`);
}

function instanceAmong<One extends Pick<ListedInstance, "Name" | "InstanceId">>(
  all: readonly One[],
  named: string | undefined,
): One {
  const found = all.filter(({ Name, InstanceId }) => named === undefined || Name === named || InstanceId === named);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined && named !== undefined) {
    const ids = found.map(({ InstanceId }) => InstanceId).join(", ");
    throw new CliError("refused", `more than one running instance is called ${named}; name it by its id: ${ids}`);
  }
  const names = all.map(({ Name }) => Name).join(", ") || "none";
  if (named === undefined) throw new CliError("usage", `say which instance: there are ${names}`);
  throw new CliError("usage", `no running instance is called ${named}; there are ${names}`);
}
