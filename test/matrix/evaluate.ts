// What a client's life under a preset comes to: when it fetched keys anew, how often it asked the metadata service, which
// of its calls failed, and how it came out of it.
import type { MatrixEvent, Observation, Step } from "./watched.ts";

export type Outcome =
  | { readonly is: "unhurt" }
  | { readonly is: "recovered"; readonly afterMs: number }
  | { readonly is: "failing" };

export interface Verdict {
  /** How much of the keys that it held was left, milliseconds, median of the fetches after the first. */
  readonly leftMs: number | undefined;
  /** Fetches that gave other keys than it held. */
  readonly refreshes: number;
  /** To the metadata service. */
  readonly requests: number;
  readonly requestsAnHour: number;
  readonly calls: number;
  readonly failed: number;
  readonly firstError: string | undefined;
  readonly outcome: Outcome;
}

const HOUR_MS = 3_600_000;

export function evaluate({ watchedMs, endMs, steps, events }: Observation): Verdict {
  const left = refreshesIn(events);
  const judged = steps.map((step) => ended(step, endMs));
  const failures = judged.filter(({ isOk }) => !isOk);
  const asked = events.filter(({ Kind }) => Kind === "metadata").length;
  return {
    leftMs: median(left),
    refreshes: left.length,
    requests: asked,
    requestsAnHour: (asked * HOUR_MS) / watchedMs,
    calls: steps.length,
    failed: failures.length,
    firstError: failures[0] && errorIn(failures[0].text),
    outcome: outcomeOf(judged),
  };
}

type Judged = Required<Step>;

function ended(step: Step, endMs: number): Judged {
  return { toMs: endMs, isOk: false, text: "no answer until the end", ...step };
}

/** From the first call that failed to the first of those that went well for good. */
function outcomeOf(steps: readonly Judged[]): Outcome {
  const first = steps.find(({ isOk }) => !isOk);
  if (!first) return { is: "unhurt" };
  const last = steps.findLastIndex(({ isOk }) => !isOk);
  const well = steps[last + 1];
  return well ? { is: "recovered", afterMs: well.toMs - first.toMs } : { is: "failing" };
}

/** For each fetch of keys that it had not yet: what was left of those that it had. */
function refreshesIn(events: readonly MatrixEvent[]): number[] {
  const ends = new Map<number, number>();
  const left: number[] = [];
  let held: number | undefined;
  for (const { Kind, Time, Generation, Expiration, Status } of events) {
    if (Generation === undefined) continue;
    if (Kind === "issue" && Expiration !== undefined) ends.set(Generation, Date.parse(Expiration));
    if (Kind !== "metadata" || Status !== 200 || Generation === held) continue;
    const end = held === undefined ? undefined : ends.get(held);
    if (end !== undefined) left.push(end - Date.parse(Time));
    held = Generation;
  }
  return left;
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)];
}

const CODE =
  /\b(ExpiredToken\w*|AccessDenied\w*|InvalidAccessKeyId|InvalidToken|RequestTimeTooSkewed|SignatureDoesNotMatch|AWS_ERROR_\w+|\w+Error|\w+Exception)\b/;
/** What a client says where it names no code. */
const SAID: readonly (readonly [RegExp, string])[] = [
  [/Access Denied/, "Access Denied"],
  [
    /no EC2 IMDS role found|no valid credential|NoCredential|Unable to locate credentials|no[_ ]credentials|\.s3cfg/i,
    "no credentials",
  ],
  [/Input\/output error/, "Input/output error"],
  [/Operation not permitted/, "Operation not permitted"],
];

/** The service's code before the client's own name for what went wrong. */
export function errorIn(text: string): string {
  const service = /\b(ExpiredToken|AccessDenied|RequestTimeTooSkewed|InvalidAccessKeyId|InvalidToken)/.exec(text)?.[1];
  const code = service ?? CODE.exec(text)?.[1];
  const said = SAID.find(([form]) => form.test(text))?.[1];
  return service ?? said ?? code ?? (text.trim().split("\n")[0] ?? "").slice(0, 60);
}
