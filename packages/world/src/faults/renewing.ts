// What the faults share that change the schedule of credentials: a generation is issued by the schedule that now holds,
// at the beginning and, by the instance's own again, at the end.
import type { Acting } from "./kind.ts";

/** For all of its instances, in the same second. */
export function renewAll({ world, instances, tell }: Acting): void {
  const now = world.now();
  const renewed = instances.filter((instance) => instance.association && world.rotation.issueNow(instance, now));
  if (renewed.length === 0) tell("no instance that it is for has a role whose credentials could be renewed");
}
