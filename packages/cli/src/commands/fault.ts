// `rolemint fault add`, `rm` and `preset`: faults put and taken away over the control API.
import { CliError } from "../exit.ts";
import { type FaultKind, type FaultPreset, namedAs, numberIn, parametersIn, triggerOf } from "../fault-wish.ts";
import { type OutputFlags, outputFor, visible } from "../output.ts";
import { callControl, findRunning, listedInstance, type WhereFlags } from "../running.ts";

interface WhomFlags extends WhereFlags, OutputFlags {
  readonly target?: string;
  readonly for?: string;
}

export interface AddFlags extends WhomFlags {
  readonly when: readonly string[];
  readonly probability?: string;
  readonly times?: string;
  readonly seed?: string;
}

/** As the control API shows a fault. */
export interface ShownFault {
  readonly Id: string;
  readonly Name: string;
  readonly Target: string;
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly State: "waiting" | "acting";
  readonly Begins?: string;
  readonly Ends?: string;
  readonly Nth?: number;
  readonly Path?: string;
  readonly Probability: number;
  readonly Seed?: string;
  readonly Times?: number;
  readonly Acted: readonly { readonly Instance: string; readonly Times: number }[];
}

type Ready = ReturnType<typeof findRunning>;

interface Catalogue {
  readonly Kinds: readonly FaultKind[];
  readonly Presets: readonly FaultPreset[];
}

export function catalogueOf(ready: Ready): Promise<Catalogue> {
  return callControl<Catalogue>(ready, "ListFaults", { All: true });
}

export async function addFault(name: string, parameters: readonly string[], flags: AddFlags): Promise<void> {
  const trigger = triggerOf(flags.when);
  const limits = { Probability: numberIn("probability", flags.probability), Times: numberIn("times", flags.times) };
  const ready = findRunning(flags);
  const kind = namedAs("fault", (await catalogueOf(ready)).Kinds, name);
  const input = {
    Name: name,
    Target: await targetOf(ready, flags),
    Parameters: parametersIn(parameters, [kind], name),
    ...trigger,
    ...limits,
    For: flags.for,
    Seed: flags.seed,
  };
  const { Fault, Note } = await callControl<{ Fault: ShownFault; Note?: string }>(ready, "PutFault", input);
  const output = outputFor(flags);
  output.result(lineOf(Fault), { version: 1, fault: Fault, ...(Note !== undefined && { note: Note }) });
  if (Note !== undefined) output.text(Note);
  if (Fault.Seed !== undefined && flags.seed === undefined) output.text(`--seed ${Fault.Seed} repeats this run`);
}

export async function putPreset(name: string, parameters: readonly string[], flags: WhomFlags): Promise<void> {
  const ready = findRunning(flags);
  const { Kinds, Presets } = await catalogueOf(ready);
  const preset = namedAs("preset", Presets, name);
  const kinds = Kinds.filter((kind) => preset.Faults.includes(kind.Name));
  const given = parametersIn(parameters, kinds, name);
  // One that only moves the clock is for nobody more than for others.
  const target = preset.Faults.length === 0 ? (flags.target ?? "all") : await targetOf(ready, flags);
  const input = { Name: name, Target: target, Parameters: given, For: flags.for };
  const { Faults, Time } = await callControl<{ Faults: ShownFault[]; Time: string }>(ready, "PutPreset", input);
  const lines = Faults.length === 0 ? [`world time is ${Time}`] : Faults.map(lineOf);
  const output = outputFor(flags);
  output.result(lines.join("\n"), { version: 1, faults: Faults, time: Time });
  output.text(`A good client ${preset.GoodClient}.`);
}

export async function removeFault(
  id: string | undefined,
  flags: WhereFlags & OutputFlags & { readonly all?: boolean },
): Promise<void> {
  if ((id === undefined) === (flags.all !== true)) {
    throw new CliError("usage", "say which: rolemint fault rm ID, or --all");
  }
  const input = id === undefined ? { All: true } : { Id: id };
  const { Ids } = await callControl<{ Ids: string[] }>(findRunning(flags), "DeleteFault", input);
  const output = outputFor(flags);
  output.result(Ids.join("\n"), { version: 1, ids: Ids });
  if (Ids.length === 0) output.text("there is no fault");
}

/** The only instance where none is named. Throws CliError (2). */
async function targetOf(ready: Ready, { target }: WhomFlags): Promise<string> {
  return target ?? (await listedInstance(ready, undefined)).InstanceId;
}

/** `f-1 imds.slow on web, acting until 2026-11-23T06:30:00Z` */
function lineOf({ Id, Name, Target, Begins, Ends, State }: ShownFault): string {
  const isOver = Begins !== undefined && Begins === Ends;
  const waits = Begins === undefined ? "waiting for a refresh" : `from ${Begins} until ${Ends}`;
  const course = isOver && State === "acting" ? "done" : State === "acting" ? `acting until ${Ends}` : waits;
  return `${Id} ${Name} on ${visible(Target)}, ${course}`;
}
