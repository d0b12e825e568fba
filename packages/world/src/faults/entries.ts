// The faults that are in the book, kept in memory as long as nothing is written, and what each of them does.
import type { Values } from "@rolemint/faults";
import type { Fault, Instance } from "../rows.ts";
import type { World } from "../world.ts";
import { WORLD_KINDS } from "./index.ts";
import type { Acting, WorldKind } from "./kind.ts";
import { targetInstances } from "./request.ts";

export interface Entries {
  /** In the order of their making. */
  list(): readonly Fault[];
  get(id: string): Fault | undefined;
  put(fault: Fault): Fault;
  remove(fault: Fault): void;
  /** Reads them anew: what was written may have been undone. */
  reread(): void;
  /** Changes whenever they are read anew. */
  version(): number;
}

export function openEntries(world: World): Entries {
  const { faults } = world.tables;
  let rows: readonly Fault[] | undefined;
  let version = 0;
  const reread = () => {
    rows = undefined;
    version++;
  };
  return {
    list() {
      rows ??= faults.list().sort((one, other) => one.order - other.order);
      return rows;
    },
    get: (id) => faults.get(id),
    put(fault) {
      reread();
      return faults.put(fault);
    },
    remove(fault) {
      reread();
      faults.remove(fault);
    },
    reread,
    version: () => version,
  };
}

export function worldKindOf({ name }: Pick<Fault, "name">): WorldKind | undefined {
  return WORLD_KINDS.get(name);
}

export function keptOf({ kept = {} }: Fault): object {
  return kept;
}

/** `told` takes what it says of itself. `instances`: default all that it is for. */
export function actingOf(world: World, fault: Fault, told: string[] = [], instances?: readonly Instance[]): Acting {
  return {
    world,
    fault,
    given: fault.parameters as Values<never>,
    instances: instances ?? targetInstances(world, fault.target),
    tell: (message) => void told.push(message),
  };
}
