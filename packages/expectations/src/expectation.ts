// What an expectation is: a question to a timeline, answered with a verdict and the reason for it. What never happened
// fulfils nothing: an application that made no call has not made only good ones.
import { formatDuration, parseDuration } from "@rolemint/host/duration";
import { type TimelineEvent, timeOf } from "./event.ts";
import { timelineText } from "./timeline-text.ts";

export interface Verdict {
  readonly pass: boolean;
  /** Whether there was anything to judge; it has not passed then, and the contrary is no more so. */
  readonly isDecided: boolean;
  /** One sentence why it passes or does not, and the timeline below it. */
  readonly message: string;
  /** The sentence alone. */
  readonly reason: string;
}

export interface Scope {
  /** Whose events they are, for the message: the name of an instance. */
  readonly who?: string;
  /** Milliseconds of world time: what is earlier is only what the application knew before. */
  readonly since?: number;
}

/** `events` are those of one instance, or of all. */
export type Expectation = (events: readonly TimelineEvent[], scope?: Scope) => Verdict;

/** What a rule finds: a predicate of who it is about, and the events that show it. */
export interface Finding {
  readonly pass: boolean;
  readonly says: string;
  /** Nothing happened that it could be judged by. */
  readonly isUndecided?: true;
  readonly by?: readonly (TimelineEvent | undefined)[];
}

/** `earlier` is what was before the scope. */
export type Rule = (events: readonly TimelineEvent[], earlier: readonly TimelineEvent[]) => Finding;

export function expectation(rule: Rule): Expectation {
  return (events, { who, since = Number.NEGATIVE_INFINITY } = {}) => {
    const ordered = inOrder(events);
    const inScope = ordered.filter((event) => timeOf(event) >= since);
    const earlier = ordered.filter((event) => timeOf(event) < since);
    const { pass, says, isUndecided = false, by = [] } = rule(inScope, earlier);
    const reason = `${who ?? "the application"} ${says}`;
    const marked = new Set(by.flatMap((event) => event?.Id ?? []));
    return { pass, isDecided: !isUndecided, reason, message: `${reason}\n\n${timelineText(inScope, who, marked)}` };
  };
}

/** Requests that take long are recorded late by so much. */
const MOST_LATE_MS = 60_000;

/**
 * As they happened. Data planes send their events in batches: what was recorded later may have been earlier. Where the
 * events of one service go back, however, the world's clock was moved back, and time begins anew.
 */
function inOrder(events: readonly TimelineEvent[]): TimelineEvent[] {
  const stretches: TimelineEvent[][] = [[]];
  const latest = new Map<string, number>();
  for (const event of events.toSorted((one, other) => one.Id - other.Id)) {
    const source = (event.Kind === "call" || event.Kind === "refusal" ? event.Service : undefined) ?? event.Kind;
    const time = timeOf(event);
    if (time < (latest.get(source) ?? time) - MOST_LATE_MS) {
      stretches.push([]);
      latest.clear();
    }
    latest.set(source, Math.max(time, latest.get(source) ?? time));
    stretches.at(-1)!.push(event);
  }
  return stretches.flatMap((stretch) =>
    stretch.toSorted((one, other) => timeOf(one) - timeOf(other) || one.Id - other.Id),
  );
}

/** A length of world time: `5m`, or milliseconds. */
export type Duration = string | number;

/** Milliseconds. Throws TypeError. */
export function millisecondsOf(duration: Duration, name: string): number {
  const milliseconds = typeof duration === "string" ? parseDuration(duration) : duration;
  if (Number.isFinite(milliseconds) && milliseconds! >= 0) return milliseconds!;
  throw new TypeError(`${name} must be a duration like 5m or 30s, or milliseconds, not ${shown(duration)}`);
}

/** A whole number from `least` on. Throws TypeError. */
export function wholeNumber(value: unknown, name: string, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new TypeError(`${name} must be a whole number from ${least} on, not ${shown(value)}`);
}

/** A misspelt option must not go unnoticed. Throws TypeError. */
export function refuseOthers(options: object, names: readonly string[]): void {
  const stranger = Object.keys(options).find((name) => !names.includes(name));
  if (stranger !== undefined) throw new TypeError(`${stranger} is no option here; there are ${names.join(", ")}`);
}

/** What was given, where it is not what it should be: tests in JavaScript may give anything. */
function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Between two instants, in words. */
export function after(milliseconds: number): string {
  return formatDuration(Math.round(milliseconds));
}
