// The client sleeps, as a laptop or a virtual machine does: its processes are stopped for as long as the fault lasts,
// by the world's clock. So that nobody waits for hours, the sleep may be cut short: the world's clock then goes on to
// its end.
import { worldTimeProblem } from "@rolemint/host";
import { withoutPower } from "./client-power.ts";
import { worldKind } from "./kind.ts";

interface Kept {
  readonly hasWoken: boolean;
}

export const clockSleepResume = worldKind({
  name: "clock.sleep-resume",
  row: "CK3",
  says: "the client's processes are stopped, and go on at the end (needs `rolemint exec`, or the kit for testcontainers)",
  channel: "client",
  acts: "while",
  parameters: {
    WakeAfter: {
      type: "duration",
      min: 1,
      says: "after so long the world's clock goes on to the end of the sleep; default never, so that it takes its time",
    },
  },
  problem(acting) {
    const { world, fault, given } = acting;
    const isFrozen = given.WakeAfter !== undefined && world.clockLine().rate === 0;
    return (
      withoutPower(acting, false) ??
      (isFrozen ? "the world's clock stands, so that the sleep would not end" : worldTimeProblem(fault.ends))
    );
  },
  begin: (): Kept => ({ hasWoken: false }),
  wakes: ({ fault, given: { WakeAfter } }, { hasWoken }: Kept) =>
    WakeAfter === undefined || hasWoken ? undefined : fault.begins + WakeAfter,
  wake({ world, fault: { ends } }): Kept {
    const { rate } = world.clockLine();
    if (world.now() < ends) world.setClock({ at: world.hostClock.now(), time: ends, rate });
    return { hasWoken: true };
  },
  client: () => ({ stops: true }),
});
