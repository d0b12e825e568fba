// When a fault acts, as people write it: on the command line and in a rolemint.yaml.
import { parseLater } from "@rolemint/host/duration";
import { parseTimestamp } from "@rolemint/policy/instant";

/** Members of PutFault. */
export interface Trigger {
  readonly At?: string;
  readonly AtLifetime?: number;
  readonly FromRefresh?: true;
  readonly Nth?: number;
  readonly Path?: string;
}

export const TRIGGER_FORMS = "now, +10m, a time, next-refresh, request:3, path:REGEX or lifetime:80%";

/** Several that go together are one. The text that is none, or says what another one said, is given instead. */
export function triggerOf(texts: readonly string[]): Trigger | { readonly wrong: string; readonly isTwice: boolean } {
  let trigger: Trigger = {};
  for (const text of texts) {
    const one = triggerIn(text);
    if (!one) return { wrong: text, isTwice: false };
    if (Object.keys(one).some((key) => Object.hasOwn(trigger, key))) return { wrong: text, isTwice: true };
    trigger = { ...trigger, ...one };
  }
  return trigger;
}

function triggerIn(text: string): Trigger | undefined {
  const [, kind, rest = ""] = /^(request|path|lifetime):(.+)$/s.exec(text) ?? [];
  if (text === "now") return {};
  if (text === "next-refresh") return { FromRefresh: true };
  if (kind === "path") return { Path: rest };
  if (kind === "request" && /^[1-9]\d{0,5}$/.test(rest)) return { Nth: Number(rest) };
  if (kind === "lifetime" && /^\d{1,3}(\.\d+)?%?$/.test(rest)) return { AtLifetime: Number(rest.replace("%", "")) };
  return parseLater(text) !== undefined || /^\d{4}-\d\d-\d\dT/.test(text) ? { At: text } : undefined;
}

/** Whether a trigger's `At` is one: `+10m`, or a time that there is. */
export function isBeginning(at: string): boolean {
  return (parseLater(at) ?? parseTimestamp(at)) !== undefined;
}

/** The parameter that a key means: `FirstByte` may be written `first-byte` and `firstByte` too. */
export function parameterNamed(names: readonly string[], key: string): string | undefined {
  return names.find((one) => plain(one) === plain(key));
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}
