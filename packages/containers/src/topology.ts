// What can be done to the network of containers, by which data planes are connected.
import type { Power } from "@rolemint/faults";
import { type Instance, nameOf, type Topology } from "@rolemint/world";

export const NET_FAULTS = "net-faults";
export const START_NET_FAULTS = `docker compose --profile ${NET_FAULTS} up -d`;
const INSTEAD = "use Mode reset or hang";

/** `connected` gives the names of the data planes that follow now. */
export function containerTopology(connected: () => readonly string[]): Topology {
  return {
    problem(power, instances) {
      const names = new Set(connected());
      const isHeld = (instance: Instance) =>
        [instance.id, nameOf(instance)].some((name) => names.has(`holder of ${name}`));
      return PROBLEMS[power](instances, isHeld, names.has(NET_FAULTS));
    },
  };
}

type Problem = (
  instances: readonly Instance[],
  isHeld: (instance: Instance) => boolean,
  isDropping: boolean,
) => string | undefined;

const PROBLEMS: Readonly<Record<Power, Problem>> = {
  "drop-packets"(instances, isHeld, isDropping) {
    const held = instances.find(isHeld);
    if (held) {
      return `${nameOf(held)} is served by its holder, within its own namespace, where nothing is dropped: ${INSTEAD}`;
    }
    if (!isDropping) {
      const start = `start it with \`${START_NET_FAULTS}\``;
      return `Mode drop needs the service ${NET_FAULTS}, which is not connected: ${start}, or ${INSTEAD}`;
    }
    const [first] = instances;
    if (!first || instances.some(({ address }) => address !== undefined)) return undefined;
    return `${nameOf(first)} has no address in rolemint.yaml of which packets could be dropped: ${INSTEAD}`;
  },
  ipv6(instances, isHeld) {
    const without = instances.find((instance) => !isHeld(instance));
    if (without) {
      return `${nameOf(without)} has metadata over IPv4 only: a holder has it over IPv6 too; else use imds.unreachable`;
    }
    const off = instances.find(({ options }) => options.ipv6 === "disabled");
    return (
      off &&
      `HttpProtocolIpv6 of ${nameOf(off)} is disabled, so nothing would answer: enable it, or use imds.unreachable`
    );
  },
};
