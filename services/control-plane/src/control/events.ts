// The timeline as the control API shows it: ListEvents gives a page, `GET /events` a stream that goes on.
import type { TimelineEvent, World } from "@rolemint/world";
import { type ControlAction, ControlError, instanceNamed, instantOf, iso, text } from "./action.ts";

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;

/** Oldest first. `Next` goes on where this page ended, also when nothing has come since. */
export const ListEvents: ControlAction = {
  name: "ListEvents",
  members: { Since: "string", Instance: "string", Limit: "number" },
  async handle(input, { world, flushEvents }) {
    const limit = (input["Limit"] as number | undefined) ?? DEFAULT_LIMIT;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
      throw new ControlError("InvalidInput", `Limit must be a whole number from 1 to ${MAX_LIMIT}`);
    }
    const from = placeOf(text(input, "Since"));
    const name = text(input, "Instance");
    const instance = name === undefined ? undefined : instanceId(world, name);
    await flushEvents();
    const events = world.timeline.query({ ...from, limit, ...(instance !== undefined && { instance }) });
    const next = events.at(-1)?.Id ?? world.timeline.last();
    return { Events: events.map(eventView), Next: String(Math.max(next, from.after ?? 0)) };
  },
};

/** A `Next` is digits only; everything else must be a time. */
export function placeOf(since: string | undefined): { after?: number; since?: number } {
  if (since === undefined) return {};
  if (/^\d{1,15}$/.test(since)) return { after: Number(since) };
  const time = instantOf(since);
  if (time === undefined) {
    throw new ControlError("InvalidInput", `Since must be a Next or a time like 2026-11-23T05:30:00Z, not "${since}"`);
  }
  return { since: time };
}

/** Events of ended instances can still be asked for by id. */
function instanceId(world: World, name: string): string {
  return /^i-[0-9a-f]{17}$/.test(name) && world.tables.instances.get(name) ? name : instanceNamed(world, name).id;
}

export function eventView({ Id, Time, ...rest }: TimelineEvent): object {
  return { Id, Time: iso(Time), ...rest };
}
