// An event as people read it: one aligned line, coloured by what it means. Times are the world's.
import { outcomeOf, type TimelineEvent, whatOf } from "@rolemint/expectations";
import pc from "picocolors";
import { visible } from "../output.ts";

const MARKS = {
  metadata: "imds",
  issue: "new",
  call: "call",
  refusal: "no",
  fault: "fault",
  warning: "warn",
} satisfies Record<TimelineEvent["Kind"], string>;

const COLOURS = {
  metadata: pc.dim,
  issue: pc.cyan,
  call: pc.green,
  refusal: pc.red,
  fault: pc.magenta,
  warning: pc.yellow,
} satisfies Record<TimelineEvent["Kind"], (text: string) => string>;

const TIME_WIDTH = 12;
const NAME_WIDTH = 12;
const MARK_WIDTH = 5;
const WHAT_WIDTH = 48;
const OUTCOME_WIDTH = 22;

/** `name` is that of the event's instance. */
export function eventLine(event: TimelineEvent, name: string): string {
  const colour = COLOURS[event.Kind];
  const start = [
    event.Time.slice(11, 23).replace("Z", "").padEnd(TIME_WIDTH),
    visible(name).padEnd(NAME_WIDTH),
    colour(MARKS[event.Kind].padEnd(MARK_WIDTH)),
  ].join(" ");
  if (event.Kind === "warning") return `${start} ${colour(visible(whatOf(event)))}`;
  const rest = [
    visible(shortened(whatOf(event))).padEnd(WHAT_WIDTH),
    (event.Kind === "refusal" || isBad(event) ? pc.red : pc.dim)(endOf(event).padEnd(OUTCOME_WIDTH)),
    (event.Generation === undefined ? "" : `#${event.Generation}`).padEnd(5),
    (event.AccessKeyId === undefined ? "" : `…${event.AccessKeyId.slice(-6)}`).padEnd(7),
    pc.dim(visible(productOf(event.UserAgent))),
  ].join(" ");
  const line = `${start} ${rest}`.trimEnd();
  // What is said of a refusal stands where `explain` is found by it.
  return event.Kind === "refusal" && event.RequestId !== undefined ? `${line} ${pc.dim(event.RequestId)}` : line;
}

/** The day stands alone where it begins. */
export function dayLine(event: TimelineEvent): string {
  return pc.dim(`── ${event.Time.slice(0, 10)} (world time)`);
}

function isBad({ Kind, Status = 0 }: TimelineEvent): boolean {
  return Kind === "metadata" && (Status >= 400 || Status === 0);
}

/** Of new keys their end is what people look for. */
function endOf(event: TimelineEvent): string {
  return event.Kind === "issue" && event.Expiration !== undefined
    ? `until ${event.Expiration.slice(11, 19)}`
    : outcomeOf(event);
}

/** Its end says more of a path than its beginning. */
function shortened(text: string): string {
  if (text.length <= WHAT_WIDTH) return text;
  const half = (WHAT_WIDTH - 1) >> 1;
  return `${text.slice(0, half)}…${text.slice(half + 1 - WHAT_WIDTH)}`;
}

/** The first product that is one: `Boto3/1.44.5`. */
function productOf(userAgent: string | undefined): string {
  return (userAgent ?? "").split(/[\s;(]/, 1)[0]!.slice(0, 24);
}
