// What is answered where a fault needs a part of the network that has gone without a word: it shows only when the change
// is not taken.
import { expect, test } from "@jest/globals";
import { associateNow, makeInstance, makeProfile, makeRole, openTestWorld } from "../../../../test/support/world.ts";
import type { ControlSurroundings } from "./action.ts";
import { PutFault } from "./PutFault.ts";
import { PutPreset } from "./PutPreset.ts";

const NOT_CONNECTED = "net-faults is not connected";

/** A network that is believed to drop packets until the first change was not taken, and does again `backAfter` looks. */
function lab(backAfter: number) {
  const { world } = openTestWorld();
  makeRole(world, "app");
  associateNow(world, makeInstance(world, "web"), makeProfile(world, "app", "app"));
  let isTold = false;
  let looks = 0;
  world.setTopology({ problem: () => (isTold && looks++ < backAfter ? NOT_CONNECTED : undefined) });
  const acknowledged = async () => {
    isTold = true;
  };
  return { world, surroundings: { world, acknowledged, tick: async () => {} } as unknown as ControlSurroundings };
}

const PUTS = [
  [PutFault, { Name: "imds.unreachable", Target: "web", Parameters: { Mode: "drop" }, For: 60_000 }],
  [PutPreset, { Name: "imds-outage-30m", Target: "web", Parameters: { Mode: "drop" } }],
] as const;

test.each(PUTS)("$name: a fault that nobody carries out is refused, and none is left", async (action, input) => {
  const { world, surroundings } = lab(Number.POSITIVE_INFINITY);
  await expect(Promise.resolve(action.handle(input as never, surroundings))).rejects.toMatchObject({
    code: "Conflict",
    message: NOT_CONNECTED,
  });
  expect(world.faults.list()).toEqual([]);
});

test.each(PUTS)("$name: a part that is only slow is waited for", async (action, input) => {
  const { world, surroundings } = lab(2);
  await action.handle(input as never, surroundings);
  expect(world.faults.list()).toMatchObject([{ name: "imds.unreachable" }]);
});
