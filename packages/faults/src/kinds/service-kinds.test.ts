// What the faults at S3 and STS make of calls: which they are about, and what becomes of the credential.
import { expect, test } from "@jest/globals";
import type { Principal } from "@rolemint/authority";
import type { AskedCall } from "../kind.ts";
import { checkParameters, type Given } from "../parameters.ts";
import { REQUEST_KINDS } from "./index.ts";

interface Wish extends Partial<Omit<AskedCall, "parameter" | "principal">> {
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
}

function asked({ key = "ASIAONEEXAMPLE", query = {}, ...rest }: Wish): AskedCall {
  const principal = { Type: "AssumedRole", AccessKeyId: key } as Principal;
  const parameter = (name: string) => query[name];
  const fixed = { service: "s3", operation: "GetObject", path: "/demo", isExpired: false, isPresigned: false };
  return { ...fixed, ageMs: 0, now: 0, principal, parameter, ...rest };
}

/** For each call in turn, what the fault does to it: `refuse`, `fail SlowDown`, or `-`. */
function deeds(name: string, given: Given, calls: readonly Wish[]): string[] {
  const kind = REQUEST_KINDS.get(name)!;
  const checked = checkParameters(kind.parameters, given);
  if ("wrong" in checked) throw new Error(checked.wrong);
  const memory = {};
  return calls.map((call) => {
    const deed = kind.call!(asked(call), checked.values as never, memory);
    if (!deed) return "-";
    if (deed.do === "fail") return `fail ${deed.code}`;
    return deed.do === "hang" ? `hang ${deed.ms}` : deed.do;
  });
}

const NEW = "ASIATWOEXAMPLE";
const part = (partNumber: number, more: Wish = {}): Wish => ({
  operation: "UploadPart",
  query: { partNumber: String(partNumber), uploadId: "u" },
  ...more,
});
const complete = (more: Wish = {}): Wish => ({
  operation: "CompleteMultipartUpload",
  query: { uploadId: "u" },
  ...more,
});
const page = (token?: string, more: Wish = {}): Wish => ({
  operation: "ListObjectsV2",
  query: token === undefined ? {} : { "continuation-token": token },
  ...more,
});
const put = (more: Wish = {}): Wish => ({ operation: "PutObject", ...more });
const assume = (more: Wish = {}): Wish => ({ service: "sts", operation: "AssumeRole", ...more });

test.each<[string, string, Given, readonly Wish[], readonly string[]]>([
  [
    "part 2 unless it is told",
    "s3.expire-mid-multipart",
    {},
    [part(1), part(2), part(3), complete()],
    ["-", "refuse", "-", "-"],
  ],
  ["another part", "s3.expire-mid-multipart", { Part: 3 }, [part(2), part(3)], ["-", "refuse"]],
  ["the completion alone", "s3.expire-mid-multipart", { Complete: true }, [part(2), complete()], ["-", "refuse"]],
  [
    "a part and the completion",
    "s3.expire-mid-multipart",
    { Part: 1, Complete: "true" },
    [part(1), complete()],
    ["refuse", "refuse"],
  ],
  [
    "the same keys again and new ones",
    "s3.expire-mid-multipart",
    {},
    [part(2), part(2), part(2, { key: NEW }), part(2)],
    ["refuse", "refuse", "-", "refuse"],
  ],
  [
    "each upload by itself",
    "s3.expire-mid-multipart",
    {},
    [part(2), part(2, { key: NEW, query: { partNumber: "2", uploadId: "v" } })],
    ["refuse", "refuse"],
  ],
  ["a part that is copied", "s3.expire-mid-multipart", {}, [part(2, { operation: "UploadPartCopy" })], ["refuse"]],
  ["what is refused anyway", "s3.expire-mid-multipart", {}, [part(2, { isExpired: true })], ["-"]],
  ["the second page", "s3.expire-mid-list", {}, [page(), page("a"), page("b")], ["-", "refuse", "-"]],
  ["the first page", "s3.expire-mid-list", { Page: 1 }, [page(), page("a")], ["refuse", "-"]],
  [
    "the third page, asked for again with new keys, and the listing begun anew",
    "s3.expire-mid-list",
    { Page: 3 },
    [
      page(),
      page("a"),
      page("b"),
      page("b"),
      page("b", { key: NEW }),
      page(undefined, { key: NEW }),
      page("a", { key: NEW }),
    ],
    ["-", "-", "refuse", "refuse", "-", "-", "-"],
  ],
  [
    "two listings at a time",
    "s3.expire-mid-list",
    {},
    [page(), page(undefined, { path: "/other" }), page("a"), page("x", { path: "/other?continuation-token=x" })],
    ["-", "-", "refuse", "refuse"],
  ],
  [
    "the first version's listing",
    "s3.expire-mid-list",
    {},
    [{ operation: "ListObjects" }, { operation: "ListObjects", query: { marker: "m" } }],
    ["-", "refuse"],
  ],
  [
    "presigned URLs by age",
    "s3.presign-dies",
    { After: "1h" },
    [{ ageMs: 3_599_999, isPresigned: true }, { ageMs: 3_600_000, isPresigned: true }, { ageMs: 3_600_000 }],
    ["-", "refuse", "-"],
  ],
  ["only S3", "s3.slow-down", {}, [put(), assume()], ["fail SlowDown", "-"]],
  ["S3's other 5xx", "s3.slow-down", { Code: "InternalError" }, [put()], ["fail InternalFailure"]],
  [
    "an upload, at its end",
    "s3.expire-after-accept",
    {},
    [{}, put(), put(), put({ key: NEW })],
    ["-", "refuse-late", "refuse-late", "-"],
  ],
  [
    "what comes after an upload",
    "s3.expire-after-accept",
    { CheckPoint: "start" },
    [{}, put(), {}, put(), put({ key: NEW }), { key: NEW }],
    ["-", "-", "refuse", "refuse", "-", "-"],
  ],
  ["an expired token", "s3.hang-on-expired", { Silence: "2s" }, [{}, { isExpired: true }], ["-", "hang 2000"]],
  [
    "AssumeRole alone",
    "sts.throttle",
    {},
    [assume(), assume({ operation: "GetCallerIdentity" }), {}],
    ["fail Throttling", "-", "-"],
  ],
  ["AssumeRole, 503", "sts.5xx", { Status: "503" }, [assume()], ["fail ServiceUnavailable"]],
  [
    "the keys that sign AssumeRole",
    "sts.source-expired",
    {},
    [assume(), assume(), assume({ key: NEW }), { service: "sts", operation: "GetCallerIdentity" }],
    ["refuse", "refuse", "-", "-"],
  ],
])("%s: %s", (_, name, given, calls, expected) => {
  expect(deeds(name, given, calls)).toEqual(expected);
});

test.each([
  ["s3.expire-mid-multipart", (n: number) => part(2, { query: { partNumber: "2", uploadId: `u${n}` } })],
  ["s3.expire-mid-list", (n: number) => page(undefined, { query: { prefix: `p${n}` } })],
])("%s keeps a bounded number of what clients name in mind", (name, call) => {
  const others = Array.from({ length: 2000 }, (_, index) => call(index + 1));
  const given = name === "s3.expire-mid-list" ? { Page: 1 } : {};
  const taken = deeds(name, given, [call(0), { ...call(0), key: NEW }, ...others, { ...call(0), key: NEW }]);
  expect([taken[0], taken[1], taken.at(-1)]).toEqual(["refuse", "-", "refuse"]);
});
