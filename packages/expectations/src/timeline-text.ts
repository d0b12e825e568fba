// The timeline as people read it: a line an event, columns aligned, times from the first event on, alike neighbours as
// one line, and no more of it than what matters.
import { formatDuration } from "@rolemint/host/duration";
import { type TimelineEvent, timeOf } from "./event.ts";
import { outcomeOf, whatOf } from "./wording.ts";

const MOST_ROWS = 24;
/** The most columns of what happened. */
const WHAT_WIDTH = 100;
/** How many rows before and after one that matters are shown with it, and how many at the end. */
const AROUND = 2;
const AT_END = 6;

interface Row {
  readonly cells: readonly string[];
  readonly isMarked: boolean;
  readonly count: number;
}

/** `marked` are the ids of the events that a verdict rests on. `who` is whose timeline it is. */
export function timelineText(
  events: readonly TimelineEvent[],
  who?: string,
  marked: ReadonlySet<number> = new Set(),
): string {
  const [first] = events;
  const of = who === undefined ? "" : ` of ${who}`;
  if (!first) return `timeline${of}: nothing happened`;
  const rows = rowsOf(events, timeOf(first), marked);
  const kept = keptOf(rows);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...[...kept].map((index) => rows[index]!.cells[column]!.length)),
  );
  const lines: string[] = [];
  let skipped = 0;
  const tellSkipped = () => {
    if (skipped > 0) lines.push(`    … ${skipped} more`);
    skipped = 0;
  };
  rows.forEach((row, index) => {
    if (!kept.has(index)) {
      skipped += row.count;
      return;
    }
    tellSkipped();
    const [time, ...rest] = row.cells.map((cell, column) =>
      column === 0 ? cell.padStart(widths[0]!) : cell.padEnd(widths[column] ?? 0),
    );
    const times = row.count > 1 ? `  (${row.count} times)` : "";
    lines.push(`${row.isMarked ? "  > " : "    "}${[time, ...rest].join("  ").trimEnd()}${times}`);
  });
  tellSkipped();
  return [`timeline${of}, from ${first.Time} (world time):`, ...lines].join("\n");
}

/** How much later than the first event, no finer than people care: `+1s250ms`, `+6h20m`. */
function laterBy(milliseconds: number): string {
  const step = Math.abs(milliseconds) < 10_000 ? 1 : 1000;
  const rounded = Math.round(milliseconds / step) * step;
  return `${rounded < 0 ? "" : "+"}${formatDuration(rounded)}`;
}

function rowsOf(events: readonly TimelineEvent[], origin: number, marked: ReadonlySet<number>): Row[] {
  const rows: Row[] = [];
  for (const event of events) {
    const [what, outcome, keys] = [shortened(whatOf(event)), outcomeOf(event), keysOf(event, origin)];
    const isMarked = marked.has(event.Id);
    const last = rows.at(-1);
    const isAlike =
      last &&
      last.isMarked === isMarked &&
      last.cells.slice(1).join("\n") === [event.Kind, what, outcome, keys].join("\n");
    if (isAlike) rows[rows.length - 1] = { ...last, count: last.count + 1 };
    else rows.push({ cells: [laterBy(timeOf(event) - origin), event.Kind, what, outcome, keys], isMarked, count: 1 });
  }
  return rows;
}

/** The rows that matter with what is around them, and the end; of too many the last. */
function keptOf(rows: readonly Row[]): ReadonlySet<number> {
  const all = rows.map((_, index) => index);
  if (rows.length <= MOST_ROWS) return new Set(all);
  const marks = all.filter((index) => rows[index]!.isMarked);
  const wanted = [
    ...marks,
    ...all.slice(-AT_END),
    ...marks.flatMap((mark) => all.slice(Math.max(0, mark - AROUND), mark + AROUND + 1)),
    ...all.toReversed(),
  ];
  return new Set([...new Set(wanted)].slice(0, MOST_ROWS));
}

function keysOf({ Generation, AccessKeyId, Expiration }: TimelineEvent, origin: number): string {
  const parts = [
    Generation === undefined ? undefined : `generation ${Generation}`,
    AccessKeyId,
    Expiration === undefined ? undefined : `ends ${laterBy(Date.parse(Expiration) - origin)}`,
  ];
  return parts.filter((part) => part !== undefined).join("  ");
}

function shortened(text: string): string {
  const line = text.replace(/\p{Cc}/gu, "·");
  return line.length <= WHAT_WIDTH ? line : `${line.slice(0, WHAT_WIDTH - 1)}…`;
}
