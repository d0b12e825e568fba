// How a program in the foreground is ended: SIGINT, SIGTERM or SIGHUP, in order; a second one at once.
import { EXIT } from "./exit.ts";

/** How long a second signal counts as the first one: terminals and launchers send it to several processes at once. */
const SAME_SIGNAL_MS = 1000;

/** The first signal ends the simulator in order, one that comes later ends the process at once. */
export function untilSignal(): Promise<void> {
  return new Promise((done) => {
    let first: number | undefined;
    const onSignal = () => {
      first ??= performance.now();
      if (performance.now() - first > SAME_SIGNAL_MS) process.exit(EXIT.environment);
      done();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  });
}
