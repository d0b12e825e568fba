// The course of a fault: it begins, may have something to do between, and ends, each when it is due. Here nothing is
// decided twice: what a fault does stands in its kind.
import { meantInstance, meantRole } from "@rolemint/faults";
import type { Fault } from "../rows.ts";
import type { World } from "../world.ts";
import { actingOf, type Entries, keptOf, worldKindOf } from "./entries.ts";
import type { Acting } from "./kind.ts";

export interface Course {
  /** Inside a change: does what is due by now; undefined when it is over. */
  advance(fault: Fault): Fault | undefined;
  /** Inside a change: heals what it did, and takes it out of the book. */
  end(fault: Fault): void;
  /** Inside a change: takes it out of the book as it is, since it failed. */
  giveUp(fault: Fault, error: unknown): void;
  /** World time at which something is to be done about it. */
  dueOf(fault: Fault): number | undefined;
}

export function openCourse(world: World, entries: Entries): Course {
  function begin(fault: Fault): Fault | undefined {
    const told: string[] = [];
    const kind = worldKindOf(fault);
    const problem = goneOf(world, fault) ?? kind?.problem?.(actingOf(world, fault));
    if (problem !== undefined) {
      entries.remove(fault);
      note(world, fault, "not-begun", [problem]);
      return undefined;
    }
    const acting = actingOf(world, entries.put({ ...fault, state: "acting" }), told);
    const kept = kind?.begin?.(acting);
    touchShown(acting);
    // Read anew, since it may have moved its own times with the world's clock.
    const begun = entries.get(fault.id)!;
    note(world, fault, "began", told);
    return entries.put({ ...begun, ...(kept && { kept }) });
  }

  function end(fault: Fault): void {
    const told: string[] = [];
    const acting = actingOf(world, fault, told);
    entries.remove(fault);
    if (fault.state === "acting") worldKindOf(fault)?.end?.(acting, keptOf(fault));
    touchShown(acting);
    note(world, fault, "ended", told);
  }

  function wakeOf(fault: Fault): number | undefined {
    const kind = worldKindOf(fault);
    return fault.state === "acting" ? kind?.wakes?.(actingOf(world, fault), keptOf(fault)) : undefined;
  }

  /** Does what is due between beginning and end, one after the other. */
  function wakeUp(fault: Fault): Fault {
    let current = fault;
    for (;;) {
      const wake = wakeOf(current);
      if (wake === undefined || wake > world.now() || wake >= current.ends) return current;
      const kept = worldKindOf(current)!.wake!(actingOf(world, current), keptOf(current));
      current = entries.put({ ...entries.get(current.id)!, kept });
    }
  }

  return {
    end,
    advance(fault) {
      let current: Fault | undefined = fault;
      if (current.state === "waiting") {
        if (current.fromRefresh || current.begins > world.now()) return current;
        current = begin(current);
        if (!current) return undefined;
      }
      current = wakeUp(current);
      if (current.ends > world.now()) return current;
      end(current);
      return undefined;
    },
    giveUp(fault, error) {
      entries.remove(fault);
      const text = error instanceof Error ? error.message : String(error);
      note(world, fault, fault.state === "waiting" ? "not-begun" : "ended", [`it failed, and heals nothing: ${text}`]);
    },
    dueOf(fault) {
      const { state, begins, ends, fromRefresh } = fault;
      if (state === "acting") return Math.min(ends, wakeOf(fault) ?? ends);
      return fromRefresh ? undefined : begins;
    },
  };
}

/** Why there is nobody any more that it could be for. */
function goneOf(world: World, { target }: Fault): string | undefined {
  const id = meantInstance(target);
  if (id !== undefined) {
    return world.tables.instances.get(id)?.state === "running" ? undefined : `the instance ${id} is gone`;
  }
  const name = meantRole(target);
  if (name === undefined) return undefined;
  return world.account(world.accountId).roles.get(name) ? undefined : `the role ${name} is gone`;
}

/** Its instances' metadata is another now. */
function touchShown({ world, fault, instances }: Acting): void {
  if (worldKindOf(fault)?.shown) for (const { id } of instances) world.touch.instance(id);
}

function note(world: World, fault: Fault, Code: string, told: readonly string[]): void {
  world.note([
    {
      Time: world.now(),
      Kind: "fault",
      Instance: meantInstance(fault.target),
      Action: fault.name,
      Resource: fault.id,
      Code,
      ...(told.length > 0 && { Message: told.join("; ") }),
    },
  ]);
}
