// What the faults share that change the schedule of credentials: a generation is issued by the schedule that now holds,
// at the beginning and, by the instance's own again, at the end.
import type { Acting } from "./kind.ts";

/**
 * No role has longer sessions on AWS, and what is issued outlives the fault.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html
 */
export const LONGEST_SESSION_MS = 12 * 3_600_000;

/** For all of its instances, in the same second. */
export function renewAll({ world, instances, tell }: Acting): void {
  const now = world.now();
  const renewed = instances.filter((instance) => instance.association && world.rotation.issueNow(instance, now));
  if (renewed.length === 0) tell("no instance that it is for has a role whose credentials could be renewed");
}
