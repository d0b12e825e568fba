// What makes rotation happen, and faults begin and end: a heartbeat once a second, and a timer to the next due instant,
// which a fast clock needs.
import { hostTimeOf } from "@rolemint/host";
import { breathe, everySecond, wakeUp } from "@rolemint/host/schedule";
import type { World } from "@rolemint/world";

export interface RotationClock {
  /** Resolves when everything due by now is issued. */
  tick(): Promise<void>;
  stop(): Promise<void>;
}

export function startRotationClock(world: World, unexpected: (error: unknown) => void): RotationClock {
  let running: Promise<void> | undefined;
  let isAgain = false;

  /** A tick that fails has to leave the next one free to run. */
  async function run(): Promise<void> {
    try {
      do {
        isAgain = false;
        world.faults.tick();
        await world.rotation.tick(breathe);
      } while (isAgain);
    } finally {
      running = undefined;
      plan();
    }
  }

  /** One tick at a time: a call during one makes it go round again, so that what it was called for is done. */
  function tick(): Promise<void> {
    if (running) isAgain = true;
    else running = run();
    return running;
  }

  function plan(): void {
    const dues = [world.rotation.nextDue(), world.faults.nextDue()].filter((due) => due !== undefined);
    if (dues.length === 0) return;
    const due = Math.min(...dues);
    const delay = hostTimeOf(world.clockLine(), due) - world.hostClock.now();
    if (delay < 2000) timer.at(delay);
  }

  // A beat during a tick does not prolong it: whoever waits for that would wait for ever where ticks take seconds.
  const beat = () => void (running ?? tick().catch(unexpected));
  const timer = wakeUp(beat);
  const heartbeat = everySecond(beat);
  return {
    tick,
    async stop() {
      heartbeat.stop();
      timer.stop();
      await running?.catch(() => {});
    },
  };
}
