// How a container's health check sees that a service is well: a file that is written anew every second while it is. A
// file and not a port, since the holder's loopback is its app's too.
import { rmSync, writeFileSync } from "node:fs";
import { everySecond } from "@rolemint/host/schedule";

/** Beats while `isHealthy`; at once, too, so that nobody waits a second for the first. */
export function beat(path: string, isHealthy: () => boolean): { stop(): void } {
  const once = () => {
    if (isHealthy()) writeFileSync(path, "");
  };
  once();
  const heart = everySecond(once);
  return {
    stop() {
      heart.stop();
      rmSync(path, { force: true });
    },
  };
}
