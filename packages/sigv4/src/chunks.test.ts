import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ChunkChain } from "./chunk-chain.ts";
import { ChunkDecoder, type ChunkFault, type ChunkOptions } from "./chunks.ts";
import { deriveSigningKey } from "./key.ts";
import { EMPTY_SHA256, sha256Hex } from "./payload.ts";

const docs = JSON.parse(readFileSync(new URL("../../../test/vectors/s3-sigv4.aws-docs.json", import.meta.url), "utf8"));
const SCOPE = { date: "20130524", region: "us-east-1", service: "s3" };
const KEY = deriveSigningKey(docs.credentials.secretAccessKey, SCOPE);
const CLAIM = { amzDate: "20130524T000000Z", scope: SCOPE, signature: "0".repeat(64) };

interface Outcome {
  /** As latin1, which compares fast. */
  data: string;
  fault?: ChunkFault;
  trailers?: Record<string, string>;
}

/** Feeds the body in segments that end at the given offsets, each in memory of its own that is wiped afterwards. */
function decode(options: ChunkOptions, body: Buffer, cuts: readonly number[] = []): Outcome {
  const decoder = new ChunkDecoder(options);
  const data: Buffer[] = [];
  const ends = [...new Set([...cuts.filter((cut) => cut < body.length), body.length])].sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    const segment = Buffer.from(body.subarray(start, end));
    const { data: decoded } = decoder.push(segment);
    data.push(...decoded.map((piece) => Buffer.from(piece)));
    segment.fill(0);
    start = end;
  }
  const end = decoder.finish();
  const whole = latin1(data);
  return end.ok ? { data: whole, trailers: Object.fromEntries(end.trailers) } : { data: whole, fault: end.fault };
}

function signedBody(chunks: readonly Buffer[], trailer?: string, claim = CLAIM): Buffer {
  const chain = new ChunkChain(KEY, claim);
  const parts: (string | Buffer)[] = [];
  for (const chunk of chunks) {
    parts.push(`${chunk.length.toString(16)};chunk-signature=${chain.chunk(sha256Hex(chunk))}\r\n`, chunk, "\r\n");
  }
  parts.push(`0;chunk-signature=${chain.chunk(EMPTY_SHA256)}\r\n`);
  if (trailer !== undefined) {
    parts.push(`${trailer}\r\n`, `x-amz-trailer-signature:${chain.trailer(sha256Hex(`${trailer}\n`))}\r\n`);
  }
  parts.push("\r\n");
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

function unsignedBody(chunks: readonly Buffer[], trailer?: string): Buffer {
  const parts = chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, "\r\n"]);
  parts.push("0\r\n", trailer === undefined ? "" : `${trailer}\r\n`, "\r\n");
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

const latin1 = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString("latin1");
const lengthOf = (chunks: readonly Buffer[]) => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
const CRC = "x-amz-checksum-crc32c:sOO8/Q==";
const CRC_NAME = "x-amz-checksum-crc32c";
const LARGE = Buffer.alloc(8192, "b");

function signedOptions(decodedLength: number, mode: "signed" | "signed-trailer" = "signed"): ChunkOptions {
  const trailers = mode === "signed" ? [] : [CRC_NAME];
  return { mode, chain: new ChunkChain(KEY, CLAIM), decodedLength, trailers };
}

function unsignedOptions(decodedLength: number, trailers: string[] = []): ChunkOptions {
  return { mode: "unsigned-trailer", decodedLength, trailers };
}

describe("the examples of the S3 documentation", () => {
  const sizes = [65536, 1024, 0];

  function bodyOf(example: any, trailer: string): Buffer {
    const parts = sizes.map((size, i) => {
      const end = size > 0 ? "\r\n" : "";
      return `${size.toString(16)};chunk-signature=${example.chunks[i].signature}\r\n${"a".repeat(size)}${end}`;
    });
    return Buffer.from(`${parts.join("")}${trailer}\r\n`);
  }

  const plain = docs.cases["streaming-signed"];
  const trailing = docs.cases["streaming-signed-trailer"];
  const signature = `x-amz-trailer-signature:${trailing.trailer.signature}\r\n`;

  test.each([
    ["streaming-signed", "signed", plain, bodyOf(plain, ""), {}],
    [
      "streaming-signed-trailer",
      "signed-trailer",
      trailing,
      bodyOf(trailing, `${CRC}\r\n${signature}`),
      { [CRC_NAME]: "sOO8/Q==" },
    ],
    [
      "the same with LF before CR LF",
      "signed-trailer",
      trailing,
      bodyOf(trailing, `${CRC}\n\r\n${signature}`),
      { [CRC_NAME]: "sOO8/Q==" },
    ],
  ] as const)("%s", (_, mode, example, body, trailers) => {
    const chain = new ChunkChain(KEY, { ...CLAIM, signature: example.signature });
    const options = { mode, chain, decodedLength: 66560, trailers: Object.keys(trailers) };
    const outcome = decode(options, body);
    expect(outcome).toEqual({ data: "a".repeat(66560), trailers });
  });

  test("are as long on the wire as the documentation says", () => {
    expect(bodyOf(plain, "").length).toBe(66824);
  });
});

describe("segments", () => {
  const chunks = fc
    .tuple(fc.array(fc.integer({ min: 8192, max: 20_000 }), { maxLength: 3 }), fc.integer({ min: 1, max: 9000 }))
    .map(([large, last]) => [...large, last].map((size, i) => Buffer.alloc(size, `chunk ${i} `)));
  const cuts = fc.array(fc.nat(70_000), { maxLength: 40 });

  test("of any size give the same signed body", () => {
    fc.assert(
      fc.property(chunks, cuts, (given, at) => {
        const outcome = decode(signedOptions(lengthOf(given), "signed-trailer"), signedBody(given, CRC), at);
        expect(outcome).toEqual({ data: latin1(given), trailers: { [CRC_NAME]: "sOO8/Q==" } });
      }),
      { numRuns: 50 },
    );
  });

  test("of any size give the same unsigned body", () => {
    fc.assert(
      fc.property(chunks, cuts, (given, at) => {
        const outcome = decode(unsignedOptions(lengthOf(given), [CRC_NAME]), unsignedBody(given, CRC), at);
        expect(outcome).toEqual({ data: latin1(given), trailers: { [CRC_NAME]: "sOO8/Q==" } });
      }),
      { numRuns: 50 },
    );
  });

  test("of one byte do as well", () => {
    const given = [LARGE, Buffer.from("end")];
    const bytes = Array.from({ length: 9000 }, (_, i) => i);
    expect(decode(signedOptions(8195), signedBody(given), bytes).data).toBe(latin1(given));
    expect(decode(unsignedOptions(8195), unsignedBody(given), bytes).data).toBe(latin1(given));
  });

  test("of any size give the same fault and the same data before it", () => {
    const body = signedBody([LARGE, LARGE, Buffer.from("end")], CRC);
    const edit = fc.record({ at: fc.nat(body.length - 1), byte: fc.nat(255), cut: fc.boolean() });
    fc.assert(
      fc.property(edit, cuts, ({ at, byte, cut }, where) => {
        const broken = cut ? body.subarray(0, at) : Buffer.from(body);
        if (!cut) broken[at] = byte;
        const whole = decode(signedOptions(16_387, "signed-trailer"), broken);
        expect(decode(signedOptions(16_387, "signed-trailer"), broken, where)).toEqual(whole);
        if (!broken.equals(body) && !isCaseOfSize(body, at, byte)) expect(whole.fault).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });

  /** Hexadecimal sizes and trailer names may be written in either case. */
  function isCaseOfSize(body: Buffer, at: number, byte: number): boolean {
    return String.fromCharCode(body[at]!).toLowerCase() === String.fromCharCode(byte).toLowerCase();
  }
});

describe("signed data", () => {
  test("is handed out when its chunk is verified, not before", () => {
    const body = signedBody([LARGE, Buffer.from("end")]);
    const decoder = new ChunkDecoder(signedOptions(8195));
    const end = body.indexOf("\r\n") + 2 + LARGE.length;
    expect(decoder.push(body.subarray(0, end - 1)).data).toEqual([]);
    expect(Buffer.concat(decoder.push(body.subarray(end - 1, end)).data)).toEqual(LARGE);
  });

  test("of a forged chunk never comes out", () => {
    const body = signedBody([LARGE, Buffer.from("end")]);
    body[body.indexOf("end")] = 0x45;
    const outcome = decode(signedOptions(8195), body);
    expect(outcome).toEqual({ data: latin1([LARGE]), fault: { reason: "signature-mismatch", chunk: 2 } });
  });

  test.each([
    ["moved", (parts: Buffer[]) => [parts[1]!, parts[0]!, ...parts.slice(2)], 1],
    ["repeated", (parts: Buffer[]) => [parts[0]!, parts[0]!, ...parts.slice(2)], 2],
    ["dropped", (parts: Buffer[]) => [parts[0]!, ...parts.slice(2)], 2],
  ])("of a chunk that was %s is refused", (_, change, chunk) => {
    const chain = new ChunkChain(KEY, CLAIM);
    const parts = [LARGE, Buffer.alloc(8192, "c"), Buffer.alloc(8192, "d")].map((data) =>
      Buffer.concat([
        Buffer.from(`2000;chunk-signature=${chain.chunk(sha256Hex(data))}\r\n`),
        data,
        Buffer.from("\r\n"),
      ]),
    );
    const last = Buffer.from(`0;chunk-signature=${chain.chunk(EMPTY_SHA256)}\r\n\r\n`);
    const body = Buffer.concat([...change(parts), last]);
    const lengths = (body.length - last.length) / parts[0]!.length;
    expect(decode(signedOptions(lengths * 8192), body).fault).toEqual({ reason: "signature-mismatch", chunk });
  });

  test("under another seed, date, scope or key is refused", () => {
    const body = signedBody([Buffer.from("end")]);
    const fault = { reason: "signature-mismatch", chunk: 1 };
    for (const chain of [
      new ChunkChain(KEY, { ...CLAIM, signature: "1".repeat(64) }),
      new ChunkChain(KEY, { ...CLAIM, amzDate: "20130524T000001Z" }),
      new ChunkChain(KEY, { ...CLAIM, scope: { ...SCOPE, region: "us-east-2" } }),
      new ChunkChain(deriveSigningKey("another", SCOPE), CLAIM),
    ]) {
      expect(decode({ mode: "signed", chain, decodedLength: 3, trailers: [] }, body).fault).toEqual(fault);
    }
  });

  test("chunks may hold 16 MiB and no more", () => {
    const limit = 16 * 1024 * 1024;
    const line = (size: number) => Buffer.from(`${size.toString(16)};chunk-signature=${"0".repeat(64)}\r\n`);
    expect(new ChunkDecoder(signedOptions(limit)).push(line(limit)).fault).toBeUndefined();
    expect(new ChunkDecoder(signedOptions(limit + 1)).push(line(limit + 1)).fault).toEqual({
      reason: "chunk-too-large",
      chunk: 1,
      sizeBytes: limit + 1,
    });
    expect(new ChunkDecoder(unsignedOptions(limit + 1)).push(Buffer.from("1000001\r\n")).fault).toBeUndefined();
  });
});

describe("unsigned data", () => {
  test("goes through as it comes", () => {
    const decoder = new ChunkDecoder(unsignedOptions(10));
    expect(Buffer.concat(decoder.push(Buffer.from("a\r\n0123")).data).toString()).toBe("0123");
    expect(Buffer.concat(decoder.push(Buffer.from("4567")).data).toString()).toBe("4567");
    expect(decoder.finish()).toMatchObject({ ok: false });
  });
});

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
