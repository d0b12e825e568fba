import { crc32 } from "node:zlib";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type CrcAlgorithm, crcBytes, crcOf, joinCrcs } from "./crc.ts";

const algorithms: readonly CrcAlgorithm[] = ["CRC32", "CRC32C", "CRC64NVME"];

// Check values from the catalogue of parametrised CRC algorithms, https://reveng.sourceforge.io/crc-catalogue/
test.each([
  ["CRC32", "cbf43926"],
  ["CRC32C", "e3069283"],
  ["CRC64NVME", "ae8b14860a799888"],
] as const)("%s of 123456789 is %s", (algorithm, hex) => {
  expect(crcBytes(algorithm, crcOf(algorithm, Buffer.from("123456789"))).toString("hex")).toBe(hex);
});

/** Bit by bit, as the definition says. */
function slowCrc(bytes: Uint8Array, bits: number, polynomial: bigint): bigint {
  const ones = (1n << BigInt(bits)) - 1n;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
  }
  return crc ^ ones;
}

test("any bytes have the CRC of the definition", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      expect(crcOf("CRC32", bytes)).toBe(BigInt(crc32(bytes)));
      expect(crcOf("CRC32C", bytes)).toBe(slowCrc(bytes, 32, 0x82f63b78n));
      expect(crcOf("CRC64NVME", bytes)).toBe(slowCrc(bytes, 64, 0x9a6c9329ac4bc9b5n));
    }),
  );
});

test.each(algorithms)("%s goes on from where it was, and joins from pieces", (algorithm) => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const whole = crcOf(algorithm, Buffer.concat(parts));
      expect(parts.reduce((crc, part) => crcOf(algorithm, part, crc), 0n)).toBe(whole);
      const crcs = parts.map((part) => ({ crc: crcOf(algorithm, part), size: part.length }));
      expect(joinCrcs(algorithm, crcs)).toBe(whole);
    }),
  );
});

test.each(algorithms)("%s joins over 5 GiB without reading it", (algorithm) => {
  // Zero bytes after a piece: x^(8 * size) by squaring must be what as many single steps are.
  const size = 5 * 1024 ** 3;
  const half = { crc: crcOf(algorithm, Buffer.from("b")), size: size / 2 };
  const first = { crc: crcOf(algorithm, Buffer.from("a")), size: 1 };
  const joined = joinCrcs(algorithm, [first, half, half]);
  const rest = { crc: joinCrcs(algorithm, [half, half]), size };
  expect(joinCrcs(algorithm, [first, rest])).toBe(joined);
});
