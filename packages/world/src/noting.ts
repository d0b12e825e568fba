// What becomes of every event: it goes into the timeline, what explains a refusal is kept, and the warnings that it
// gives cause for come after it.
import type { EventRecord } from "@rolemint/authority";
import type { Refusals } from "./refusals.ts";
import type { Store } from "./store.ts";
import type { Timeline } from "./timeline.ts";
import type { Warnings } from "./warnings.ts";

export interface NotingParts {
  readonly store: Store;
  readonly timeline: Timeline;
  readonly refusals: Refusals;
  /** They look into the world, which is made later. */
  warnings(): Warnings;
}

export function openNoting({ store, timeline, refusals, warnings }: NotingParts): Pick<Timeline, "append"> {
  return {
    append(events) {
      // What the data planes send last may come when the world is closed. Each warning stands after its cause: where
      // their batches are cut is a matter of timing.
      const told = (event: EventRecord) => [event, ...warnings().look([event])];
      timeline.append(store.db.isOpen ? events.flatMap(told) : events);
      refusals.keep(events);
    },
  };
}
