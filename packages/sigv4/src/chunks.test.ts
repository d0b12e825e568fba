import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ChunkChain } from "./chunk-chain.ts";
import {
  CLAIM,
  CRC,
  CRC_NAME,
  decode,
  KEY,
  LARGE,
  latin1,
  SCOPE,
  signedBody,
  signedOptions,
  unsignedBody,
  unsignedOptions,
} from "./chunks.fixture.ts";
import { ChunkDecoder } from "./chunks.ts";
import { deriveSigningKey } from "./key.ts";
import { EMPTY_SHA256, sha256Hex } from "./payload.ts";

const lengthOf = (chunks: readonly Buffer[]) => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
const docs = JSON.parse(readFileSync(new URL("../../../test/vectors/s3-sigv4.aws-docs.json", import.meta.url), "utf8"));

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

  test.each([1000, 60_000, 65_536, 70_000])("of %i bytes give a large signed chunk whole", (step) => {
    const given = [Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251)), Buffer.from("end")];
    const at = Array.from({ length: Math.ceil(201_000 / step) }, (_, i) => (i + 1) * step);
    expect(decode(signedOptions(200_003), signedBody(given), at).data).toBe(latin1(given));
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
