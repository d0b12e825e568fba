// The faults of a file, put when the file is applied first and after each Reset. An entry that stands there as it stood
// is left alone, also when its faults are over; one that is gone or changed takes its faults away, and they heal.
import { beginIn, FaultProblem, putPreset, type World } from "@rolemint/world";
import { ApplyError } from "./apply-rules.ts";
import type { FaultConfig } from "./config.ts";

/** An entry of the file that was applied last, and the faults that it put. */
interface Put {
  readonly entry: string;
  readonly ids: readonly string[];
}

/** Inside a change. `isFirst`: nothing was applied to this world before. Throws ApplyError. */
export function applyFaults(world: World, faults: readonly FaultConfig[], isFirst: boolean): void {
  const before = isFirst ? [] : (JSON.parse(world.store.setting("config.faults") ?? "[]") as Put[]);
  const remaining = [...before];
  const kept = faults.map((fault) => {
    const entry = JSON.stringify(fault);
    const at = remaining.findIndex((one) => one.entry === entry);
    return { entry, fault, put: at < 0 ? undefined : remaining.splice(at, 1)[0] };
  });
  for (const { ids } of remaining) for (const id of ids) world.faults.remove(id);
  const now = kept.map(({ entry, fault, put }, index) => put ?? { entry, ids: putFault(world, fault, index) });
  const text = JSON.stringify(now);
  if (text !== JSON.stringify(before)) world.store.putSetting("config.faults", text);
}

function putFault(world: World, fault: FaultConfig, index: number): string[] {
  try {
    return idsOf(world, fault);
  } catch (error) {
    if (!(error instanceof FaultProblem)) throw error;
    throw new ApplyError(`faults[${index}] (${fault.name ?? fault.preset}): ${error.message}`);
  }
}

function idsOf(world: World, { name, preset, target, parameters: given, at, ...rest }: FaultConfig): string[] {
  if (preset !== undefined) {
    return putPreset(world, { name: preset, target, given, for: rest.for }).map(({ id }) => id);
  }
  const begins = at === undefined ? {} : { at: beginIn(world, at) };
  return [world.faults.put({ name: name!, target, given, ...begins, ...rest }).id];
}
