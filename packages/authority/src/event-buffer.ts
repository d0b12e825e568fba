// The buffer between a data plane and the authority: an event for each request, sent in batches so that no request
// waits for it. What cannot be sent waits, up to a bound; what does not fit is dropped, and counted.
import type { Log } from "@rolemint/host/log";
import { wakeUp } from "@rolemint/host/schedule";
import type { Authority, EventRecord } from "./authority.ts";

export interface EventBuffer {
  record(event: EventRecord): void;
  /** Sends all that waits; resolves when it has arrived, or cannot be sent now. */
  flush(): Promise<void>;
  /** Sends what waits a last time. */
  close(): Promise<void>;
  /** How many events were lost because too many waited. */
  readonly dropped: number;
}

const BATCH = 1000;
const BOUND = 50_000;
const DELAY_MS = 20;
const RETRY_MS = 1000;

export function eventBuffer(authority: Pick<Authority, "record">, log: Log): EventBuffer {
  let waiting: EventRecord[] = [];
  let dropped = 0;
  let reported = 0;
  let isAwaited = false;
  let sending: Promise<void> | undefined;
  const timer = wakeUp(() => void flush());

  function sendIn(delayMs: number): void {
    if (isAwaited) return;
    isAwaited = true;
    timer.at(delayMs);
  }

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      const lost = dropped - reported;
      await authority.record(lost > 0 ? { Events: batch, Dropped: lost } : { Events: batch });
      reported += lost;
      waiting = waiting.slice(batch.length);
    }
  }

  function flush(): Promise<void> {
    isAwaited = false;
    sending ??= sendAll()
      .catch((error) => {
        log.warn({ err: error, waiting: waiting.length }, "events could not be recorded; they are sent again");
        sendIn(RETRY_MS);
      })
      .finally(() => {
        sending = undefined;
      });
    return sending;
  }

  return {
    flush,
    record(event) {
      if (waiting.length >= BOUND) dropped++;
      else waiting.push(event);
      sendIn(DELAY_MS);
    },
    async close() {
      await flush();
      timer.stop();
    },
    get dropped() {
      return dropped;
    },
  };
}
