// The three CRCs of S3: over bytes, and joined from the CRCs of consecutive pieces, so that the checksum of a whole
// object follows from its parts without reading them. All are reflected, with all ones before and after.
import { crc32 } from "node:zlib";

export type CrcAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME";

interface CrcKind {
  readonly bits: 32 | 64;
  /** Reflected. */
  readonly polynomial: bigint;
}

const kinds = {
  CRC32: { bits: 32, polynomial: 0xedb88320n },
  CRC32C: { bits: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} satisfies Record<CrcAlgorithm, CrcKind>;

/** A CRC that goes on from an earlier value; start with 0n. */
export function crcOf(algorithm: CrcAlgorithm, bytes: Uint8Array, earlier = 0n): bigint {
  switch (algorithm) {
    case "CRC32":
      return BigInt(crc32(bytes, Number(earlier)));
    case "CRC32C":
      return BigInt(crc32c(bytes, Number(earlier)));
    case "CRC64NVME":
      return crc64nvme(bytes, earlier);
  }
}

/** Big-endian, as S3 writes it. */
export function crcBytes(algorithm: CrcAlgorithm, crc: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(crc);
  return bytes.subarray(8 - kinds[algorithm].bits / 8);
}

/** The CRC of pieces laid end to end, each given by its CRC and its size in bytes. */
export function joinCrcs(
  algorithm: CrcAlgorithm,
  pieces: readonly { readonly crc: bigint; readonly size: number }[],
): bigint {
  const kind = kinds[algorithm];
  const shifts = new Map<number, bigint>();
  let joined = 0n;
  for (const { crc, size } of pieces) {
    const shift = shifts.get(size) ?? powerOfX(8n * BigInt(size), kind);
    shifts.set(size, shift);
    joined = multiply(joined, shift, kind) ^ crc;
  }
  return joined;
}

/** Product of two polynomials modulo the CRC's; the highest bit is the coefficient of 1. */
function multiply(left: bigint, right: bigint, { bits, polynomial }: CrcKind): bigint {
  let product = 0n;
  let term = right;
  for (let bit = 1n << BigInt(bits - 1); bit > 0n; bit >>= 1n) {
    if (left & bit) product ^= term;
    term = term & 1n ? (term >> 1n) ^ polynomial : term >> 1n;
  }
  return product;
}

function powerOfX(exponent: bigint, kind: CrcKind): bigint {
  let power = 1n << BigInt(kind.bits - 1);
  let square = power >> 1n;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(power, square, kind);
    square = multiply(square, square, kind);
  }
  return power;
}

/** Eight tables in a row, to take eight bytes at a time; in two halves, as JavaScript has no fast 64 bits. */
interface Tables {
  readonly low: Int32Array;
  readonly high: Int32Array;
}

function tablesOf({ polynomial }: CrcKind): Tables {
  const low = new Int32Array(8 * 256);
  const high = new Int32Array(8 * 256);
  const polynomialLow = Number(polynomial & 0xffffffffn) | 0;
  const polynomialHigh = Number(polynomial >> 32n) | 0;
  for (let byte = 0; byte < 256; byte++) {
    let lo = byte;
    let hi = 0;
    for (let step = 0; step < 64; step++) {
      const carry = lo & 1;
      lo = ((lo >>> 1) | (hi << 31)) ^ (carry ? polynomialLow : 0);
      hi = (hi >>> 1) ^ (carry ? polynomialHigh : 0);
      // Eight steps take one byte through: each further eight make the table of the byte one place earlier.
      if (step % 8 === 7) {
        low[((step - 7) / 8) * 256 + byte] = lo;
        high[((step - 7) / 8) * 256 + byte] = hi;
      }
    }
  }
  return { low, high };
}

let crc32cTables: Tables | undefined;
let crc64Tables: Tables | undefined;

function crc32c(bytes: Uint8Array, earlier: number): number {
  crc32cTables ??= tablesOf(kinds.CRC32C);
  const table = crc32cTables.low;
  const end = bytes.length;
  let crc = ~earlier;
  let at = 0;
  for (; at + 8 <= end; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      table[1792 + (crc & 255)]! ^
      table[1536 + ((crc >>> 8) & 255)]! ^
      table[1280 + ((crc >>> 16) & 255)]! ^
      table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[at + 4]!]! ^
      table[512 + bytes[at + 5]!]! ^
      table[256 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 255]!;
  return ~crc >>> 0;
}

function crc64nvme(bytes: Uint8Array, earlier: bigint): bigint {
  crc64Tables ??= tablesOf(kinds.CRC64NVME);
  const { low, high } = crc64Tables;
  const end = bytes.length;
  let lo = ~Number(earlier & 0xffffffffn);
  let hi = ~Number(earlier >> 32n);
  let at = 0;
  for (; at + 8 <= end; at += 8) {
    lo ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hi ^= bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
    const a = 1792 + (lo & 255);
    const b = 1536 + ((lo >>> 8) & 255);
    const c = 1280 + ((lo >>> 16) & 255);
    const d = 1024 + (lo >>> 24);
    const e = 768 + (hi & 255);
    const f = 512 + ((hi >>> 8) & 255);
    const g = 256 + ((hi >>> 16) & 255);
    const h = hi >>> 24;
    lo = low[a]! ^ low[b]! ^ low[c]! ^ low[d]! ^ low[e]! ^ low[f]! ^ low[g]! ^ low[h]!;
    hi = high[a]! ^ high[b]! ^ high[c]! ^ high[d]! ^ high[e]! ^ high[f]! ^ high[g]! ^ high[h]!;
  }
  for (; at < end; at++) {
    const index = (lo ^ bytes[at]!) & 255;
    lo = ((lo >>> 8) | (hi << 24)) ^ low[index]!;
    hi = (hi >>> 8) ^ high[index]!;
  }
  return (BigInt(~hi >>> 0) << 32n) | BigInt(~lo >>> 0);
}
