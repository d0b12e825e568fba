// Input and output as CloudTrail shows them: members in lower camel case, times as it writes them, and no secret.
import { lowerFirst } from "@rolemint/wire";
import { trailExpiration } from "@rolemint/world";

const SECRETS = new Set(["SecretAccessKey"]);
const HIDDEN = new Set(["UserData"]);
const TIMES = /^(?:.*Date|.*Time|Expiration|Timestamp)$/;

/** Undefined where nothing is to be shown. */
export function trailParameters(input: object): object | undefined {
  const shown = shownMembers(input);
  return Object.keys(shown).length === 0 ? undefined : shown;
}

function shownMembers(value: object): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, inside] of Object.entries(value)) {
    if (inside === undefined || SECRETS.has(name)) continue;
    shown[lowerFirst(name)] = HIDDEN.has(name) ? "<sensitiveDataRemoved>" : shownValue(name, inside);
  }
  return shown;
}

function shownValue(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => shownValue("", item));
  if (typeof value === "number" && TIMES.test(name)) return trailExpiration(value);
  return typeof value === "object" && value !== null ? shownMembers(value) : value;
}
