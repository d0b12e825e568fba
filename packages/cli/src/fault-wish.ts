// A fault as it is wished for on the command line, as the control API takes it: triggers, and parameters by names that
// may be written as people write options.
import { parameterNamed, triggerOf as readTrigger, TRIGGER_FORMS, type Trigger } from "@rolemint/config/fault-trigger";
import { suggestion } from "@rolemint/config/nearest";
import { CliError } from "./exit.ts";

/** As ListFaults lists them. */
export interface FaultKind {
  readonly Name: string;
  readonly Row: string;
  readonly Says: string;
  readonly Acts: string;
  readonly Parameters: readonly {
    readonly Name: string;
    readonly Says: string;
    readonly Wanted: string;
    readonly Default?: string;
    readonly Needed?: true;
  }[];
}

export interface FaultPreset {
  readonly Name: string;
  readonly Replays: string;
  readonly GoodClient: string;
  readonly Faults: readonly string[];
}

/** The one of that name. Throws CliError (2) with the name that was probably meant. */
export function namedAs<Row extends { readonly Name: string }>(what: string, rows: readonly Row[], name: string): Row {
  const found = rows.find(({ Name }) => Name === name);
  if (found) return found;
  const names = rows.map(({ Name }) => Name);
  const hint = suggestion(name, names) || `; there are ${names.join(", ")}`;
  throw new CliError("usage", `there is no ${what} ${name}${hint}`);
}

/** `first-byte=2s` as `{ FirstByte: "2s" }`. `owner` is whose they are. Throws CliError (2). */
export function parametersIn(
  texts: readonly string[],
  kinds: readonly Pick<FaultKind, "Parameters">[],
  owner: string,
): Record<string, string> {
  const names = [...new Set(kinds.flatMap(({ Parameters }) => Parameters.map(({ Name }) => Name)))];
  const given: Record<string, string> = {};
  for (const text of texts) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined || value === undefined) {
      throw new CliError("usage", `parameters are written key=value, not "${text}"; correct it`);
    }
    const name = parameterNamed(names, key);
    if (name === undefined) {
      const list = names.length === 0 ? "; it takes none" : `; there are ${names.map(asOption).join(", ")}`;
      const hint = suggestion(key, names.map(asOption)) || list;
      throw new CliError("usage", `${owner} takes no parameter ${key}${hint}`);
    }
    if (Object.hasOwn(given, name)) throw new CliError("usage", `${asOption(name)} is given twice; give it once`);
    given[name] = value;
  }
  return given;
}

/** `FirstByte` as `first-byte`. */
export function asOption(name: string): string {
  return name.replace(/(?<=[a-z\d])(?=[A-Z])/g, "-").toLowerCase();
}

/** Several triggers are one, if no two say the same. Throws CliError (2). */
export function triggerOf(whens: readonly string[]): Trigger {
  const trigger = readTrigger(whens);
  if (!("wrong" in trigger)) return trigger;
  const { wrong, isTwice } = trigger;
  const text = isTwice ? `--when says two times, ${whens.join(" and ")}; choose one` : undefined;
  throw new CliError("usage", text ?? `--when is ${TRIGGER_FORMS}, not "${wrong}"; correct it`);
}

/** A number of an option. Throws CliError (2). */
export function numberIn(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new CliError("usage", `--${option} is a number, not "${text}"; correct it`);
}
