// What is kept of the last refusals so that they can be explained: in memory only, since a request's headers hold its
// session token, and bounded by number and size. Granted requests leave nothing here.
import type { EventRecord } from "@rolemint/authority";

export interface KeptRefusal {
  readonly event: EventRecord;
  /** A `RefusalDetail` as JSON. */
  readonly detail: string;
}

export interface Refusals {
  keep(events: readonly EventRecord[]): void;
  find(requestId: string): KeptRefusal | undefined;
  /** For how long they are kept, in words. */
  readonly keeping: string;
  clear(): void;
}

const MAX_REFUSALS = 10_000;
const MAX_REFUSAL_BYTES = 16 * 1024 * 1024;

export function openRefusals(maxCount = MAX_REFUSALS, maxBytes = MAX_REFUSAL_BYTES): Refusals {
  const kept = new Map<string, KeptRefusal>();
  let bytes = 0;

  function keepOne(requestId: string, refusal: KeptRefusal): void {
    remove(requestId);
    kept.set(requestId, refusal);
    bytes += refusal.detail.length;
    while (kept.size > maxCount || bytes > maxBytes) remove(kept.keys().next().value!);
  }

  function remove(requestId: string): void {
    bytes -= kept.get(requestId)?.detail.length ?? 0;
    kept.delete(requestId);
  }

  return {
    keep(events) {
      for (const event of events) {
        if (event.Refusal === undefined || event.RequestId === undefined) continue;
        const { Refusal: detail, Management: _, ...shown } = event;
        keepOne(event.RequestId, { event: shown, detail });
      }
    },
    find: (requestId) => kept.get(requestId),
    keeping: `the last ${maxCount} refusals (at most ${Math.round(maxBytes / 1024 / 1024)} MiB) since the start are kept`,
    clear() {
      kept.clear();
      bytes = 0;
    },
  };
}
