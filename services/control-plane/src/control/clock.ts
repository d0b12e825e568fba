// The world's clock is moved by these two actions; rotation has caught up before they answer.
import type { ClockLine } from "@rolemint/host";
import { described, duration, number, required, struct, timestamp, type ValueOf } from "@rolemint/wire";
import { ControlError, type ControlSurroundings, controlAction } from "./action.ts";

/** The span of times that every SDK and every date format here can hold. */
const EARLIEST = Date.parse("2000-01-01T00:00:00Z");
const LATEST = Date.parse("2100-01-01T00:00:00Z");
const MAX_RATE = 10_000;

const ClockView = struct({
  Time: required(described(timestamp(), "world time")),
  Rate: required(described(number(), "over the host's; 0 is frozen")),
});

export const AdvanceClock = controlAction({
  name: "AdvanceClock",
  says: "Moves world time; a negative duration moves it back, which un-mints nothing.",
  input: struct({ By: required(described(duration({ isSigned: true }), "`6h`, or `-1h` to move back")) }),
  output: ClockView,
  handle({ By }, surroundings) {
    const { world } = surroundings;
    return moved(surroundings, { at: world.hostClock.now(), time: world.now() + By, rate: world.clockLine().rate });
  },
});

export const SetClock = controlAction({
  name: "SetClock",
  says: "Sets world time, its rate over the host's, or both.",
  input: struct({ Time: timestamp(), Rate: described(number({ min: 0, max: MAX_RATE }), "0 freezes") }),
  output: ClockView,
  handle({ Time: time, Rate: rate }, surroundings) {
    if (time === undefined && rate === undefined) throw new ControlError("InvalidInput", "give Time, Rate or both");
    const { world } = surroundings;
    const line = { at: world.hostClock.now(), time: time ?? world.now(), rate: rate ?? world.clockLine().rate };
    return moved(surroundings, line);
  },
});

async function moved(
  { world, tick, acknowledged }: ControlSurroundings,
  line: ClockLine,
): Promise<ValueOf<typeof ClockView>> {
  if (!(line.time >= EARLIEST && line.time <= LATEST)) {
    throw new ControlError("InvalidInput", "world time must stay between 2000 and 2100");
  }
  world.setClock(line);
  await tick();
  await acknowledged();
  return { Time: world.now(), Rate: line.rate };
}
