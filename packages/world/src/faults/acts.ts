// What the events of the data planes mean for the faults: a refresh begins what waited for it, what acted is counted,
// and who was told that the newest credential has expired finds a newer one.
import type { EventRecord } from "@rolemint/authority";
import { meantInstance, REQUEST_KINDS } from "@rolemint/faults";
import { scheduleOf } from "../generations.ts";
import type { Fault } from "../rows.ts";
import type { World } from "../world.ts";
import type { Course } from "./course.ts";
import type { Entries } from "./entries.ts";
import { targetInstances } from "./request.ts";

/**
 * Those that wait for the refresh that is among the events: one that was answered with keys, or that the fault itself
 * has kept from it.
 */
export function waitingFor(world: World, faults: readonly Fault[], events: readonly EventRecord[]): Fault[] {
  const waiting = faults.filter(({ fromRefresh, state }) => fromRefresh && state === "waiting");
  if (waiting.length === 0) return [];
  const fetched = events.filter(({ Kind, AccessKeyId }) => Kind === "metadata" && AccessKeyId !== undefined);
  const acted = new Set(
    events.flatMap(({ Kind, Code, Resource }) => (Kind === "fault" && Code === "acted" ? Resource : [])),
  );
  return waiting.filter(({ id: own, target }) => {
    if (acted.has(own)) return true;
    const ids = new Set(targetInstances(world, target).map(({ id }) => id));
    return fetched.some(({ Instance }) => Instance !== undefined && ids.has(Instance));
  });
}

/** Inside a change: begins one that waited for a refresh. */
export function beginNow(world: World, entries: Entries, course: Course, fault: Fault): void {
  const { fromRefresh: _, lasts = 0, ...rest } = fault;
  const begins = world.now();
  const begun = { ...rest, begins, ends: begins + lasts };
  // The metadata service knows of each instance when it refreshes, of which only the first has.
  const isForMany = meantInstance(fault.target) === undefined && REQUEST_KINDS.get(fault.name)?.call === undefined;
  course.advance(entries.put({ ...begun, ...(isForMany && { eachFromRefresh: true }) }));
}

/** Written down and not told: the data planes count for themselves. One that may not act again is over. */
export function countActs(world: World, entries: Entries, course: Course, events: readonly EventRecord[]): void {
  const acts = events.filter(({ Kind, Code, Instance }) => Kind === "fault" && Code === "acted" && Instance);
  if (acts.length === 0) return;
  world.change(() => {
    for (const { Resource, Instance } of acts) {
      const fault = entries.get(Resource ?? "");
      if (!fault) continue;
      const acted = { ...fault.acted, [Instance!]: (fault.acted[Instance!] ?? 0) + 1 };
      const counted = entries.put({ ...fault, acted });
      if (fault.times === undefined || meantInstance(fault.target) !== Instance || acted[Instance!]! < fault.times)
        continue;
      world.touch.faults();
      course.end(counted);
    }
  });
}

/** Who is told that the newest credential has expired finds a newer one, unless the schedule has none. */
export function renewRefused(world: World, events: readonly EventRecord[]): void {
  for (const { Kind, Code, Action, Instance, AccessKeyId } of events) {
    if (Kind !== "fault" || Code !== "acted" || !REQUEST_KINDS.get(Action ?? "")?.endsCredential) continue;
    const instance = world.tables.instances.get(Instance ?? "");
    const newest = instance && world.rotation.current(instance);
    const isNewest = newest?.keys.some(({ accessKeyId }) => accessKeyId === AccessKeyId) ?? false;
    if (isNewest && scheduleOf(world, instance!).renewEvery !== undefined) world.rotation.issueNow(instance!);
  }
}
