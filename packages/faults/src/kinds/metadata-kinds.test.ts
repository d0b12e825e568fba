// What each fault of single requests to the metadata service makes of a run of them: which it takes, and by what deed.
import { expect, test } from "@jest/globals";
import type { ActiveFault, InstanceView } from "@rolemint/authority";
import fc from "fast-check";
import { openInjector } from "../injector.ts";
import type { AskedMetadata, MetadataDeed } from "../kind.ts";
import { checkParameters, type Given } from "../parameters.ts";
import { REQUEST_KINDS } from "./index.ts";

const VIEW = { InstanceId: "i-1", Name: "web", Endpoint: "enabled", Tokens: "optional" } as InstanceView;
const REQUIRED = { ...VIEW, Tokens: "required" } as const;

const STEPS = {
  P: { method: "PUT", path: "latest/api/token", step: "token" },
  L: { method: "GET", path: "latest/meta-data/iam/security-credentials", step: "roles" },
  C: { method: "GET", path: "latest/meta-data/iam/security-credentials/app", step: "credentials" },
  M: { method: "GET", path: "latest/meta-data/mac", step: "other" },
} as const;

function asked(step: keyof typeof STEPS, changes: Partial<AskedMetadata> = {}): AskedMetadata {
  return { ...STEPS[step], token: undefined, family: "IPv4", now: 1000, view: VIEW, ...changes };
}

function open(name: string, given: Given = {}, changes: Partial<ActiveFault> = {}) {
  const checked = checkParameters(REQUEST_KINDS.get(name)!.parameters, given);
  if ("wrong" in checked) throw new Error(checked.wrong);
  const common = { Id: "f-1", Target: "all", Begins: 0, Ends: 1e15, Probability: "1", Seed: "s", Acted: [] };
  const faults = [{ ...common, Name: name, Parameters: JSON.stringify(checked.values), ...changes }];
  const injector = openInjector({ faults: () => faults }, () => {});
  return (request: AskedMetadata) => injector.metadata(request, request.view.Name)[0];
}

/** `503`, `hang`, `reset`, `required` or `disabled` for a view, `.` for nothing. */
function said(deed: MetadataDeed | undefined): string {
  if (!deed) return ".";
  if (deed.do === "answer") return String(deed.status);
  if (deed.do === "view") return deed.view.Endpoint === "disabled" ? "disabled" : deed.view.Tokens;
  return deed.do;
}

const PLC = ["P", "L", "C"] as const;

test.each<[string, Given, string]>([
  ["imds.unreachable", {}, "reset reset reset"],
  ["imds.unreachable", { Mode: "hang" }, "hang hang hang"],
  ["imds.unreachable", { Mode: "drop" }, ". . ."],
  ["imds.hop-limit", {}, "hang . ."],
  ["imds.slow", {}, "pace pace pace"],
  ["imds.5xx", {}, "503 503 503"],
  ["imds.5xx", { Step: "token", Status: 500 }, "500 . ."],
  ["imds.5xx", { Step: "roles" }, ". 503 ."],
  ["imds.5xx", { Step: "credentials", Status: "500" }, ". . 500"],
  ["imds.v2-only", {}, ". required required"],
  ["imds.v1-only", {}, "404 . ."],
  ["imds.v1-only", { Status: "405" }, "405 . ."],
  ["imds.token-expire", {}, ". . ."],
  ["imds.token-endpoint-only-fails", {}, "hang required required"],
  ["imds.token-endpoint-only-fails", { Form: "403" }, "403 required required"],
  ["imds.disabled", {}, "disabled disabled disabled"],
  ["imds.disabled", { Form: "refused" }, "reset reset reset"],
  ["imds.malformed", {}, ". . rewrite"],
  ["imds.malformed", { Kind: "two-lines" }, ". rewrite ."],
  ["imds.malformed", { Kind: "empty", Step: "any" }, "rewrite rewrite rewrite"],
  ["imds.ipv6-only", {}, "hang hang hang"],
  ["imds.ipv6-only", { Mode: "reset" }, "reset reset reset"],
  ["imds.reset-mid-body", {}, ". . cut"],
  ["imds.throttle", { Rate: 0, Burst: 1 }, ". 429 429"],
  ["imds.throttle", { Rate: 0, Burst: 2, Kind: "drop" }, ". . hang"],
  ["imds.flap", { Pattern: "oxx" }, ". 503 503"],
  ["imds.flap", { Pattern: "xo", Status: "reset" }, "reset . reset"],
])("%s %j takes of a token, the roles and the credentials, asked without a token: %s", (name, given, deeds) => {
  const ask = open(name, given);
  expect(PLC.map((step) => said(ask(asked(step)))).join(" ")).toBe(deeds);
});

test.each(["imds.v2-only", "imds.v1-only", "imds.token-endpoint-only-fails"])(
  "%s leaves readers with a token alone, and gives none of the first version where tokens are required",
  (name) => {
    const ask = open(name);
    expect(said(ask(asked("C", { token: "T" })))).toBe(".");
    expect(said(ask(asked("C", { view: REQUIRED })))).toMatch(/^(?:\.|required)$/);
  },
);

test("a changed view is one object for as long as the view is", () => {
  const ask = open("imds.v2-only");
  const viewOf = (deed: MetadataDeed | undefined) => deed?.do === "view" && deed.view;
  expect(viewOf(ask(asked("L")))).toBe(viewOf(ask(asked("C"))));
  const moved = { ...VIEW, Mac: "02:00:00:00:00:01" };
  expect(viewOf(ask(asked("L", { view: moved })))).toEqual({ ...moved, Tokens: "required" });
});

test("over IPv6 the service is there", () => {
  expect(open("imds.ipv6-only")(asked("P", { family: "IPv6" }))).toBeUndefined();
});

test.each<[Given, readonly (readonly [token: string, now: number])[], string]>([
  [{}, Array.from("AABAB", (token) => [token, 0] as const), ". 401 . 401 401"],
  [{ Uses: 2 }, Array.from("AABAB", (token) => [token, 0] as const), ". . . 401 ."],
  [
    { After: "10s" },
    [
      ["A", 0],
      ["A", 9999],
      ["A", 10_000],
      ["B", 10_000],
      ["B", 19_999],
      ["A", 30_000],
    ],
    ". . 401 . . 401",
  ],
  [
    { After: "10s", Uses: 2 },
    [
      ["A", 0],
      ["A", 1],
      ["A", 2],
      ["B", 2],
      ["B", 10_002],
    ],
    ". . 401 . 401",
  ],
])("tokens end early, %j: %j", (given, uses, deeds) => {
  const ask = open("imds.token-expire", given);
  expect(uses.map(([token, now]) => said(ask(asked("M", { token, now })))).join(" ")).toBe(deeds);
});

test("a token is not refused where the endpoint is disabled, which is answered 403", () => {
  const view = { ...VIEW, Endpoint: "disabled" } as const;
  const ask = open("imds.token-expire");
  expect([1, 2].map(() => said(ask(asked("M", { token: "A", view }))))).toEqual([".", "."]);
});

test("never more requests are let through than rate and burst give, and none too few", () => {
  const gaps = fc.array(fc.nat(3000), { maxLength: 60 });
  fc.assert(
    fc.property(fc.nat(20), fc.integer({ min: 1, max: 20 }), gaps, (rate, burst, waits) => {
      const ask = open("imds.throttle", { Rate: rate, Burst: burst });
      let now = 0;
      let passed = 0;
      for (const wait of waits) {
        now += wait;
        const isRefused = ask(asked("M", { now })) !== undefined;
        const bound = burst + (now * rate) / 1000;
        if (!isRefused) passed++;
        // A refusal means that there was no whole token, whatever was let through before.
        if (isRefused) expect(passed + 1).toBeGreaterThan(Math.min(burst, (wait * rate) / 1000));
        expect(passed).toBeLessThanOrEqual(bound + 1e-6);
      }
    }),
  );
});

test("a bucket fills with world time, and stays as it is when the clock is moved back", () => {
  const ask = open("imds.throttle", { Rate: 1, Burst: 1 });
  const times = [0, 0, 1000, 1000, 500, 1000, 1500, 1500];
  expect(times.map((now) => said(ask(asked("M", { now }))))).toEqual([
    ".",
    "429",
    ".",
    "429",
    "429",
    "429",
    ".",
    "429",
  ]);
});

test.each([
  ["instance", ". ."],
  ["shared", ". 429"],
])("a bucket is each instance's own, or that of all: %s", (Scope, deeds) => {
  const ask = open("imds.throttle", { Rate: 0, Burst: 1, Scope });
  const other = { ...VIEW, InstanceId: "i-2", Name: "job" };
  expect([said(ask(asked("M"))), said(ask(asked("M", { view: other })))].join(" ")).toBe(deeds);
});

test("the pattern of a flap begins with the refresh that it waits for", () => {
  const ask = open("imds.flap", { Pattern: "ox" }, { FromRefresh: true });
  expect((["P", "L", "C", "P", "L", "C"] as const).map((step) => said(ask(asked(step))))).toEqual([
    ".",
    ".",
    ".",
    "503",
    ".",
    "503",
  ]);
});

test("jitter is drawn by the seed and repeats with it, within its bound", () => {
  const waits = (Seed: string) => {
    const ask = open("imds.slow", { FirstByte: "100ms", Jitter: "50ms" }, { Seed });
    return Array.from({ length: 20 }, () => {
      const deed = ask(asked("M"));
      return deed?.do === "pace" ? deed.firstByteMs : Number.NaN;
    });
  };
  expect(waits("one")).toEqual(waits("one"));
  expect(waits("one")).not.toEqual(waits("two"));
  expect(new Set(waits("one")).size).toBeGreaterThan(5);
  expect(Math.min(...waits("one"))).toBeGreaterThanOrEqual(100);
  expect(Math.max(...waits("one"))).toBeLessThan(150);
});

test.each<[Given, number, number | undefined]>([
  [{}, 2000, undefined],
  [{ FirstByte: "10ms" }, 10, undefined],
  [{ BytesPerSecond: 10 }, 0, 10],
  [{ FirstByte: "1m", BytesPerSecond: 1 }, 60_000, 1],
])("slow %j waits %d ms and gives %d bytes a second", (given, firstByteMs, bytesPerSecond) => {
  expect(open("imds.slow", given)(asked("M"))).toEqual({ do: "pace", firstByteMs, bytesPerSecond });
});

const DOCUMENT = '{\n  "Code" : "Success",\n  "Token" : "T,\\"",\n  "Expiration" : "2026-11-23T11:22:36Z"\n}';

test.each<[Given, string, string]>([
  [{ Kind: "truncated" }, "text/plain", DOCUMENT.slice(0, DOCUMENT.length / 2)],
  [{ Kind: "empty" }, "text/plain", ""],
  [{ Kind: "content-type" }, "text/html", DOCUMENT],
  [{ Kind: "trailing-newline", Step: "credentials" }, "text/plain", `${DOCUMENT}\n`],
  [{ Kind: "two-lines", Step: "credentials" }, "text/plain", `${DOCUMENT}\n${DOCUMENT}`],
  [{ Kind: "without-field" }, "text/plain", '{\n  "Code" : "Success",\n  "Token" : "T,\\""\n}'],
  [
    { Kind: "without-field", Field: "Code" },
    "text/plain",
    '{\n  "Token" : "T,\\"",\n  "Expiration" : "2026-11-23T11:22:36Z"\n}',
  ],
])("a malformed answer, %j", (given, type, body) => {
  const deed = open("imds.malformed", given)(asked("C"));
  expect(deed?.do === "rewrite" && deed.rewrite({ type: "text/plain", body: DOCUMENT })).toEqual({ type, body });
});

test("a page of HTML in the place of the document holds nothing of it", () => {
  const deed = open("imds.malformed", { Kind: "html" })(asked("C"));
  const page = deed?.do === "rewrite" ? deed.rewrite({ type: "text/plain", body: DOCUMENT }) : undefined;
  expect(page).toMatchObject({ type: "text/html", body: expect.stringMatching(/^<!DOCTYPE html>/) });
  expect(page?.body).not.toContain("Token");
});

test.each<[string, Given, RegExp]>([
  ["imds.unreachable", { Mode: "gone" }, /Mode must be one of reset, hang, drop/],
  ["imds.5xx", { Status: 501 }, /Status must be one of 500, 503/],
  ["imds.token-expire", { After: "0s" }, /After must be a duration/],
  ["imds.token-expire", { Uses: 0 }, /Uses must be a whole number/],
  ["imds.slow", { FirstByte: "11m" }, /FirstByte must be a duration/],
  ["imds.flap", { Pattern: "abc" }, /Pattern must be 1 to 100 letters/],
  ["imds.reset-mid-body", { Bytes: 501 }, /Bytes must be a whole number/],
])("%s refuses %j", (name, given, wrong) => {
  expect(checkParameters(REQUEST_KINDS.get(name)!.parameters, given)).toEqual({ wrong: expect.stringMatching(wrong) });
});
