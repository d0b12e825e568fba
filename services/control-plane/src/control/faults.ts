// What the actions on faults share: how one is shown, and how a refusal of the world's is worded.

import { meantInstance, meantRole } from "@rolemint/faults";
import { formatDuration } from "@rolemint/host";
import { pause } from "@rolemint/host/schedule";
import {
  boolean,
  described,
  document,
  integer,
  list,
  number,
  oneOf,
  required,
  string,
  struct,
  timestamp,
  type ValueOf,
} from "@rolemint/wire";
import { descriptionOf, type Fault, FaultProblem, nameOf, topologyProblem, type World } from "@rolemint/world";
import { ControlError, type ControlSurroundings } from "./action.ts";

export const FaultView = struct({
  Id: required(string()),
  Name: required(string()),
  Target: required(described(string(), "the name of an instance, role:NAME, or all")),
  Parameters: required(document()),
  State: required(oneOf("waiting", "acting")),
  Begins: described(timestamp(), "absent while it waits for a refresh"),
  Ends: timestamp(),
  FromRefresh: boolean(),
  Nth: integer(),
  Path: string(),
  Probability: required(number()),
  Seed: described(string(), "what chance is drawn from: the same seed repeats the same run"),
  Times: integer(),
  Acted: required(
    described(
      list(struct({ Instance: required(string()), Times: required(integer()) })),
      "how often it has acted on each instance, by id",
    ),
  ),
});

export function faultView(world: World, fault: Fault): ValueOf<typeof FaultView> {
  const { fromRefresh, times, probability } = fault;
  const isAboutRequests = descriptionOf(fault.name)?.acts === "requests";
  const isDrawn = isAboutRequests && probability < 1;
  // Moved back to before it, the clock comes to it once more; what a fault has done to the world stays done.
  const isAhead = isAboutRequests && fault.begins > world.now();
  return {
    Id: fault.id,
    Name: fault.name,
    Target: shownTarget(world, fault.target),
    Parameters: shownParameters(fault),
    State: isAhead ? "waiting" : fault.state,
    ...(!fromRefresh && { Begins: fault.begins, Ends: fault.ends }),
    ...(fromRefresh && { FromRefresh: true }),
    Nth: fault.nth,
    Path: fault.path,
    Probability: probability,
    ...(isDrawn && { Seed: fault.seed }),
    Times: times,
    Acted: Object.entries(fault.acted).map(([Instance, Times]) => ({ Instance, Times })),
  };
}

/** Durations as they are written. */
function shownParameters({ name, parameters }: Fault): Readonly<Record<string, unknown>> {
  const described = descriptionOf(name)?.parameters ?? {};
  const shown = Object.entries(parameters).map(([key, value]) => {
    const isDuration = described[key]?.type === "duration" && typeof value === "number";
    return [key, isDuration ? formatDuration(value) : value] as const;
  });
  return Object.fromEntries(shown);
}

function shownTarget(world: World, target: string): string {
  const role = meantRole(target);
  if (role !== undefined) return `role:${role}`;
  const instance = world.tables.instances.get(meantInstance(target) ?? "");
  return instance ? nameOf(instance) : target;
}

const CODES = { invalid: "InvalidInput", missing: "NotFound", conflict: "Conflict" } as const;

/** Does it, with the world's refusals as ours. */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FaultProblem) throw new ControlError(CODES[error.kind], error.message);
    throw error;
  }
}

/** A part that is only slow takes a change in this time. */
const PATIENCE_MS = 2000;
const LOOK_AGAIN_MS = 100;

/**
 * Resolves when the faults are known to whom it concerns. Who has to carry one out may have gone without a word, which
 * shows when it does not take the change: then all of them are taken back, and it throws a Conflict.
 */
export async function carryOut(
  faults: readonly Fault[],
  { world, acknowledged }: Pick<ControlSurroundings, "world" | "acknowledged">,
): Promise<void> {
  await acknowledged();
  const problem = () => faults.map((fault) => topologyProblem(world, fault)).find((text) => text !== undefined);
  for (let waitedMs = 0; waitedMs < PATIENCE_MS && problem() !== undefined; waitedMs += LOOK_AGAIN_MS) {
    await pause(LOOK_AGAIN_MS);
  }
  const message = problem();
  if (message === undefined) return;
  for (const { id } of faults) world.faults.remove(id);
  await acknowledged();
  throw new ControlError("Conflict", message);
}
