// Work that happens by itself: node-cron's heartbeat once a second, and a timer to one instant for what cannot wait
// for the beat (a clock that runs fast). The only importer of node-cron.
import cron from "node-cron";

/** Runs `beat` at every whole second until stopped. A beat that a busy machine missed is made up for by the next. */
export function everySecond(beat: () => void): { stop(): void } {
  const task = cron.schedule("* * * * * *", beat, { noOverlap: true, suppressMissedWarning: true });
  return { stop: () => void task.destroy() };
}

/** A single timer that can be set again; setting it forgets the earlier one. Never keeps the process alive. */
export function wakeUp(run: () => void): { at(delayMs: number): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    at(delayMs) {
      clearTimeout(timer);
      timer = setTimeout(run, Math.min(Math.max(delayMs, 0), 2 ** 31 - 1));
      timer.unref();
    },
    stop: () => clearTimeout(timer),
  };
}

/** Lets other work run before going on: slices of a long job are separated by this. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves after `ms`, or at once when the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
