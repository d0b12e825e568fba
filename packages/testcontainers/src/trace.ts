// The timeline as the control API tells it: events, page after page, and as text.
import { timelineText } from "@rolemint/expectations";
import type { Control } from "./control.ts";

const KINDS = ["metadata", "issue", "call", "refusal", "fault", "warning"] as const;

/** One thing that happened; never a secret. */
export interface TraceEvent {
  readonly Id: number;
  /** ISO 8601, world time. */
  readonly Time: string;
  readonly Kind: (typeof KINDS)[number];
  /** Id of the instance. */
  readonly Instance?: string;
  readonly Generation?: number;
  readonly AccessKeyId?: string;
  readonly Path?: string;
  readonly Service?: string;
  readonly Action?: string;
  readonly Resource?: string;
  readonly Status?: number;
  readonly Code?: string;
  readonly RequestId?: string;
  readonly UserAgent?: string;
  /** Of an issue: when its keys end. */
  readonly Expiration?: string;
  readonly Message?: string;
}

export interface TraceFilter {
  /** Name or id of an instance. */
  readonly instance?: string;
  /** Id of an event, after which the trace begins; or a time. */
  readonly since?: number | string;
  readonly kind?: TraceEvent["Kind"];
}

const PAGE = 10_000;

export async function traceOf(control: Control, filter: TraceFilter): Promise<TraceEvent[]> {
  const { instance: Instance, kind } = filter;
  if (kind !== undefined && !KINDS.includes(kind)) throw new Error(`there is no kind ${kind}: ${KINDS.join(", ")}`);
  const events: TraceEvent[] = [];
  let Since = filter.since === undefined ? undefined : String(filter.since);
  for (;;) {
    const page = await control.ask<{ Events: TraceEvent[]; Next: string }>("ListEvents", {
      Instance,
      Since,
      Limit: PAGE,
    });
    for (const event of page.Events) if (kind === undefined || event.Kind === kind) events.push(event);
    if (page.Events.length < PAGE) return events;
    Since = page.Next;
  }
}

export function traceText(events: readonly TraceEvent[], who: string | undefined): string {
  return timelineText(events, who);
}
