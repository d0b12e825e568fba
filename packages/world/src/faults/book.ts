// The book of faults: what was asked for, what is under way, and what that makes the world show, issue and believe.
// Kept in the store, so that a fault that was acknowledged goes on after a crash, and heals.
import type { ActiveFault, EventRecord } from "@rolemint/authority";
import { REQUEST_KINDS } from "@rolemint/faults";
import type { Fault } from "../rows.ts";
import { isFullDisk } from "../store.ts";
import type { World } from "../world.ts";
import { beginNow, countActs, renewRefused, waitingFor } from "./acts.ts";
import { refuseContradiction } from "./contradiction.ts";
import { type Course, openCourse } from "./course.ts";
import { actingOf, type Entries, openEntries, worldKindOf } from "./entries.ts";
import { type Influence, influenceOf } from "./influence.ts";
import { FaultProblem, type FaultRequest, faultOf } from "./request.ts";
import { droppedAddresses, topologyProblem } from "./topology.ts";

export interface Faults extends Influence {
  /** Throws FaultProblem; then nothing has changed. */
  put(request: FaultRequest): Fault;
  /** Takes it away and heals what it did; false when there is none of that id. */
  remove(id: string): boolean;
  list(): Fault[];
  /** Begins and ends what is due by now. One that fails is taken out, says so, and holds up no other. */
  tick(): void;
  /** World time at which the next one has something to do, or undefined. */
  nextDue(): number | undefined;
  /** What the data planes' requests meet: the same object until it moves. */
  active(): readonly ActiveFault[];
  /** To be told of every event: refreshes begin what waits for them, and what acted is counted. */
  noted(events: readonly EventRecord[]): void;
  /** Drops every fault without healing: the world is made anew. */
  forget(): void;
  /** Reads them anew: a change was undone. */
  reread(): void;
}

export function openFaults(world: World): Faults {
  const entries = openEntries(world);
  const course = openCourse(world, entries);
  let active: { readonly version: number; readonly faults: readonly ActiveFault[] } | undefined;
  world.watch(({ faults: moved }) => void (moved && entries.reread()));

  const change = <T>(work: () => T): T =>
    world.change(() => {
      world.touch.faults();
      return work();
    });

  /** A change of its own, so that one that fails undoes nothing of the others. */
  function attempt(fault: Fault, work: () => void): void {
    // Inside another change it fails with that.
    if (world.store.db.isTransaction) return change(work);
    try {
      change(work);
    } catch (error) {
      // It is done when there is room again: given up, it would heal nothing.
      if (isFullDisk(error)) throw error;
      change(() => course.giveUp(fault, error));
    }
  }

  return {
    ...influenceOf(world, entries),
    list: () => [...entries.list()],
    reread: entries.reread,
    put: (request) => change(() => placed(world, entries, course, request)),
    remove(id) {
      const fault = entries.get(id);
      if (fault) attempt(fault, () => course.end(fault));
      return fault !== undefined;
    },
    tick() {
      // Looked at anew each time: one before it may have moved the clock, and its times.
      const isDue = (fault: Fault) => (course.dueOf(fault) ?? Number.POSITIVE_INFINITY) <= world.now();
      for (let due = entries.list().find(isDue); due; due = entries.list().find(isDue)) {
        const fault = due;
        attempt(fault, () => void course.advance(fault));
      }
      if (hasMovedAddresses(world, entries, active?.faults ?? [])) change(() => entries.reread());
    },
    nextDue() {
      const dues = entries.list().flatMap((fault) => course.dueOf(fault) ?? []);
      return dues.length === 0 ? undefined : Math.min(...dues);
    },
    active() {
      if (active?.version !== entries.version()) {
        const faults = entries.list().filter(({ name }) => REQUEST_KINDS.has(name));
        active = { version: entries.version(), faults: faults.map((fault) => activeOf(world, fault)) };
      }
      return active.faults;
    },
    noted(events) {
      if (entries.list().length === 0) return;
      for (const fault of waitingFor(world, entries.list(), events)) {
        attempt(fault, () => beginNow(world, entries, course, fault));
      }
      countActs(world, entries, course, events);
      renewRefused(world, events);
    },
    forget() {
      for (const fault of entries.list()) entries.remove(fault);
      world.touch.faults();
    },
  };
}

/** Inside a change: puts it into the book, and begins it if it is due. Throws FaultProblem. */
function placed(world: World, entries: Entries, course: Course, request: FaultRequest): Fault {
  const made = faultOf(world, request);
  refuseContradiction(world, entries.list(), made);
  const order = Number(world.store.setting("faults.made") ?? "0") + 1;
  const numbered = { ...made, id: `f-${order}`, order };
  const problem = topologyProblem(world, made) ?? worldKindOf(made)?.problem?.(actingOf(world, numbered));
  if (problem !== undefined) throw new FaultProblem("conflict", problem);
  world.store.putSetting("faults.made", String(order));
  const fault = entries.put(numbered);
  return course.advance(fault) ?? { ...fault, state: "acting" };
}

/** Whose packets are dropped moves with the instances, of which no fault is told. */
function hasMovedAddresses(world: World, entries: Entries, faults: readonly ActiveFault[]): boolean {
  return faults.some(({ Id, Addresses }) => {
    const fault = Addresses && entries.get(Id);
    return fault && droppedAddresses(world, fault)?.join() !== Addresses?.join();
  });
}

function activeOf(world: World, fault: Fault): ActiveFault {
  return {
    Id: fault.id,
    Name: fault.name,
    Target: fault.target,
    Parameters: JSON.stringify(fault.parameters),
    Begins: fault.begins,
    Ends: fault.fromRefresh ? Number.MAX_SAFE_INTEGER : fault.ends,
    FromRefresh: fault.fromRefresh ?? fault.eachFromRefresh,
    Nth: fault.nth,
    Path: fault.path,
    Probability: String(fault.probability),
    Seed: fault.seed,
    Times: fault.times,
    Acted: Object.entries(fault.acted).map(([Instance, Times]) => ({ Instance, Times })),
    Addresses: droppedAddresses(world, fault),
  };
}
