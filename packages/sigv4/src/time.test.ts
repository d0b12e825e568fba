import { describe, expect, test } from "@jest/globals";
import type { SignedClaim } from "./claim.ts";
import { timeFault } from "./time.ts";

const SIGNED_MS = Date.UTC(2026, 10, 23, 5, 30);
const SIGNED = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  scope: { date: "20261123", region: "us-east-1", service: "s3" },
  signedHeaders: ["host"],
  signature: "",
  amzDate: "20261123T053000Z",
  amzDateMs: SIGNED_MS,
  token: undefined,
  payloadHash: undefined,
  canonicalQuery: "",
};
const HEADER: SignedClaim = { kind: "header", ...SIGNED };
const QUERY: SignedClaim = { kind: "query", ...SIGNED, expiresSeconds: 3600 };

/** Milliseconds of `-15:01`: how far the clock stands from the signature's date. */
function offsetMs(text: string): number {
  const [, sign, minutes, seconds] = /^([+-])(\d+):(\d\d)$/.exec(text)!;
  return (sign === "-" ? -1 : 1) * (Number(minutes) * 60 + Number(seconds)) * 1000;
}

describe("on one clock", () => {
  test.each([
    ["-15:01", "too-new", "not-yet-valid"],
    ["-15:00", undefined, undefined],
    ["-14:59", undefined, undefined],
    ["+0:00", undefined, undefined],
    ["+14:59", undefined, undefined],
    ["+15:00", undefined, undefined],
    ["+15:01", "too-old", undefined],
    ["+60:00", "too-old", undefined],
    ["+60:01", "too-old", "expired"],
  ])("at %s", (offset, header, query) => {
    const nowMs = SIGNED_MS + offsetMs(offset);
    const clocks = { worldMs: nowMs, hostMs: nowMs, isStrict: false };
    expect(timeFault(HEADER, clocks)).toBe(header);
    expect(timeFault(QUERY, clocks)).toBe(query);
  });

  test("to the millisecond", () => {
    const at = (nowMs: number) => ({ worldMs: nowMs, hostMs: nowMs, isStrict: true });
    expect(timeFault(HEADER, at(SIGNED_MS + 900_001))).toBe("too-old");
    expect(timeFault(HEADER, at(SIGNED_MS - 900_001))).toBe("too-new");
    expect(timeFault(QUERY, at(SIGNED_MS + 3_600_001))).toBe("expired");
  });
});

describe("on two clocks", () => {
  test.each([
    ["+0:00", "+600:00", undefined, undefined],
    ["+600:00", "+0:00", undefined, "too-old"],
    ["-600:00", "+0:00", undefined, "too-new"],
    ["+600:00", "-600:00", "too-old", "too-old"],
    ["-600:00", "+600:00", "too-new", "too-new"],
  ])("header: world %s, host %s", (world, host, lenient, strict) => {
    const clocks = { worldMs: SIGNED_MS + offsetMs(world), hostMs: SIGNED_MS + offsetMs(host) };
    expect(timeFault(HEADER, { ...clocks, isStrict: false })).toBe(lenient);
    expect(timeFault(HEADER, { ...clocks, isStrict: true })).toBe(strict);
  });

  test.each([
    ["+30:00", "+600:00", undefined, undefined],
    ["+600:00", "+30:00", undefined, "expired"],
    ["-600:00", "+30:00", undefined, "not-yet-valid"],
    // Its date holds on one clock and its end on the other: that is not enough.
    ["+600:00", "-600:00", "expired", "expired"],
    ["-600:00", "+600:00", "not-yet-valid", "not-yet-valid"],
  ])("presigned: world %s, host %s", (world, host, lenient, strict) => {
    const clocks = { worldMs: SIGNED_MS + offsetMs(world), hostMs: SIGNED_MS + offsetMs(host) };
    expect(timeFault(QUERY, { ...clocks, isStrict: false })).toBe(lenient);
    expect(timeFault(QUERY, { ...clocks, isStrict: true })).toBe(strict);
  });
});
