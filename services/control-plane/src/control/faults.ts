// What the actions on faults share: how one is shown, and how a refusal of the world's is worded.

import { meantInstance, meantRole } from "@rolemint/faults";
import { formatDuration } from "@rolemint/host";
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
import { descriptionOf, type Fault, FaultProblem, nameOf, type World } from "@rolemint/world";
import { ControlError } from "./action.ts";

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
  const isDrawn = descriptionOf(fault.name)?.acts === "requests" && probability < 1;
  return {
    Id: fault.id,
    Name: fault.name,
    Target: shownTarget(world, fault.target),
    Parameters: shownParameters(fault),
    State: fault.state,
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
