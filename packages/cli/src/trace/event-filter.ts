// The filters of `rolemint trace` as flags, and as the control API takes them.
import { parseDuration } from "@rolemint/host";
import { CliError } from "../exit.ts";

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

/** `now` gives world time, milliseconds; it is asked where a flag needs it. Throws a CliError (2) for a wrong time. */
export async function filterOf(flags: FilterFlags, now: () => Promise<number>): Promise<EventFilter> {
  const { instance, since, until, kind, key, generation, action, status, code } = flags;
  return {
    ...(since !== undefined && { Since: /^\d+$/.test(since) ? since : await timeOf("--since", since, now) }),
    ...(until !== undefined && { Until: await timeOf("--until", until, now) }),
    ...(instance !== undefined && { Instance: instance }),
    ...(kind !== undefined && { Kinds: kind }),
    ...(key !== undefined && { AccessKeyId: key }),
    ...(generation !== undefined && { Generation: generation }),
    ...(action !== undefined && { Action: action }),
    ...(status !== undefined && { Status: status }),
    ...(code !== undefined && { Code: code }),
  };
}

/** `10m` is so long ago. */
async function timeOf(flag: string, text: string, now: () => Promise<number>): Promise<string> {
  const ago = parseDuration(text);
  if (ago !== undefined) return new Date((await now()) - ago).toISOString();
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return text;
  throw new CliError("usage", `${flag} takes a time like 2026-11-23T05:30:00Z or how long ago like 10m, not "${text}"`);
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
