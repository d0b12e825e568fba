// What the metadata service tells the world of its requests: an event each, sent in batches so that no request ever
// waits for it. The buffer is bounded, and what it drops is counted.
import type { Authority, EventRecord, InstanceView } from "@rolemint/authority";
import type { Log } from "@rolemint/host/log";
import { wakeUp } from "@rolemint/host/schedule";
import { header } from "@rolemint/wire/http";
import type { Answer } from "./answer.ts";
import { TOKEN_HEADER } from "./gate.ts";
import type { MetadataRequest } from "./request.ts";

/** Longest path and user agent that an event keeps. */
const TEXT_BOUND = 512;

/** `Action` is the version of the metadata service that was asked: v2 with a token or for one, else v1. */
export function metadataEvent(
  request: MetadataRequest,
  view: InstanceView | undefined,
  answer: Answer,
  now: number,
): EventRecord {
  const isSecond = request.method === "PUT" || header(request, TOKEN_HEADER) !== undefined;
  return {
    Time: now,
    Kind: "metadata",
    Instance: view?.InstanceId,
    Path: request.target.slice(0, TEXT_BOUND),
    Action: isSecond ? "v2" : "v1",
    Status: answer.status,
    Generation: answer.given?.generation,
    AccessKeyId: answer.given?.accessKeyId,
    UserAgent: header(request, "user-agent")?.slice(0, TEXT_BOUND),
  };
}

export interface MetadataEvents {
  record(event: EventRecord): void;
  /** Sends all that is held; resolves when it arrived or could not be sent. */
  flush(): Promise<void>;
  /** Sends what is held one last time. */
  close(): Promise<void>;
  /** How many events were lost because the buffer was full. */
  readonly dropped: number;
}

const BATCH = 500;
const BOUND = 20_000;
const DELAY_MS = 20;
/** How long to wait after the authority could not be reached. */
const RETRY_MS = 1000;

/** A buffer between the listeners and the authority. */
export function metadataEvents(authority: Pick<Authority, "record">, log: Log): MetadataEvents {
  let held: EventRecord[] = [];
  let dropped = 0;
  let told = 0;
  let isDue = false;
  let sending: Promise<void> | undefined;
  const timer = wakeUp(() => void flush());

  function wakeIn(delayMs: number): void {
    isDue = true;
    timer.at(delayMs);
  }

  async function send(): Promise<void> {
    while (held.length > 0) {
      const batch = held.slice(0, BATCH);
      const toTell = dropped - told;
      try {
        await authority.record({ Events: batch, ...(toTell > 0 && { Dropped: toTell }) });
      } catch (error) {
        log.warn({ err: error, held: held.length }, "metadata events could not be recorded; they are kept for later");
        return wakeIn(RETRY_MS);
      }
      told += toTell;
      held = held.slice(batch.length);
    }
  }

  function flush(): Promise<void> {
    isDue = false;
    sending ??= send().finally(() => {
      sending = undefined;
    });
    return sending;
  }

  return {
    record(event) {
      if (held.length >= BOUND) {
        dropped++;
        return;
      }
      held.push(event);
      if (!isDue) wakeIn(DELAY_MS);
    },
    flush,
    async close() {
      await flush();
      timer.stop();
    },
    get dropped() {
      return dropped;
    },
  };
}
