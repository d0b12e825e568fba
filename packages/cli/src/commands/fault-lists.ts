// `rolemint fault ls` and `rolemint fault preset` without a name: what is under way, and what there is to choose from.
import Table from "cli-table3";
import pc from "picocolors";
import { asOption, type FaultKind, type FaultPreset } from "../fault-wish.ts";
import { type OutputFlags, outputFor, visible } from "../output.ts";
import { callControl, findRunning, type WhereFlags } from "../running.ts";
import { catalogueOf, type ShownFault } from "./fault.ts";

type ListFlags = WhereFlags & OutputFlags;

export async function listFaults(flags: ListFlags & { readonly all?: boolean }): Promise<void> {
  const ready = findRunning(flags);
  const output = outputFor(flags);
  if (flags.all) {
    const { Kinds } = await catalogueOf(ready);
    return output.result(Kinds.map(kindText).join("\n"), { version: 1, kinds: Kinds });
  }
  const { Faults } = await callControl<{ Faults: ShownFault[] }>(ready, "ListFaults");
  output.result(Faults.length === 0 ? "" : tableOf(Faults), { version: 1, faults: Faults });
  if (Faults.length === 0) output.text("no fault is under way; `rolemint fault ls --all` lists what there is");
}

export async function listPresets(flags: ListFlags): Promise<void> {
  const { Presets } = await catalogueOf(findRunning(flags));
  outputFor(flags).result(Presets.map(presetText).join("\n"), { version: 1, presets: Presets });
}

function tableOf(faults: readonly ShownFault[]): string {
  const table = new Table({
    head: ["id", "fault", "target", "with", "state", "begins", "ends", "acted"],
    style: { head: pc.isColorSupported ? ["bold"] : [], border: [], compact: true },
  });
  for (const fault of faults) {
    const { Id, Name, Target, State, Begins, Ends, Acted } = fault;
    const acted = Acted.reduce((sum, { Times }) => sum + Times, 0);
    const cells = [Id, Name, Target, withText(fault), State, Begins ?? "next refresh", Ends ?? "-", acted];
    table.push(cells.map((cell) => visible(String(cell))));
  }
  return table.toString();
}

/** As `fault add` takes it. */
function withText({ Parameters, Nth, Path, Times, Probability }: ShownFault): string {
  const given = Object.entries(Parameters).map(([name, value]) => `${asOption(name)}=${value}`);
  const limits = { request: Nth, path: Path, times: Times, probability: Probability === 1 ? undefined : Probability };
  const said = Object.entries(limits).flatMap(([name, value]) => (value === undefined ? [] : `${name}:${value}`));
  return [...given, ...said].join(" ");
}

function kindText({ Name, Says, Parameters }: FaultKind): string {
  const lines = Parameters.map(({ Name: name, Says: says, Wanted, Default, Needed }) => {
    const fallback = Needed ? ", needed" : Default === undefined ? "" : `, default ${Default}`;
    return `    ${asOption(name)}: ${says} (${Wanted}${fallback})`;
  });
  return [`${pc.bold(Name)}  ${Says}`, ...lines].join("\n");
}

function presetText({ Name, Replays, GoodClient }: FaultPreset): string {
  return `${pc.bold(Name)}  ${Replays}\n    A good client ${GoodClient}.`;
}
