import { expect, test } from "@jest/globals";
import { asOption, namedAs, parametersIn, triggerOf } from "./fault-wish.ts";

const KIND = {
  Parameters: ["FirstByte", "BytesPerSecond"].map((Name) => ({ Name, Says: "", Wanted: "" })),
};

test.each<[readonly string[], object]>([
  [[], {}],
  [["now"], {}],
  [["+10m"], { At: "+10m" }],
  [["2026-11-23T05:30:00Z"], { At: "2026-11-23T05:30:00Z" }],
  [["next-refresh"], { FromRefresh: true }],
  [["request:3"], { Nth: 3 }],
  [["lifetime:80%"], { AtLifetime: 80 }],
  [["lifetime:99.5"], { AtLifetime: 99.5 }],
  [["path:security-credentials/.+:x"], { Path: "security-credentials/.+:x" }],
  [["next-refresh", "path:token$"], { FromRefresh: true, Path: "token$" }],
])("--when %j", (whens, trigger) => {
  expect(triggerOf(whens)).toEqual(trigger);
});

test.each([
  [["soon"], /not "soon"/],
  [["request:x"], /not "request:x"/],
  [["request:1", "request:2"], /two times, request:1 and request:2/],
])("--when %j is refused", (whens, says) => {
  expect(() => triggerOf(whens)).toThrow(says);
});

test("parameters may be written as options are, or by their own names", () => {
  expect(parametersIn(["first-byte=2s", "BytesPerSecond=10"], [KIND], "imds.slow")).toEqual({
    FirstByte: "2s",
    BytesPerSecond: "10",
  });
  expect(asOption("BytesPerSecond")).toBe("bytes-per-second");
});

test.each([
  ["firstbite=2s", /imds.slow takes no parameter firstbite; did you mean first-byte\?/],
  ["color=red", /no parameter color; there are first-byte, bytes-per-second/],
  ["first-byte", /key=value, not "first-byte"/],
])("%s is refused", (text, says) => {
  expect(() => parametersIn([text], [KIND], "imds.slow")).toThrow(says);
  expect(() => parametersIn(["first-byte=1s", "FirstByte=1s"], [KIND], "imds.slow")).toThrow(/twice/);
});

test("a name that is none gets the one that was meant", () => {
  const rows = [{ Name: "imds.slow" }, { Name: "s3.slow-down" }];
  expect(namedAs("fault", rows, "imds.slow")).toBe(rows[0]);
  expect(() => namedAs("fault", rows, "imds.slo")).toThrow("there is no fault imds.slo; did you mean imds.slow?");
});
