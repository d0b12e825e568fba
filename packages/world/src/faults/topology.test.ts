// Faults that need more of the network than answers: refused where it cannot do that, and told to who does it by address.
import { expect, test } from "@jest/globals";
import {
  associateNow,
  makeInstance,
  makeProfile,
  makeRole,
  moveClock,
  openTestWorld,
  SECOND,
} from "../../../../test/support/world.ts";
import type { World } from "../world.ts";

const DROP = { name: "imds.unreachable", given: { Mode: "drop" } };

function lab() {
  const { world } = openTestWorld();
  const at = (address: string) => {
    const instance = makeInstance(world);
    return world.change(() => world.tables.instances.put({ ...instance, address }));
  };
  const [one, other] = [at("169.254.10.1"), at("169.254.10.2")];
  makeRole(world, "app");
  const profile = makeProfile(world, "app", "app");
  return { world, one, other, profile };
}

const addresses = (world: World) => world.faults.active().map(({ Addresses }) => Addresses);

test("by itself a world can do nothing of it; with a network that can, it is done", () => {
  const { world, one } = lab();
  expect(() => world.faults.put({ ...DROP, target: one.id })).toThrow(/containers only: use Mode reset or hang/);
  expect(() => world.faults.put({ name: "imds.ipv6-only", target: "all" })).toThrow(/IPv4 only/);
  expect(world.faults.list()).toEqual([]);
  const asked: unknown[] = [];
  world.setTopology({
    problem(power, instances) {
      asked.push([power, instances.map(({ id }) => id)]);
      return undefined;
    },
  });
  world.faults.put({ ...DROP, target: one.id });
  expect(asked).toEqual([["drop-packets", [one.id]]]);
  expect(addresses(world)).toEqual([["169.254.10.1"]]);
});

test("addresses are those of the moment: of a fault under way, and of who has the role", () => {
  const { world, one, other, profile } = lab();
  world.setTopology({ problem: () => undefined });
  associateNow(world, one, profile);
  world.faults.put({ ...DROP, target: "role:app", at: world.now() + 10 * SECOND, for: 60 * SECOND });
  expect(addresses(world)).toEqual([undefined]);
  moveClock(world, 10 * SECOND);
  world.faults.tick();
  expect(addresses(world)).toEqual([["169.254.10.1"]]);
  let told = 0;
  world.watch(({ faults }) => void (faults && told++));
  world.faults.tick();
  expect(told).toBe(0);
  associateNow(world, other, profile);
  world.faults.tick();
  expect([told, addresses(world)]).toEqual([1, [["169.254.10.1", "169.254.10.2"]]]);
});

test("where packets are dropped, no requests can be counted or chosen", () => {
  const { world, one } = lab();
  world.setTopology({ problem: () => undefined });
  for (const limit of [{ nth: 2 }, { times: 1 }, { path: "token" }, { probability: 0.5 }, { seed: "s" }]) {
    expect(() => world.faults.put({ ...DROP, target: one.id, ...limit })).toThrow(/Mode drop is not about single/);
    expect(() => world.faults.put({ name: "imds.unreachable", target: "all", ...limit })).not.toThrow();
    for (const { id } of world.faults.list()) world.faults.remove(id);
  }
  expect(() => world.faults.put({ ...DROP, target: "all", fromRefresh: true })).toThrow(/for one instance/);
  expect(world.faults.put({ ...DROP, target: one.id, fromRefresh: true })).toMatchObject({ state: "waiting" });
});
