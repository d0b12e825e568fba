// Chunked bodies for the tests, and a receiver that feeds them to the decoder piece by piece.
import { ChunkChain } from "./chunk-chain.ts";
import { ChunkDecoder, type ChunkFault, type ChunkOptions } from "./chunks.ts";
import { deriveSigningKey } from "./key.ts";
import { EMPTY_SHA256, sha256Hex } from "./payload.ts";
import { SECRET } from "./verify.fixture.ts";

export const SCOPE = { date: "20130524", region: "us-east-1", service: "s3" };
export const KEY = deriveSigningKey(SECRET, SCOPE);
export const CLAIM = { amzDate: "20130524T000000Z", scope: SCOPE, signature: "0".repeat(64) };

interface Outcome {
  /** As latin1, which compares fast. */
  data: string;
  fault?: ChunkFault;
  trailers?: Record<string, string>;
}

/** Feeds the body in segments that end at the given offsets, each in memory of its own that is wiped afterwards. */
export function decode(options: ChunkOptions, body: Buffer, cuts: readonly number[] = []): Outcome {
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

export function signedBody(chunks: readonly Buffer[], trailer?: string): Buffer {
  const chain = new ChunkChain(KEY, CLAIM);
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

export function unsignedBody(chunks: readonly Buffer[], trailer?: string): Buffer {
  const parts = chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, "\r\n"]);
  parts.push("0\r\n", trailer === undefined ? "" : `${trailer}\r\n`, "\r\n");
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

export const latin1 = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString("latin1");
export const CRC = "x-amz-checksum-crc32c:sOO8/Q==";
export const CRC_NAME = "x-amz-checksum-crc32c";
export const LARGE = Buffer.alloc(8192, "b");

export function signedOptions(decodedLength: number, mode: "signed" | "signed-trailer" = "signed"): ChunkOptions {
  const trailers = mode === "signed" ? [] : [CRC_NAME];
  return { mode, chain: new ChunkChain(KEY, CLAIM), decodedLength, trailers };
}

export function unsignedOptions(decodedLength: number, trailers: string[] = []): ChunkOptions {
  return { mode: "unsigned-trailer", decodedLength, trailers };
}
