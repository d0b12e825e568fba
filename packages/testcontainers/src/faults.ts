// Faults and presets over the control API: put, listed, healed.
import type { Control } from "./control.ts";

export interface FaultOptions {
  /** An instance by name or id, `role:NAME`, or `all`, which is the default. */
  readonly target?: string;
  /** What the fault takes, as docs/guides/faults.md lists it: `{ FirstByte: "2s" }`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** How long, world time: `30m`; default 1h. */
  readonly for?: string;
  /** When it begins: a time, or `+10m`; default now. */
  readonly at?: string;
  /** When so many percent of the lifetime of the instance's credentials are over. */
  readonly atLifetime?: number;
  /** Begins with the next request for the credential document. */
  readonly fromRefresh?: boolean;
  /** Acts on the n-th request. */
  readonly nth?: number;
  /** A regular expression that the path must match. */
  readonly path?: string;
  readonly probability?: number;
  readonly seed?: string;
  readonly times?: number;
}

/** As ListFaults gives it. */
export interface FaultState {
  readonly Id: string;
  readonly Name: string;
  readonly Target: string;
  readonly State: string;
  readonly Begins?: string;
  readonly Ends?: string;
  readonly Seed?: string;
  readonly Acted: readonly { readonly Instance: string; readonly Times: number }[];
}

/** A fault, or those of a preset, from their putting to their healing. */
export interface Fault extends AsyncDisposable {
  readonly ids: readonly string[];
  heal(): Promise<void>;
}

/** Kinds have a dot in their names, presets have none. */
export async function putFault(
  control: Control,
  name: string,
  options: FaultOptions,
): Promise<Pick<Fault, "ids" | "heal">> {
  const { target = "all", parameters, ...when } = options;
  const input = { Name: name, Target: target, Parameters: parameters, ...capitalised(when) };
  if (name.includes(".")) {
    const { Fault } = await control.ask<{ Fault: FaultState }>("PutFault", input);
    return handleOf(control, [Fault.Id]);
  }
  const { Faults } = await control.ask<{ Faults: FaultState[] }>("PutPreset", input);
  return handleOf(
    control,
    Faults.map(({ Id }) => Id),
  );
}

function handleOf(control: Control, ids: readonly string[]): Pick<Fault, "ids" | "heal"> {
  const heal = async () => {
    const { Faults } = await control.ask<{ Faults: FaultState[] }>("ListFaults");
    // One that is over has healed itself.
    for (const { Id } of Faults) if (ids.includes(Id)) await control.ask("DeleteFault", { Id });
  };
  return { ids, heal };
}

/** The members of the API begin with a capital. */
function capitalised(options: object): Record<string, unknown> {
  const entries = Object.entries(options);
  return Object.fromEntries(entries.map(([name, value]) => [name[0]!.toUpperCase() + name.slice(1), value]));
}
