import { expect, test } from "@jest/globals";
import { gatewaysIn, isAmong } from "./neighbours.ts";

const INTERFACES = {
  lo: [
    { address: "127.0.0.1", cidr: "127.0.0.1/8", family: "IPv4" as const },
    { address: "::1", cidr: "::1/128", family: "IPv6" as const },
  ],
  eth0: [{ address: "172.17.0.3", cidr: "172.17.0.3/16", family: "IPv4" as const }],
};

test.each([
  ["172.17.0.4", true],
  ["172.17.255.254", true],
  ["172.17.0.1", false],
  ["172.17.0.3", false],
  ["127.0.0.1", false],
  ["192.168.65.1", false],
])("%s is a neighbour: %s", (address, isIt) => {
  expect(isAmong(address, INTERFACES, ["172.17.0.1"])).toBe(isIt);
});

test("the gateway is that of the default route", () => {
  const table = [
    "Iface\tDestination\tGateway \tFlags",
    "eth0\t00000000\t010011AC\t0003",
    "eth0\t000011AC\t00000000\t0001",
    "*\tFEA9FEA9\t00000000\t0200",
    "",
  ].join("\n");
  expect(gatewaysIn(table)).toEqual(["172.17.0.1"]);
});
