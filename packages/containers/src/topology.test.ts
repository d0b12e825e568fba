// What containers can do to packets, by who is connected; and which packets are dropped at a time.
import { expect, test } from "@jest/globals";
import type { ActiveFault } from "@rolemint/authority";
import type { Instance } from "@rolemint/world";
import { droppedAt } from "./net-faults.ts";
import { containerTopology } from "./topology.ts";

const instance = (name: string, more: Partial<Instance> = {}) =>
  ({
    id: `i-${name}`,
    address: "169.254.10.1",
    tags: [{ Key: "Name", Value: name }],
    options: { ipv6: "enabled" },
    ...more,
  }) as Instance;
const web = instance("web");
const IPV4_ONLY = { options: { ipv6: "disabled" } as Instance["options"] };

test.each<["drop-packets" | "ipv6", readonly string[], readonly Instance[], RegExp | undefined]>([
  ["drop-packets", ["imds"], [web], /needs the service net-faults.*--profile net-faults/],
  ["drop-packets", ["imds"], [], /needs the service net-faults/],
  ["drop-packets", ["imds", "net-faults"], [web], undefined],
  ["drop-packets", ["net-faults"], [web, instance("bare", { address: undefined })], undefined],
  ["drop-packets", ["net-faults"], [instance("bare", { address: undefined })], /bare has no address/],
  ["drop-packets", ["net-faults", "holder of web"], [instance("a"), web], /web is served by its holder.*reset or hang/],
  ["drop-packets", ["net-faults", "holder of i-web"], [web], /its holder/],
  ["ipv6", ["imds", "net-faults"], [web], /web has metadata over IPv4 only: a holder/],
  ["ipv6", ["imds", "holder of web"], [web, instance("a")], /a has metadata over IPv4 only/],
  ["ipv6", ["holder of web"], [web], undefined],
  ["ipv6", ["holder of web"], [instance("web", IPV4_ONLY)], /HttpProtocolIpv6 of web is disabled/],
])("%s with %j connected", (power, connected, instances, problem) => {
  const found = containerTopology(() => connected).problem(power, instances);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(problem);
});

test("packets are dropped between the begin and the end of a fault that says of whom", () => {
  const fault = { Begins: 10, Ends: 20, Addresses: ["169.254.10.1"] } as ActiveFault;
  const others = [
    { ...fault, Addresses: undefined },
    { ...fault, FromRefresh: true },
    { ...fault, Begins: 15, Addresses: ["169.254.10.2"] },
  ];
  expect([9, 10, 15, 19, 20].map((now) => droppedAt([fault, ...others], now))).toEqual([
    [],
    ["169.254.10.1"],
    ["169.254.10.1", "169.254.10.2"],
    ["169.254.10.1", "169.254.10.2"],
    [],
  ]);
});
