// The servers' clock is ahead of their clients', or behind: the Date of every answer, the times in documents and in
// the trail, and the check of signatures, which then go by the world's clock alone. Beyond 15 minutes a client that
// does not correct its clock by the Date of the refusal is refused always. Nothing is renewed or expires for it: see
// skew.ts.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-clock-skew.html
import { worldTimeProblem } from "@rolemint/host";
import { shiftClock } from "../skew.ts";
import { clockOffset } from "./clock-offset.ts";
import { worldKind } from "./kind.ts";

export const clockSkewServer = worldKind({
  name: "clock.skew-server",
  row: "CK1",
  says: "the clock of all services is shifted against their clients'",
  channel: "world",
  place: "clock",
  acts: "while",
  parameters: {
    Offset: clockOffset("how far ahead the servers' clock is; -20m for behind"),
  },
  problem: ({ world, fault: { target }, given: { Offset } }) =>
    target === "all" ? worldTimeProblem(world.now() + Offset) : "the clock is everybody's: the Target is all",
  begin({ world, given: { Offset } }) {
    shiftClock(world, Offset);
    return undefined;
  },
  skew: ({ given: { Offset } }) => Offset,
  end({ world, given: { Offset } }) {
    shiftClock(world, -Offset);
  },
});
