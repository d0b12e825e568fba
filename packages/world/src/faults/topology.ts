// What the network around a world can do beyond answering requests. Some faults need it: where it is not there, they
// are refused with the way to get it, and never taken without effect.
import { type Power, REQUEST_KINDS } from "@rolemint/faults";
import type { Fault, Instance } from "../rows.ts";
import type { World } from "../world.ts";
import { targetInstances } from "./request.ts";

export interface Topology {
  /** Why the instances cannot be given that now; undefined when they can. */
  problem(power: Power, instances: readonly Instance[]): string | undefined;
}

const ENDPOINT_PROBLEMS: Readonly<Record<Power, string>> = {
  "drop-packets":
    "Mode drop needs power over the network, which rolemint has in containers only: use Mode reset or hang",
  ipv6: "the metadata endpoints of `rolemint up` listen on IPv4 only: use imds.unreachable, or a holder in containers",
};

/** Each instance has an endpoint of its own at a port of this machine. */
export const ENDPOINTS: Topology = { problem: (power) => ENDPOINT_PROBLEMS[power] };

/**
 * Why the fault cannot be carried out now. Asked when it is put; later on it begins, and takes effect as soon as what
 * it needs is there: after a crash that may be a moment later.
 */
export function topologyProblem(world: World, fault: Pick<Fault, "name" | "parameters" | "target">) {
  const power = powerOf(fault);
  return power && world.topology().problem(power, targetInstances(world, fault.target));
}

/** Where those call from whose packets are dropped; undefined where none are. */
export function droppedAddresses(world: World, fault: Fault): string[] | undefined {
  if (fault.state !== "acting" || powerOf(fault) !== "drop-packets") return undefined;
  return targetInstances(world, fault.target)
    .flatMap(({ address }) => address ?? [])
    .sort();
}

function powerOf({ name, parameters }: Pick<Fault, "name" | "parameters">): Power | undefined {
  return REQUEST_KINDS.get(name)?.needs?.(parameters as never);
}
