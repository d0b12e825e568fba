// Faults of the client itself need power over its process, which a simulator of AWS does not have.
import { nameOf } from "../instances.ts";
import type { Acting } from "./kind.ts";

/** Why nobody can carry the fault out now, or undefined. */
export function withoutPower(
  { world, fault, instances }: Pick<Acting, "world" | "fault" | "instances">,
  clock: boolean,
) {
  const attached = instances.flatMap(({ id }) => world.attached.of(id));
  if (attached.some(({ hasClock }) => hasClock || !clock)) return undefined;
  const [only, ...others] = instances;
  const whom = only && others.length === 0 ? nameOf(only) : "INSTANCE";
  const how = `rolemint exec ${whom}${clock ? " --client-clock +0s" : ""} -- PROGRAM`;
  return `${fault.name} needs power over the client's process, which only \`${how}\` and the kit for testcontainers have; start the program so`;
}
