// Two faults at one place, for one instance, at one time contradict each other: nobody could say which of them holds.
import { type Description, overlap } from "@rolemint/faults";
import { profileOf } from "../instances.ts";
import type { Fault } from "../rows.ts";
import type { World } from "../world.ts";
import { descriptionOf, FaultProblem } from "./request.ts";

/** Throws FaultProblem if one of those that are there contradicts the one to be put. */
export function refuseContradiction(world: World, there: readonly Fault[], made: Omit<Fault, "id" | "order">): void {
  const roleOf = (id: string) => {
    const instance = world.tables.instances.get(id);
    return instance && profileOf(world, instance)?.roleName;
  };
  const place = placeOf(descriptionOf(made.name)!);
  for (const fault of there) {
    const kind = descriptionOf(fault.name);
    if (!kind || placeOf(kind) !== place || !overlap(fault.target, made.target, roleOf)) continue;
    const isApart = !fault.fromRefresh && !made.fromRefresh && (fault.ends <= made.begins || made.ends <= fault.begins);
    // Two that wait for other paths do not meet.
    if (isApart || (fault.path !== undefined && made.path !== undefined && fault.path !== made.path)) continue;
    const whom = fault.target === "all" ? "all instances" : `the ${fault.target}`;
    throw new FaultProblem(
      "conflict",
      `${made.name} contradicts ${fault.name} (${fault.id}), which is for ${whom}; remove that first`,
    );
  }
}

function placeOf({ place, name }: Description): string {
  return place ?? name;
}
