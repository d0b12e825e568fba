// `rolemint trace`: what happened, an event a line, for people or as JSON lines; on and on with --follow, or in numbers
// with --summary.
import type { TimelineEvent } from "@rolemint/expectations";
import { pause } from "@rolemint/host/schedule";
import type { ReadyFile } from "@rolemint/simulator";
import pc from "picocolors";
import { CliError } from "../exit.ts";
import { type OutputFlags, outputFor, write } from "../output.ts";
import { callControl, findRunning, listInstances, type WhereFlags, worldClock } from "../running.ts";
import { untilSignal } from "../signals.ts";
import { type EventFilter, type FilterFlags, filterOf } from "../trace/event-filter.ts";
import { dayLine, eventLine } from "../trace/event-line.ts";
import { follow } from "../trace/follow.ts";
import { eachPage, type Page } from "../trace/pages.ts";
import { openSummary, summaryText } from "../trace/summary.ts";

export interface TraceFlags extends WhereFlags, OutputFlags, FilterFlags {
  readonly follow?: boolean;
  readonly summary?: boolean;
  readonly limit?: number;
}

/** Without --since so many are shown: all that fit on some screens, and before those to come. */
const NEWEST = 1000;
const NEWEST_FOLLOWED = 10;
const MOST_NEWEST = 10_000;
/** How often the world's clock is looked at, by the host's. */
const LOOK_EVERY_MS = 500;

export async function trace(flags: TraceFlags): Promise<void> {
  refuseTogether(flags);
  const ready = findRunning(flags);
  const filter = await filterOf(flags, ready);
  if (flags.summary) return summarise(ready, filter, flags);
  const printer = openPrinter(flags, await namesOf(ready));
  const isFollowed = flags.follow && !(await isOver(flags, filter));
  const shown = isFollowed
    ? await showBefore(ready, filter, flags, printer)
    : await show(ready, filter, flags, printer);
  tellLost(shown, flags);
  if (!isFollowed || !shown.isRead) return;
  await goOn(flags, { ...filter, Since: shown.next }, printer);
}

/** Until a signal, or until the world's clock has come to --until and all that was before is printed. */
async function goOn(flags: TraceFlags, filter: EventFilter, printer: Printer): Promise<void> {
  const ending = new AbortController();
  void untilSignal().then(() => ending.abort());
  const over = overSignal(flags, filter, ending.signal);
  const signal = AbortSignal.any([ending.signal, over]);
  const take = (event: TimelineEvent) => printer.print(event, () => namesOf(findRunning(flags)));
  try {
    const next = await follow({ flags, filter, signal, take });
    if (!over.aborted) return;
    const rest = { ...filter, ...(next !== undefined && { Since: next }) };
    await eachPage(findRunning(flags), rest, ({ Events }) => Events.every(take));
  } finally {
    ending.abort();
  }
}

/** Aborted once the world's clock has come to --until; never without one. */
function overSignal(flags: TraceFlags, filter: EventFilter, signal: AbortSignal): AbortSignal {
  const over = new AbortController();
  const look = async () => {
    while (!signal.aborted && !over.signal.aborted) {
      // One that is away is waited for by whoever follows.
      if (await isOver(flags, filter).catch(() => false)) over.abort();
      else await pause(LOOK_EVERY_MS, signal);
    }
  };
  if (filter.Until !== undefined) void look();
  return over.signal;
}

async function isOver(flags: TraceFlags, { Until }: EventFilter): Promise<boolean> {
  return Until !== undefined && (await worldClock(findRunning(flags))).timeMs >= Date.parse(Until);
}

function refuseTogether({ follow: isFollowed, summary, since, limit }: TraceFlags): void {
  if (isFollowed && summary) throw new CliError("usage", "--follow and --summary exclude each other");
  if (limit === undefined) return;
  if (summary) throw new CliError("usage", "--limit and --summary exclude each other: all events are counted");
  if (isFollowed && since !== undefined) {
    throw new CliError("usage", "--follow shows all events --since a time: leave out --since or --limit");
  }
}

interface Shown {
  readonly next: string;
  readonly dropped: number;
  readonly missed: number;
  readonly isRead: boolean;
}

/** From --since on all of them, page by page; without it the newest. */
async function show(ready: ReadyFile, filter: EventFilter, { limit }: TraceFlags, printer: Printer): Promise<Shown> {
  if (filter.Since === undefined) return showNewest(ready, filter, limit ?? NEWEST, printer);
  let left = limit ?? Number.POSITIVE_INFINITY;
  let shown: Shown | undefined;
  await eachPage(ready, filter, (page) => {
    const events = page.Events.slice(0, left);
    left -= events.length;
    const isRead = events.every((event) => printer.print(event));
    shown = { next: page.Next, dropped: page.Dropped, missed: shown?.missed ?? page.Missed, isRead };
    return isRead && left > 0;
  });
  return shown!;
}

async function showNewest(ready: ReadyFile, filter: EventFilter, limit: number, printer: Printer): Promise<Shown> {
  if (limit > MOST_NEWEST) throw new CliError("usage", `--limit is at most ${MOST_NEWEST} without --since`);
  const page = await callControl<Page>(ready, "ListEvents", { ...filter, Newest: true, Limit: limit });
  const isRead = page.Events.every((event) => printer.print(event));
  // What is older was not asked for.
  return { next: page.Next, dropped: page.Dropped, missed: 0, isRead };
}

/** What stands before the events to come: with --since the stream itself begins there. */
async function showBefore(ready: ReadyFile, filter: EventFilter, flags: TraceFlags, printer: Printer): Promise<Shown> {
  if (filter.Since === undefined) return showNewest(ready, filter, flags.limit ?? NEWEST_FOLLOWED, printer);
  return { next: filter.Since, dropped: 0, missed: 0, isRead: true };
}

function tellLost({ dropped, missed }: Shown, flags: TraceFlags): void {
  if (flags.quiet) return;
  const lost = [
    ...(dropped > 0 ? [`${dropped} events were dropped since the start, because too many waited to be recorded`] : []),
    ...(missed > 0 ? [`${missed} older events are no longer kept`] : []),
  ];
  for (const line of lost) process.stderr.write(`${pc.yellow(line)}\n`);
}

interface Printer {
  /** False once nobody reads any more. `anew` gives the names again, for an instance that was not there before. */
  print(event: TimelineEvent, anew?: () => Promise<ReadonlyMap<string, string>>): boolean;
}

function openPrinter(flags: TraceFlags, known: ReadonlyMap<string, string>): Printer {
  let names = known;
  let day: string | undefined;
  let asked: string | undefined;
  return {
    print(event, anew) {
      if (flags.json) return write(`${JSON.stringify(event)}\n`);
      const { Instance: id } = event;
      if (anew && id !== undefined && !names.has(id) && asked !== id) {
        asked = id;
        anew().then(
          (found) => {
            names = found;
          },
          () => {},
        );
      }
      const isNewDay = event.Time.slice(0, 10) !== day;
      day = event.Time.slice(0, 10);
      const line = eventLine(event, id === undefined ? "-" : (names.get(id) ?? id));
      return write(isNewDay ? `${dayLine(event)}\n${line}\n` : `${line}\n`);
    },
  };
}

async function summarise(ready: ReadyFile, filter: EventFilter, flags: TraceFlags): Promise<void> {
  const begin = filter.Since === undefined || /^\d+$/.test(filter.Since) ? undefined : Date.parse(filter.Since);
  const summing = openSummary(begin);
  let lost: Pick<Page, "Dropped" | "Missed"> | undefined;
  await eachPage(ready, filter, (page) => {
    lost = { Dropped: page.Dropped, Missed: lost?.Missed ?? page.Missed };
    for (const event of page.Events) summing.add(event);
    return true;
  });
  const names = await namesOf(ready);
  const end = filter.Until === undefined ? (await worldClock(ready)).timeMs : Date.parse(filter.Until);
  const instances = summing.result((id) => (id === undefined ? "-" : (names.get(id) ?? id)), end);
  const { Dropped: dropped = 0, Missed: missed = 0 } = lost ?? {};
  outputFor(flags).result(summaryText(instances), { version: 1, instances, dropped, missed });
  if (!flags.json) tellLost({ next: "", dropped, missed, isRead: true }, flags);
}

async function namesOf(ready: ReadyFile): Promise<ReadonlyMap<string, string>> {
  const instances = await listInstances(ready);
  return new Map(instances.map(({ InstanceId, Name }) => [InstanceId, Name]));
}
