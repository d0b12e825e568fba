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
/** How many that wait keep the details of a refusal: they are large, and without them it is only told less well. */
const DETAILED = 500;
const DELAY_MS = 20;
const RETRY_MS = 1000;

export function eventBuffer(authority: Pick<Authority, "record">, log: Log): EventBuffer {
  let waiting: EventRecord[] = [];
  let dropped = 0;
  let reported = 0;
  let detailed = 0;
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
      // Out of the way before it is sent: whoever takes it may ask for what waits besides.
      const batch = waiting.slice(0, BATCH);
      waiting = waiting.slice(batch.length);
      detailed = waiting.length === 0 ? 0 : waiting.filter(isDetailed).length;
      const lost = dropped - reported;
      try {
        await authority.record(lost > 0 ? { Events: batch, Dropped: lost } : { Events: batch });
      } catch (error) {
        waiting = [...batch, ...waiting];
        throw error;
      }
      reported += lost;
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
      else if (!isDetailed(event)) waiting.push(event);
      else if (detailed >= DETAILED) waiting.push({ ...event, Refusal: undefined });
      else {
        waiting.push(event);
        detailed++;
      }
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

function isDetailed({ Refusal }: EventRecord): boolean {
  return Refusal !== undefined;
}
