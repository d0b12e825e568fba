// What every operation of the built-in store works on.
import type { Clock, Entropy } from "@rolemint/host";
import type { Bodies } from "./bodies.ts";
import type { Database } from "./database.ts";

export interface Store {
  readonly database: Database;
  readonly bodies: Bodies;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Now, in milliseconds, cut to the second as S3 does. */
export function wholeSecond(store: Store): number {
  return Math.floor(store.clock.now() / 1000) * 1000;
}
