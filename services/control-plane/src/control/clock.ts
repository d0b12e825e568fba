// The world's clock is moved by these two actions; rotation has caught up before they answer.
import { type ClockLine, worldTimeProblem } from "@rolemint/host";
import { described, duration, number, required, struct, timestamp, type ValueOf } from "@rolemint/wire";
import { ControlError, type ControlSurroundings, controlAction } from "./action.ts";

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
    const time = checked(world.now() + By);
    return moved(surroundings, { at: world.hostClock.now(), time, rate: world.clockLine().rate });
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
    const { rate: before } = world.clockLine();
    const to = time === undefined ? world.now() : checked(time);
    return moved(surroundings, { at: world.hostClock.now(), time: to, rate: rate ?? before });
  },
});

function checked(time: number): number {
  const problem = worldTimeProblem(time);
  if (problem !== undefined) throw new ControlError("InvalidInput", problem);
  return time;
}

async function moved(
  { world, tick, acknowledged }: ControlSurroundings,
  line: ClockLine,
): Promise<ValueOf<typeof ClockView>> {
  world.setClock(line);
  await tick();
  await acknowledged();
  return { Time: world.now(), Rate: line.rate };
}
