// The timeline as the control API shows it: ListEvents gives a page, `GET /events` (event-stream.ts) goes on.
import { breathe } from "@rolemint/host/schedule";
import { parseTimestamp } from "@rolemint/policy/instant";
import {
  boolean,
  defaulted,
  described,
  integer,
  list,
  type Member,
  oneOf,
  required,
  type Shape,
  string,
  struct,
  timestamp,
  type ValueOf,
} from "@rolemint/wire";
import type { EventFilter, TimelineEvent, World } from "@rolemint/world";
import { ControlError, controlAction, instanceNamed } from "./action.ts";
import { writeJson } from "./json.ts";

export const Kind = oneOf("metadata", "issue", "call", "refusal", "fault", "warning");

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;

/** What is said of one event; `Management` is for the trail, `Refusal` for explaining. */
export const EventView = struct({
  Id: required(integer()),
  Time: required(timestamp()),
  Kind: required(Kind),
  Instance: described(string(), "id of the instance"),
  Generation: integer(),
  AccessKeyId: string(),
  Path: string(),
  Service: string(),
  Action: described(string(), "of metadata v1 or v2, of a fault its name"),
  Resource: described(string(), "of a fault its id"),
  Status: integer(),
  Code: described(
    string(),
    "of a refusal or a warning; of a fault `began`, `acted`, `ended`, `not-begun` or `gave-up`",
  ),
  RequestId: string(),
  UserAgent: string(),
  Expiration: described(timestamp(), "of an issue: when its keys end"),
  Message: described(string(), "why it was refused, or what a warning or a fault says"),
} satisfies Record<Exclude<keyof TimelineEvent, "Management" | "Refusal">, Shape | Member>);

export const Since = described(string(), "a time, or the `Next` of an earlier page");

/** What events are looked for by, under the names of ListEvents. */
const FILTERS = {
  Since,
  Until: described(timestamp(), "events before this time"),
  Instance: described(string(), "name or id; of one that has ended its id"),
  Kinds: described(list(Kind, { min: 1 }), "one of these"),
  AccessKeyId: string(),
  Generation: integer({ min: 1 }),
  Action: described(string(), "`GetObject`; of metadata v1 or v2; of a fault its name"),
  Status: integer({ min: 100, max: 599 }),
  Code: described(string(), "of a refusal, a warning or a fault"),
};
const Filters = struct(FILTERS);

export const ListEvents = controlAction({
  name: "ListEvents",
  says:
    "What every instance asked, was given, called and was refused, oldest first; `Next` goes on where a page ended. " +
    "`Dropped` counts events that never arrived, `Missed` those of the asked ones that are no longer kept.",
  input: struct({
    ...FILTERS,
    Newest: described(boolean(), "of more than `Limit` the newest, still oldest first"),
    Limit: defaulted(integer({ min: 1, max: MAX_LIMIT }), DEFAULT_LIMIT),
  }),
  output: struct({
    Events: required(list(EventView)),
    Next: required(string()),
    Dropped: required(described(integer(), "since the start or the last reset")),
    Missed: required(described(integer(), "after `Since`; where that is a time, at most so many")),
  }),
  async handle({ Limit: limit, Newest: isNewest = false, ...filters }, { world, flushEvents }) {
    const { from, filter } = filterOf(world, filters);
    await flushEvents();
    const Missed = missedOf(world, from);
    const { events, upTo } = await world.timeline.search({ ...from, ...filter, isNewest, limit }, breathe);
    const Next = String(Math.max(upTo, from.after ?? 0));
    return { Events: events, Next, Dropped: world.timeline.dropped(), Missed };
  },
});

/** A place in the timeline: after an id, or from a time on. */
export interface Place {
  readonly after?: number;
  readonly since?: number;
}

/** Throws ControlError for a place that is none and an instance that is not there. */
export function filterOf(
  world: World,
  { Since, Until, Instance, Kinds, AccessKeyId, Generation, Action, Status, Code }: ValueOf<typeof Filters>,
): { readonly from: Place; readonly filter: EventFilter } {
  const filter = {
    ...(Until !== undefined && { until: Until }),
    ...(Instance !== undefined && { instance: instanceId(world, Instance) }),
    ...(Kinds !== undefined && { kinds: Kinds }),
    ...(AccessKeyId !== undefined && { accessKeyId: AccessKeyId }),
    ...(Generation !== undefined && { generation: Generation }),
    ...(Action !== undefined && { action: Action }),
    ...(Status !== undefined && { status: Status }),
    ...(Code !== undefined && { code: Code }),
  };
  return { from: placeOf(Since), filter };
}

/** A `Next` is digits only; everything else must be a time. */
export function placeOf(since: string | undefined): Place {
  if (since === undefined) return {};
  if (/^\d{1,15}$/.test(since)) return { after: Number(since) };
  const time = parseTimestamp(since);
  if (time === undefined) {
    throw new ControlError("InvalidInput", `Since must be a Next or a time like 2026-11-23T05:30:00Z, not "${since}"`);
  }
  return { since: time };
}

/** How many events from there on are no longer kept. What is older than a time is not missed. */
export function missedOf({ timeline }: World, { after = 0, since }: Place): number {
  const missed = timeline.missedAfter(after);
  if (missed === 0 || since === undefined) return missed;
  const [oldest] = timeline.query({ limit: 1 });
  return oldest && oldest.Time <= since ? 0 : missed;
}

/** Events of ended instances can still be asked for by id. */
function instanceId(world: World, name: string): string {
  return /^i-[0-9a-f]{17}$/.test(name) && world.tables.instances.get(name) ? name : instanceNamed(world, name).id;
}

/** As it travels, alone on its line of the stream. */
export function eventText(event: TimelineEvent): string {
  return `${JSON.stringify(writeJson(EventView, event))}\n`;
}
