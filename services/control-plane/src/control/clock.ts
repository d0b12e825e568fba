// The world's clock is moved by these two actions; rotation has caught up before they answer.
import type { ClockLine } from "@rolemint/host";
import { type ControlAction, ControlError, type ControlSurroundings, duration, instant, iso } from "./action.ts";

/** The span of times that every SDK and every date format here can hold. */
const EARLIEST = Date.parse("2000-01-01T00:00:00Z");
const LATEST = Date.parse("2100-01-01T00:00:00Z");
const MAX_RATE = 10_000;

/** Moves world time by a duration; `-1h` moves it back, which un-mints nothing. */
export const AdvanceClock: ControlAction = {
  name: "AdvanceClock",
  members: { By: "string" },
  handle(input, surroundings) {
    const by = duration(input, "By", { signed: true });
    if (by === undefined) throw new ControlError("InvalidInput", "By is required");
    const { world } = surroundings;
    return moved(surroundings, { at: world.hostClock.now(), time: world.now() + by, rate: world.clockLine().rate });
  },
};

/** Sets world time, its rate over the host's (0 is frozen), or both. */
export const SetClock: ControlAction = {
  name: "SetClock",
  members: { Time: "string", Rate: "number" },
  handle(input, surroundings) {
    const time = instant(input, "Time");
    const rate = input["Rate"] as number | undefined;
    if (time === undefined && rate === undefined) throw new ControlError("InvalidInput", "give Time, Rate or both");
    if (rate !== undefined && !(rate >= 0 && rate <= MAX_RATE)) {
      throw new ControlError("InvalidInput", `Rate must be a number from 0 (frozen) to ${MAX_RATE}`);
    }
    const { world } = surroundings;
    const line = { at: world.hostClock.now(), time: time ?? world.now(), rate: rate ?? world.clockLine().rate };
    return moved(surroundings, line);
  },
};

async function moved({ world, tick, acknowledged }: ControlSurroundings, line: ClockLine): Promise<object> {
  if (!(line.time >= EARLIEST && line.time <= LATEST)) {
    throw new ControlError("InvalidInput", "world time must stay between 2000 and 2100");
  }
  world.setClock(line);
  await tick();
  await acknowledged();
  return { Time: iso(world.now()), Rate: line.rate };
}
