// What each expectation says of small timelines, written a line an event: minutes, what happened, generation.
import { expect, test } from "@jest/globals";
import {
  type Expectation,
  hasCalledMetadata,
  hasNoExpiredCalls,
  hasRefreshed,
  hasUsedGeneration,
  isAssumedRole,
  noRefusals,
  recoversWithin,
  type TimelineEvent,
} from "./index.ts";

const START = Date.parse("2026-11-23T05:30:00Z");
const MINUTE = 60_000;
const LIFETIME = 380;
const ROLE = "arn:aws:iam::111122223333:role/team/app";
const OTHER = "arn:aws:iam::111122223333:role/other";
const SESSION = "arn:aws:sts::111122223333:assumed-role/app/i-0aaaaaaaaaaaaaaaa";

type Line = readonly [minute: number, what: keyof typeof KINDS, generation?: number, given?: Partial<TimelineEvent>];

const KINDS = {
  issue: { Kind: "issue", Service: "sts", Action: "AssumeRole", Resource: ROLE },
  fetch: { Kind: "metadata", Path: "/latest/meta-data/iam/security-credentials/app", Action: "v2", Status: 200 },
  token: { Kind: "metadata", Path: "/latest/api/token", Action: "v2", Status: 200 },
  down: { Kind: "metadata", Path: "/latest/api/token", Action: "v2", Status: 503 },
  call: { Kind: "call", Service: "s3", Action: "GetObject", Status: 200 },
  missing: { Kind: "refusal", Service: "s3", Action: "GetObject", Status: 404, Code: "NoSuchKey" },
  expired: { Kind: "refusal", Service: "s3", Action: "GetObject", Status: 400, Code: "ExpiredToken" },
  denied: { Kind: "refusal", Service: "s3", Action: "PutObject", Status: 403, Code: "AccessDenied" },
  began: { Kind: "fault", Action: "imds.unreachable", Resource: "f-1", Code: "began" },
  ended: { Kind: "fault", Action: "imds.unreachable", Resource: "f-1", Code: "ended" },
} satisfies Record<string, Partial<TimelineEvent>>;

function eventsOf(lines: readonly Line[]): TimelineEvent[] {
  return lines.map(([minute, what, generation, given], index) => ({
    Id: index + 1,
    Time: new Date(START + minute * MINUTE).toISOString(),
    Instance: "i-0aaaaaaaaaaaaaaaa",
    ...KINDS[what],
    ...(generation !== undefined && { Generation: generation, AccessKeyId: `ASIA${generation}EXAMPLE` }),
    ...(what === "issue" && { Expiration: new Date(START + (minute + LIFETIME) * MINUTE).toISOString() }),
    ...given,
  }));
}

const refreshed = hasRefreshed({ within: "5m" });
const STARTED: readonly Line[] = [
  [0, "issue", 1],
  [1, "fetch", 1],
  [1, "call", 1],
];

test.each<[name: string, expectation: Expectation, lines: readonly Line[], pass: boolean, reason: string]>([
  ["nothing happened", refreshed, [], false, "it never fetched credentials"],
  ["one fetch is no refresh", refreshed, STARTED, false, "there was nothing newer than its generation 1 to fetch"],
  [
    "rotated, and it goes on",
    refreshed,
    [...STARTED, [60, "issue", 2], [61, "call", 1]],
    false,
    "generation 2 was issued, and it goes on with generation 1",
  ],
  [
    "in time after the issue",
    refreshed,
    [...STARTED, [60, "issue", 2], [65, "fetch", 2]],
    true,
    "it fetched generation 2 5m after its issue",
  ],
  [
    "too late after the issue",
    refreshed,
    [...STARTED, [60, "issue", 2], [66, "fetch", 2]],
    false,
    "has not refreshed within 5m: it fetched generation 2 6m after its issue",
  ],
  [
    "ahead of the end, as SDKs do, generations later",
    refreshed,
    [...STARTED, [60, "issue", 2], [300, "issue", 6], [376, "fetch", 6]],
    true,
    "it fetched generation 6 4m before the end of generation 1",
  ],
  [
    "after it was refused",
    refreshed,
    [...STARTED, [60, "issue", 2], [100, "expired", 1], [101, "fetch", 2]],
    true,
    "it fetched generation 2 1m after generation 1 was refused as expired",
  ],
  [
    "once in time, and then no more",
    refreshed,
    [...STARTED, [60, "issue", 2], [61, "fetch", 2], [120, "issue", 3], [450, "call", 2]],
    false,
    "its generation 2 ended 10m ago and it fetched no newer one",
  ],
  [
    "refused lately, on a clock that was moved back",
    refreshed,
    [...STARTED, [60, "issue", 2], [61, "fetch", 2], [120, "issue", 3], [450, "denied", 2], [70, "expired", 2]],
    true,
    "it fetched generation 2 1m after its issue",
  ],
  [
    "the same generation again is no refresh",
    refreshed,
    [...STARTED, [60, "issue", 2], [61, "fetch", 1]],
    false,
    "it goes on with generation 1",
  ],
  [
    "a failed answer is no fetch",
    refreshed,
    [...STARTED, [60, "issue", 2], [61, "fetch", 2, { Status: 503 }]],
    false,
    "it goes on with generation 1",
  ],

  ["no call", hasNoExpiredCalls, [[0, "issue", 1]], false, "made no call at all, so none that could have been refused"],
  ["good calls", hasNoExpiredCalls, STARTED, true, "made 1 call, none refused as expired"],
  ["a denial is not an expiry", hasNoExpiredCalls, [...STARTED, [2, "denied", 1]], true, "made 2 calls, none refused"],
  ["expired", hasNoExpiredCalls, [...STARTED, [2, "expired", 1]], false, "and 1 was refused as expired (ExpiredToken)"],
  [
    "expired at EC2",
    hasNoExpiredCalls,
    [...STARTED, [2, "expired", 1, { Code: "RequestExpired" }]],
    false,
    "(RequestExpired)",
  ],

  ["no call", noRefusals, [], false, "made no call at all"],
  ["an answer is no refusal", noRefusals, [...STARTED, [2, "missing", 1]], true, "made 2 calls, none refused"],
  ["denied", noRefusals, [...STARTED, [2, "denied", 1]], false, "and 1 was refused (AccessDenied)"],

  ["no call", hasUsedGeneration(2), [[0, "fetch", 2]], false, "made no good call"],
  ["another", hasUsedGeneration(2), STARTED, false, "has not used generation 2: it used 1"],
  ["refused with it", hasUsedGeneration(2), [...STARTED, [2, "expired", 2]], false, "it used 1"],
  ["used", hasUsedGeneration(2), [...STARTED, [2, "call", 2]], true, "used generation 2: 1 call"],

  ["no request", hasCalledMetadata({ max: 3 }), [[0, "call", 1]], false, "nothing to count"],
  ["none, as wanted", hasCalledMetadata({ max: 0 }), [[0, "call", 1]], true, "0 times"],
  [
    "as many",
    hasCalledMetadata({ max: 2 }),
    [
      [0, "token"],
      [0, "fetch", 1],
    ],
    true,
    "2 times",
  ],
  [
    "too many",
    hasCalledMetadata({ max: 1 }),
    [
      [0, "token"],
      [0, "fetch", 1],
    ],
    false,
    "2 times; expected was at most 1",
  ],
  ["too few", hasCalledMetadata({ min: 3 }), [[0, "token"]], false, "1 time; expected was at least 3"],

  ["no call", isAssumedRole(ROLE), [[0, "issue", 1]], false, "made no signed call"],
  ["its role", isAssumedRole(ROLE), STARTED, true, `it signed as ${SESSION}`],
  ["its session", isAssumedRole(SESSION), STARTED, true, `it signed as ${SESSION}`],
  ["a session of it", isAssumedRole(SESSION.replace(/\/i-.*/, "")), STARTED, true, `it signed as ${SESSION}`],
  ["another role", isAssumedRole(OTHER), STARTED, false, `is not ${OTHER}: it signed as ${SESSION}`],
  [
    "the last call counts",
    isAssumedRole(OTHER),
    [...STARTED, [3, "issue", 2, { Resource: OTHER }], [4, "call", 2]],
    true,
    "assumed-role/other/",
  ],
  ["a key of unknown issue", isAssumedRole(ROLE), [[0, "call", 1]], false, "whose issue is not in the timeline"],

  ["nothing failed", recoversWithin("30s"), STARTED, false, "nothing failed"],
  [
    "a fault, and on it goes",
    recoversWithin("30s"),
    [...STARTED, [2, "began"], [2.5, "call", 1]],
    true,
    "the fault imds.unreachable began, and the next good call came 30s later",
  ],
  ["a healed fault is no failure", recoversWithin("30s"), [...STARTED, [2, "ended"]], false, "nothing failed"],
  ["never again", recoversWithin("30s"), [...STARTED, [2, "expired", 1]], false, "no good call came after it"],
  [
    "well again after the clock was moved back",
    recoversWithin("30s"),
    [...STARTED, [22, "denied", 1], [2, "call", 1]],
    true,
    "was refused (AccessDenied), and the next good call came 0s later",
  ],
  [
    "called before, and told later",
    recoversWithin("30s"),
    [...STARTED, [2, "call", 1], [1.8, "denied", 1]],
    true,
    "the next good call came 12s later",
  ],
  [
    "called before the clock moved on, and told after what that issued",
    recoversWithin("30s"),
    [...STARTED, [2, "denied", 1], [360, "issue", 7], [2.1, "call", 1], [360, "call", 7]],
    true,
    "the next good call came 6s later",
  ],
  [
    "the metadata service fails",
    recoversWithin("30s"),
    [
      [0, "down"],
      [1, "call", 1],
    ],
    false,
    "answered 503 for /latest/api/token, and the next good call came 1m later",
  ],
  [
    "the second outage counts as well",
    recoversWithin("30s"),
    [
      [0, "expired", 1],
      [0.1, "call", 1],
      [1, "expired", 1],
      [5, "call", 2],
    ],
    false,
    "came 4m later",
  ],
])("%s", (_, expectation, lines, pass, reason) => {
  const verdict = expectation(eventsOf(lines), { who: "web" });
  expect(verdict).toMatchObject({ pass, reason: expect.stringContaining(reason) });
  const nothing = /never fetched|nothing newer|made no|at all|nothing failed/;
  expect(verdict.isDecided).toBe(!nothing.test(verdict.reason));
  expect(verdict.message).toMatch(/^web .*\n\ntimeline of web(, from 20|: nothing happened)/);
});

test("what is before the scope is only what was known before", () => {
  const events = eventsOf([...STARTED, [60, "issue", 2], [61, "fetch", 2], [62, "call", 2]]);
  const since = START + 30 * MINUTE;
  expect(refreshed(events, { since }).pass).toBe(true);
  expect(hasCalledMetadata({ max: 1, min: 1 })(events, { since }).pass).toBe(true);
  expect(isAssumedRole(ROLE)(events, { since: START + 62 * MINUTE }).pass).toBe(true);
  expect(hasUsedGeneration(1)(events, { since }).pass).toBe(false);
});

test.each([
  [() => hasRefreshed({ within: "soon" }), "within must be a duration like 5m"],
  [() => recoversWithin(-1), "the time to recover must be a duration"],
  [() => hasRefreshed(undefined as never), "within must be a duration like 5m or 30s, or milliseconds, not undefined"],
  [() => recoversWithin(Number.NaN), "not NaN"],
  [() => hasCalledMetadata(undefined as never), "give max, min or both"],
  [() => hasUsedGeneration(0), "the generation must be a whole number from 1 on"],
  [() => hasCalledMetadata({}), "give max, min or both"],
  [() => hasCalledMetadata({ max: 1, mim: 1 } as never), "mim is no option here; there are max, min"],
  [() => hasRefreshed({ within: "5m", after: "1m" } as never), "after is no option here; there are within"],
  [() => hasCalledMetadata({ max: 1, min: 2 }), "min 2 is more than max 1"],
  [() => isAssumedRole("app"), '"app" is not the ARN of a role'],
])("a wrong argument is an error: %s", (make, message) => {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});

test("the message shows what happened, aligned, with times from the start and what matters marked", () => {
  const events = eventsOf([...STARTED, [60, "issue", 2], [61, "call", 1], [62, "call", 1], [66, "fetch", 2]]);
  expect(refreshed(events, { who: "web" }).message).toBe(`\
web has not refreshed within 5m: it fetched generation 2 6m after its issue

timeline of web, from 2026-11-23T05:30:00.000Z (world time):
      +0s  issue     credentials of app                                   generation 1  ASIA1EXAMPLE  ends +6h20m
      +1m  metadata  /latest/meta-data/iam/security-credentials/app  200  generation 1  ASIA1EXAMPLE
      +1m  call      s3 GetObject                                    200  generation 1  ASIA1EXAMPLE
  >   +1h  issue     credentials of app                                   generation 2  ASIA2EXAMPLE  ends +7h20m
    +1h1m  call      s3 GetObject                                    200  generation 1  ASIA1EXAMPLE  (2 times)
  > +1h6m  metadata  /latest/meta-data/iam/security-credentials/app  200  generation 2  ASIA2EXAMPLE`);
});

test("of a long timeline only what matters is shown, and how much is not", () => {
  const lines: Line[] = Array.from({ length: 500 }, (_, n) => [n, "call", n + 1]);
  lines[250] = [250, "expired", 251];
  const { message } = hasNoExpiredCalls(eventsOf(lines));
  const rows = message.split("\n");
  expect(rows.length).toBeLessThan(35);
  expect(rows.filter((row) => row.startsWith("  > "))).toEqual([expect.stringContaining("400 ExpiredToken")]);
  const hidden = [...message.matchAll(/… (\d+) more/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  expect(hidden + rows.filter((row) => /generation \d/.test(row)).length).toBe(500);
});
