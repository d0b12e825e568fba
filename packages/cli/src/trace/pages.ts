// The timeline page by page, as ListEvents gives it.
import type { TimelineEvent } from "@rolemint/expectations";
import type { ReadyFile } from "@rolemint/simulator";
import { callControl } from "../running.ts";
import type { EventFilter } from "./event-filter.ts";

export interface Page {
  readonly Events: readonly TimelineEvent[];
  readonly Next: string;
  readonly Dropped: number;
  readonly Missed: number;
}

const PAGE = 5000;

/** Pages from the filter's place on, until `take` says no or there is no more. */
export async function eachPage(ready: ReadyFile, filter: EventFilter, take: (page: Page) => boolean): Promise<void> {
  let place = filter.Since;
  for (;;) {
    const since = place === undefined ? {} : { Since: place };
    const page = await callControl<Page>(ready, "ListEvents", { ...filter, ...since, Limit: PAGE });
    if (!take(page) || page.Events.length < PAGE) return;
    place = page.Next;
  }
}
