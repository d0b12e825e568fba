import { expect, test } from "@jest/globals";
import type { ChecksumAlgorithm } from "@rolemint/object-store";
import { ChunkDecoder } from "@rolemint/sigv4";
import fc from "fast-check";
import { endOf, Framer, framedLength } from "./framing.ts";

const VALUES = {
  CRC32: Buffer.alloc(4, 1),
  CRC32C: Buffer.alloc(4, 2),
  CRC64NVME: Buffer.alloc(8, 3),
  SHA1: Buffer.alloc(20, 4),
  SHA256: Buffer.alloc(32, 5),
} satisfies Record<ChecksumAlgorithm, Buffer>;

test("a body in any pieces has the length that was declared, and is read back", () => {
  const sizes = fc.array(fc.oneof(fc.nat(10), fc.nat(70_000), fc.constantFrom(65_535, 65_536, 65_537)), {
    maxLength: 6,
  });
  const algorithms = fc.constantFrom(...(Object.keys(VALUES) as ChecksumAlgorithm[]));
  fc.assert(
    fc.property(sizes, algorithms, (pieces, algorithm) => {
      const body = Buffer.concat(pieces.map((size, index) => Buffer.alloc(size, index + 1)));
      const framer = new Framer(body.length);
      const framed: Buffer[] = [];
      let start = 0;
      for (const size of pieces) {
        framed.push(...framer.frame(body.subarray(start, start + size)));
        start += size;
      }
      const value = VALUES[algorithm].toString("base64");
      framed.push(endOf({ algorithm, type: "FULL_OBJECT", value }));
      const sent = Buffer.concat(framed);
      expect(sent.length).toBe(framedLength(body.length, algorithm));
      const trailer = `x-amz-checksum-${algorithm.toLowerCase()}`;
      const rules = { decodedLength: body.length, trailers: [trailer], allowsSmallChunks: false };
      const decoder = new ChunkDecoder({ ...rules, mode: "unsigned-trailer" });
      const { data, fault } = decoder.push(sent);
      expect(fault).toBeUndefined();
      expect(Buffer.concat(data).equals(body)).toBe(true);
      expect(decoder.finish()).toEqual({ ok: true, trailers: new Map([[trailer, value]]) });
    }),
  );
});
