// `GET /events`: the timeline as a stream that goes on, an event a line, until the client goes away. What is no longer
// kept when it is asked for, or when a slow reader comes to it, is told in a line of its own.
import { breathe } from "@rolemint/host/schedule";
import { integer, list, string, struct, timestamp, type ValueOf } from "@rolemint/wire";
import type { TimelineEvent, World } from "@rolemint/world";
import type { Request, Response } from "express";
import { eventText, filterOf, Kind, missedOf, type Place } from "./events.ts";
import { readStruct } from "./json.ts";

/** How many events are written at once. */
const BATCH = 500;

/** The filters of ListEvents as parameters of a URL; `kind` may be given several times. */
export const StreamInput = struct({
  since: string(),
  until: timestamp(),
  instance: string(),
  kind: list(Kind, { min: 1 }),
  accessKeyId: string(),
  generation: integer({ min: 1 }),
  action: string(),
  status: integer({ min: 100, max: 599 }),
  code: string(),
});

/** Throws ControlError for parameters that are none; then nothing was sent. */
export function streamEvents(request: Request, response: Response, world: World): void {
  const { timeline } = world;
  const { from, filter } = filterOf(world, inputOf(request.query));
  let place: Place = from;
  let isPumping = false;
  response.setHeader("Content-Type", "application/x-ndjson");
  response.flushHeaders();

  function tellMissed(): void {
    const { after } = place;
    const missed = missedOf(world, after === undefined ? from : { after });
    if (missed === 0) return;
    place = { ...from, after: (after ?? 0) + missed };
    response.write(eventText(missedEvent(world, place.after!, missed)));
  }

  /** Everything there is, at the reader's pace. */
  async function pump(): Promise<void> {
    while (!response.closed && (place.after ?? -1) < timeline.last()) {
      tellMissed();
      const found = await timeline.search({ ...filter, ...place, limit: BATCH }, breathe);
      if (response.closed) return;
      place = { ...from, after: Math.max(found.upTo, place.after ?? 0) };
      const isTaken = found.events.length === 0 || response.write(found.events.map(eventText).join(""));
      if (!isTaken) await Promise.race([new Promise((done) => response.once("drain", done)), closed]);
    }
    isPumping = false;
  }

  const send = () => {
    if (isPumping) return;
    isPumping = true;
    pump().catch((error) => response.destroy(error));
  };
  const stop = timeline.watch(send);
  const closed = new Promise((done) => response.once("close", done));
  void closed.then(stop);
  send();
}

function missedEvent(world: World, Id: number, count: number): TimelineEvent {
  const Message = `${count} events up to here are no longer kept`;
  return { Id, Time: world.now(), Kind: "warning", Code: "EventsMissed", Message };
}

const NUMBERS = new Set(["generation", "status"]);

function inputOf(query: Request["query"]): Parameters<typeof filterOf>[1] {
  const given = Object.entries(query).map(([name, value]) => {
    if (name === "kind") return [name, Array.isArray(value) ? value : [value]];
    // What is no number is left as it is, and refused as none.
    return [name, NUMBERS.has(name) && /^\d{1,9}$/.test(String(value)) ? Number(value) : value];
  });
  const read = readStruct(StreamInput, Object.fromEntries(given), "", "GET /events") as ValueOf<typeof StreamInput>;
  const { since, until, instance, kind, accessKeyId, generation, action, status, code } = read;
  return {
    Since: since,
    Until: until,
    Instance: instance,
    Kinds: kind,
    AccessKeyId: accessKeyId,
    Generation: generation,
    Action: action,
    Status: status,
    Code: code,
  };
}
