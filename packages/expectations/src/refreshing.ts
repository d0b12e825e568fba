// Whether an application looked for new keys in time, how often it asked the metadata service, and how soon it worked
// again after something went wrong.
import { isCall, isExpiredCall, isFetch, isRefused, isTrouble, type TimelineEvent, timeOf } from "./event.ts";
import {
  after,
  type Duration,
  type Expectation,
  expectation,
  type Finding,
  millisecondsOf,
  refuseOthers,
  wholeNumber,
} from "./expectation.ts";

interface Refresh {
  readonly fetch: TimelineEvent;
  /** The generation that the application had until then. */
  readonly held: number;
}

/**
 * It fetched a newer generation at most `within` of world time after that was issued, or at most so far from the end of
 * the keys that it had; and no keys of its own have been over for longer since.
 */
export function hasRefreshed(options: { readonly within: Duration }): Expectation {
  const limit = millisecondsOf(options?.within, "within");
  refuseOthers(options, ["within"]);
  return expectation((events, earlier) => {
    const all = [...earlier, ...events];
    const issues = firstIssues(all);
    const { refreshes, held } = refreshesOf(events, earlier);
    if (held === undefined)
      return { pass: false, isUndecided: true, says: "has not refreshed: it never fetched credentials" };
    const overdue = overdueOf(events, issues, held, refreshes.at(-1), limit);
    const last = refreshes.at(-1);
    if (!last) return overdue ?? notRefreshed(issues, held);
    const gap = gapOf(last, all, issues);
    const says = `fetched generation ${last.fetch.Generation} ${gap.says}`;
    const by = [last.fetch, gap.by];
    if (gap.milliseconds > limit) {
      return { pass: false, says: `has not refreshed within ${after(limit)}: it ${says}`, by };
    }
    return overdue ?? { pass: true, says: `refreshed within ${after(limit)}: it ${says}`, by };
  });
}

function firstIssues(events: readonly TimelineEvent[]): ReadonlyMap<number, TimelineEvent> {
  const issues = new Map<number, TimelineEvent>();
  for (const event of events) {
    const { Kind, Generation } = event;
    if (Kind === "issue" && Generation !== undefined && !issues.has(Generation)) issues.set(Generation, event);
  }
  return issues;
}

/** The refreshes in scope, and the generation that is held at the end. A generation is known by fetches and calls. */
function refreshesOf(
  events: readonly TimelineEvent[],
  earlier: readonly TimelineEvent[],
): { refreshes: readonly Refresh[]; held: number | undefined } {
  const refreshes: Refresh[] = [];
  let held: number | undefined;
  const inScope = new Set(events);
  for (const event of [...earlier, ...events]) {
    const { Generation } = event;
    if (Generation === undefined || !(isFetch(event) || isCall(event))) continue;
    if (held !== undefined && isFetch(event) && Generation > held && inScope.has(event)) {
      refreshes.push({ fetch: event, held });
    }
    held = Math.max(held ?? 0, Generation);
  }
  return { refreshes, held };
}

interface Gap {
  readonly milliseconds: number;
  readonly says: string;
  readonly by: TimelineEvent | undefined;
}

/** The shortest way from a reason to refresh to the refresh. */
function gapOf(
  { fetch, held }: Refresh,
  events: readonly TimelineEvent[],
  issues: ReadonlyMap<number, TimelineEvent>,
): Gap {
  const time = timeOf(fetch);
  const gaps: Gap[] = [];
  const issue = issues.get(fetch.Generation!);
  if (issue) {
    const milliseconds = time - timeOf(issue);
    gaps.push({ milliseconds, says: `${after(milliseconds)} after its issue`, by: issue });
  }
  const heldIssue = issues.get(held);
  if (heldIssue?.Expiration !== undefined) {
    const past = time - Date.parse(heldIssue.Expiration);
    const says = `${after(Math.abs(past))} ${past < 0 ? "before" : "after"} the end of generation ${held}`;
    gaps.push({ milliseconds: Math.abs(past), says, by: heldIssue });
  }
  const refused = events.find((event) => isExpiredCall(event) && event.Generation === held && timeOf(event) <= time);
  if (refused) {
    const milliseconds = time - timeOf(refused);
    gaps.push({
      milliseconds,
      says: `${after(milliseconds)} after generation ${held} was refused as expired`,
      by: refused,
    });
  }
  const unknown = { milliseconds: Number.POSITIVE_INFINITY, says: "whose issue is not in the timeline", by: undefined };
  return gaps.sort((one, other) => one.milliseconds - other.milliseconds)[0] ?? unknown;
}

/** Keys that have been over for longer than it may take, and nothing newer fetched. */
function overdueOf(
  events: readonly TimelineEvent[],
  issues: ReadonlyMap<number, TimelineEvent>,
  held: number,
  last: Refresh | undefined,
  limit: number,
): Finding | undefined {
  const end = events.at(-1);
  if (!end) return undefined;
  const refused = events.find(
    (event) => isExpiredCall(event) && event.Generation === held && event.Id > (last?.fetch.Id ?? 0),
  );
  const stated = issues.get(held)?.Expiration;
  const ended = Math.min(
    stated === undefined ? Number.POSITIVE_INFINITY : Date.parse(stated),
    refused ? timeOf(refused) : Number.POSITIVE_INFINITY,
  );
  const since = timeOf(end) - ended;
  if (!(since > limit)) return undefined;
  const says = `has not refreshed within ${after(limit)}: its generation ${held} ended ${after(since)} ago and it fetched no newer one`;
  return { pass: false, says, by: [refused ?? issues.get(held)] };
}

function notRefreshed(issues: ReadonlyMap<number, TimelineEvent>, held: number): Finding {
  const newest = [...issues.keys()].reduce((one, other) => Math.max(one, other), held);
  if (newest === held) {
    return {
      pass: false,
      isUndecided: true,
      says: `has not refreshed: there was nothing newer than its generation ${held} to fetch`,
    };
  }
  const says = `has not refreshed: generation ${newest} was issued, and it goes on with generation ${held}`;
  return { pass: false, says, by: [issues.get(newest)] };
}

/** It sent at most and at least so many requests to the metadata service, of whatever kind. */
export function hasCalledMetadata(count: { readonly max?: number; readonly min?: number }): Expectation {
  const { max, min } = count ?? {};
  if (max === undefined && min === undefined) throw new TypeError("give max, min or both");
  refuseOthers(count, ["max", "min"]);
  if (max !== undefined) wholeNumber(max, "max", 0);
  if (min !== undefined) wholeNumber(min, "min", 0);
  if (max !== undefined && min !== undefined && min > max) throw new TypeError(`min ${min} is more than max ${max}`);
  const wanted = [min === undefined ? "" : `at least ${min}`, max === undefined ? "" : `at most ${max}`].filter(
    Boolean,
  );
  return expectation((events) => {
    const requests = events.filter(({ Kind }) => Kind === "metadata");
    const { length } = requests;
    const mayBeNone = max === 0 || min === 0;
    if (length === 0 && !mayBeNone) {
      return {
        pass: false,
        isUndecided: true,
        says: "has not called the metadata service at all, so there is nothing to count",
      };
    }
    const pass = length <= (max ?? length) && length >= (min ?? 0);
    const by = max !== undefined && length > max ? [requests[max]] : [];
    const times = length === 1 ? "1 time" : `${length} times`;
    return { pass, says: `called the metadata service ${times}; expected was ${wanted.join(" and ")}`, by };
  });
}

/**
 * After the first thing that went wrong (a fault, a metadata request that failed, a call that was refused), and after
 * every refusal since, a good call came within so much world time.
 */
export function recoversWithin(duration: Duration): Expectation {
  const limit = millisecondsOf(duration, "the time to recover");
  return expectation((events) => {
    const first = events.findIndex((event) => isTrouble(event) || isRefused(event));
    if (first < 0) return { pass: false, isUndecided: true, says: "had nothing to recover from: nothing failed" };
    let slowest: { readonly by: readonly TimelineEvent[]; readonly took: number } | undefined;
    let good: TimelineEvent | undefined;
    for (let index = events.length - 1; index >= first; index--) {
      const event = events[index]!;
      if (isCall(event) && !isRefused(event)) good = event;
      if (index !== first && !isRefused(event)) continue;
      if (!good) {
        const says = `has not recovered within ${after(limit)}: ${named(event)}, and no good call came after it`;
        return { pass: false, says, by: [event] };
      }
      // It is less than nothing where the clock was moved back meanwhile.
      const took = Math.max(0, timeOf(good) - timeOf(event));
      if (!slowest || took >= slowest.took) slowest = { by: [event, good], took };
    }
    const { by, took } = slowest!;
    const pass = took <= limit;
    const verb = pass ? "recovered" : "has not recovered";
    const says = `${verb} within ${after(limit)}: ${named(by[0]!)}, and the next good call came ${after(took)} later`;
    return { pass, says, by };
  });
}

function named({ Kind, Action, Service, Code, Status, Path }: TimelineEvent): string {
  if (Kind === "fault") return `the fault ${Action} ${Code}`;
  if (Kind === "metadata")
    return `the metadata service ${Status === undefined ? "did not answer" : `answered ${Status}`} for ${Path}`;
  return `${Service} ${Action ?? "a call"} was refused (${Code ?? Status})`;
}
