// The filters of `rolemint trace` as flags, and as the control API takes them.
import type { ReadyFile } from "@rolemint/simulator";
import { timeIn } from "../time-flag.ts";

export interface FilterFlags {
  readonly instance?: string;
  readonly since?: string;
  readonly until?: string;
  readonly kind?: readonly string[];
  readonly key?: string;
  readonly generation?: number;
  readonly action?: string;
  readonly status?: number;
  readonly code?: string;
}

/** Input members of ListEvents. */
export interface EventFilter {
  readonly Since?: string;
  readonly Until?: string;
  readonly Instance?: string;
  readonly Kinds?: readonly string[];
  readonly AccessKeyId?: string;
  readonly Generation?: number;
  readonly Action?: string;
  readonly Status?: number;
  readonly Code?: string;
}

/** Throws a CliError (2) for a wrong time. */
export async function filterOf(flags: FilterFlags, ready: ReadyFile): Promise<EventFilter> {
  const { instance, since, until, kind, key, generation, action, status, code } = flags;
  return {
    ...(since !== undefined && { Since: /^\d+$/.test(since) ? since : await timeOf("--since", since, ready) }),
    ...(until !== undefined && { Until: await timeOf("--until", until, ready) }),
    ...(instance !== undefined && { Instance: instance }),
    ...(kind !== undefined && { Kinds: kind }),
    ...(key !== undefined && { AccessKeyId: key }),
    ...(generation !== undefined && { Generation: generation }),
    ...(action !== undefined && { Action: action }),
    ...(status !== undefined && { Status: status }),
    ...(code !== undefined && { Code: code }),
  };
}

async function timeOf(flag: string, text: string, ready: ReadyFile): Promise<string> {
  return new Date(await timeIn(flag, text, ready)).toISOString();
}

/** The parameters of the stream. */
export function streamQuery(filter: EventFilter): string {
  const { Since, Until, Instance, Kinds = [], AccessKeyId, Generation, Action, Status, Code } = filter;
  const parameters = new URLSearchParams(Kinds.map((kind) => ["kind", kind] as [string, string]));
  const others = {
    since: Since,
    until: Until,
    instance: Instance,
    accessKeyId: AccessKeyId,
    generation: Generation,
    action: Action,
    status: Status,
    code: Code,
  };
  for (const [name, value] of Object.entries(others)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.toString();
}
