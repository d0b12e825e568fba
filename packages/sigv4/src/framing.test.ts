import { describe, expect, test } from "@jest/globals";
import { CRC, decode, LARGE, signedBody, signedOptions, unsignedBody, unsignedOptions } from "./chunks.fixture.ts";
import { ChunkDecoder } from "./chunks.ts";

describe("the framing", () => {
  const missing = (providedBytes: number) => ({ reason: "incomplete-body", expectedBytes: 3, providedBytes });
  const malformed = (chunk: number) => ({ reason: "malformed-chunk", chunk });
  test.each<[string, object]>([
    ["", missing(0)],
    ["3", missing(0)],
    ["3\r\nab", missing(2)],
    ["3\r\nabc", missing(3)],
    ["3\r\nabc\r\n", missing(3)],
    ["3\r\nabc\r\n0\r\n", missing(3)],
    ["3\r\nabc\r\n0\r\n\r", missing(3)],
    ["0\r\n\r\n", missing(0)],
    ["2\r\nab\r\n0\r\n\r\n", missing(2)],
    ["4\r\nabcd\r\n0\r\n\r\n", missing(4)],
    ["ffffffffffff\r\n", missing(0xffffffffffff)],
    ["fffffffffffff\r\n", malformed(1)],
    ["3\r\nabc\r\n0\r\n\r\nx", { reason: "surplus-bytes" }],
    ["3\nabc\r\n0\r\n\r\n", malformed(1)],
    ["3\r\nabcd\r\n0\r\n\r\n", malformed(1)],
    ["3\r\nabc\n0\r\n\r\n", malformed(1)],
    ["3\r\nabc0\r\n\r\n", malformed(1)],
    ["\r\n", malformed(1)],
    ["0x3\r\nabc\r\n", malformed(1)],
    ["+3\r\nabc\r\n", malformed(1)],
    ["-3\r\nabc\r\n", malformed(1)],
    [" 3\r\nabc\r\n", malformed(1)],
    ["3 \r\nabc\r\n", malformed(1)],
    ["3;x=y\r\nabc\r\n", malformed(1)],
    [`3;chunk-signature=${"0".repeat(64)}\r\nabc\r\n`, malformed(1)],
    ["3\r\nabc\r\nzz\r\n", malformed(2)],
    [`${"0".repeat(1025)}`, malformed(1)],
    ["3\r\nabc\r\n0\r\na:b\r\n\r\n", { reason: "malformed-trailer" }],
  ])("%j", (body, fault) => {
    expect(decode(unsignedOptions(3), Buffer.from(body)).fault).toEqual(fault);
  });

  test.each<[string, object]>([
    ["3\r\nabc\r\n", malformed(1)],
    [`3;chunk-signature=${"0".repeat(63)}\r\nabc\r\n`, { reason: "signature-mismatch", chunk: 1 }],
    [`3;chunk-signature=${"0".repeat(64)}\r\nabc\r\n`, { reason: "signature-mismatch", chunk: 1 }],
    [`3; chunk-signature=${"0".repeat(64)}\r\nabc\r\n`, malformed(1)],
    ["3;chunk-signature=\r\nabc\r\n", { reason: "signature-mismatch", chunk: 1 }],
  ])("signed: %j", (body, fault) => {
    expect(decode(signedOptions(3), Buffer.from(body)).fault).toEqual(fault);
  });

  test("of an empty body", () => {
    expect(decode(signedOptions(0), signedBody([]))).toEqual({ data: "", trailers: {} });
    expect(decode(unsignedOptions(0), unsignedBody([]))).toEqual({ data: "", trailers: {} });
  });

  test("gives the first fault again", () => {
    const decoder = new ChunkDecoder(unsignedOptions(3));
    const fault = { reason: "malformed-chunk", chunk: 1 };
    expect(decoder.push(Buffer.from("x\r\n"))).toEqual({ data: [], fault });
    expect(decoder.push(Buffer.from("3\r\nabc"))).toEqual({ data: [], fault });
    expect(decoder.finish()).toEqual({ ok: false, fault });
  });
});

describe("small chunks", () => {
  const small = [Buffer.from("hel"), Buffer.from("lo")];

  test.each([
    ["signed", signedOptions(5), signedBody(small)],
    ["unsigned", unsignedOptions(5), unsignedBody(small)],
  ] as const)("before others are refused as AWS does (%s)", (_, options, body) => {
    // The answer of S3 itself: https://github.com/versity/versitygw/issues/1683
    expect(decode(options, body).fault).toEqual({ reason: "small-chunk", chunk: 2, sizeBytes: 3 });
  });

  test("may be let through", () => {
    const options = { ...unsignedOptions(5), allowsSmallChunks: true };
    expect(decode(options, unsignedBody(small)).data).toBe("hello");
  });

  test("are those under 8192 bytes", () => {
    const end = Buffer.from("end");
    expect(decode(unsignedOptions(8195), unsignedBody([LARGE, end])).fault).toBeUndefined();
    const fault = { reason: "small-chunk", chunk: 2, sizeBytes: 8191 };
    expect(decode(unsignedOptions(8194), unsignedBody([LARGE.subarray(1), end])).fault).toEqual(fault);
  });
});

describe("trailers", () => {
  const read = (trailer: string, declared: string[]) =>
    decode(unsignedOptions(3, declared), Buffer.from(`3\r\nabc\r\n0\r\n${trailer}`));

  test.each([
    ["a:b\r\n\r\n", ["a"], { a: "b" }],
    ["A: b \r\n\r\n", ["a"], { a: "b" }],
    ["a:b\n\r\n\r\n", ["a"], { a: "b" }],
    ["a:b\r\nc:d\r\n\r\n", ["c", "a"], { a: "b", c: "d" }],
    [`a:${"b".repeat(1000)}\r\n\r\n`, ["a"], { a: "b".repeat(1000) }],
  ])("%j of %j", (trailer, declared, trailers) => {
    expect(read(trailer, declared)).toMatchObject({ trailers });
  });

  test.each([
    ["\r\n", ["a"]],
    ["c:d\r\n\r\n", ["a"]],
    ["a:b\r\nc:d\r\n\r\n", ["a"]],
    ["a:b\r\na:b\r\n\r\n", ["a"]],
    ["a:b\r\n\r\n", ["a", "c"]],
    ["a\r\n\r\n", ["a"]],
    ["a:\r\n\r\n", ["a"]],
    ["a :b\r\n\r\n", ["a"]],
    ["a:b\nc:d\r\n\r\n", ["a", "c"]],
    ["a:b\u0000\r\n\r\n", ["a"]],
    [`a:${"b".repeat(1020)}\r\n\r\n`, ["a"]],
    ["a".repeat(1025), ["a"]],
    [`a:b\r\nx-amz-trailer-signature:${"0".repeat(64)}\r\n\r\n`, ["a"]],
  ])("%j of %j are malformed", (trailer, declared) => {
    expect(read(trailer, declared).fault).toEqual({ reason: "malformed-trailer" });
  });

  test.each([
    ["another value", "sOO8", "tOO8", { reason: "signature-mismatch" }],
    ["no signature", /x-amz-trailer-signature:.*\r\n/, "", { reason: "malformed-trailer" }],
    [
      "a trailer after the signature",
      /(x-amz-check.*\r\n)(x-amz-trailer-sig.*\r\n)/,
      "$2$1",
      { reason: "malformed-trailer" },
    ],
  ])("signed, with %s", (_, from, to, fault) => {
    const body = signedBody([Buffer.from("abc")], CRC)
      .toString("latin1")
      .replace(from, to);
    expect(decode(signedOptions(3, "signed-trailer"), Buffer.from(body, "latin1")).fault).toEqual(fault);
  });
});
