// Who a connection comes from, in a container: the host comes by the gateway of the network, other containers from the
// network's other addresses.
import { readFileSync } from "node:fs";
import { BlockList, type Socket } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";

/** Whether it is of another container on one of our networks. Only IPv4 listeners may ask. */
export function isNeighbour({ remoteAddress = "" }: Socket): boolean {
  return isAmong(remoteAddress, networkInterfaces(), gatewaysIn(readFileSync("/proc/net/route", "utf8")));
}

export function isAmong(
  address: string,
  interfaces: NodeJS.Dict<readonly Pick<NetworkInterfaceInfo, "address" | "cidr" | "family">[]>,
  gateways: readonly string[],
): boolean {
  const own = Object.values(interfaces).flatMap((addresses = []) =>
    addresses.filter(({ family }) => family === "IPv4"),
  );
  if (gateways.includes(address) || own.some((one) => one.address === address)) return false;
  const networks = new BlockList();
  for (const one of own) networks.addSubnet(one.address, Number(one.cidr?.split("/")[1] ?? 32));
  return networks.check(address);
}

/** Of a routing table as Linux shows it: hexadecimal addresses, the last byte first. */
export function gatewaysIn(table: string): readonly string[] {
  return table
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([, destination, gateway = ""]) => destination === "00000000" && /^[\dA-F]{8}$/.test(gateway))
    .map(([, , gateway]) => [...Buffer.from(gateway!, "hex").reverse()].join("."));
}
