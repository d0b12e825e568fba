// The five checksums of S3 over a stream, and the two ways in which a multipart object gets one from its parts.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
import { createHash, hash } from "node:crypto";
import type { Checksum, ChecksumAlgorithm } from "./backend.ts";
import { crcBytes, crcOf, joinCrcs } from "./crc.ts";

/** A running checksum; `value` is base64, and ends it. */
export interface ChecksumStream {
  update(chunk: Uint8Array): void;
  value(): string;
}

export function checksumStream(algorithm: ChecksumAlgorithm): ChecksumStream {
  if (algorithm === "SHA1" || algorithm === "SHA256") {
    const running = createHash(algorithm);
    return { update: (chunk) => void running.update(chunk), value: () => running.digest("base64") };
  }
  let crc = 0n;
  return {
    update(chunk) {
      crc = crcOf(algorithm, chunk, crc);
    },
    value: () => crcBytes(algorithm, crc).toString("base64"),
  };
}

/** Which types a multipart upload may have: CRC64NVME only joins, the SHAs never do. The first is the default. */
export const checksumTypes = {
  CRC32: ["COMPOSITE", "FULL_OBJECT"],
  CRC32C: ["COMPOSITE", "FULL_OBJECT"],
  CRC64NVME: ["FULL_OBJECT"],
  SHA1: ["COMPOSITE"],
  SHA256: ["COMPOSITE"],
} as const satisfies Record<ChecksumAlgorithm, readonly Checksum["type"][]>;

/** The checksum of a multipart object, from those of its parts (base64, sizes in bytes) in order. */
export function joinChecksums(
  algorithm: ChecksumAlgorithm,
  type: Checksum["type"],
  parts: readonly { readonly value: string; readonly size: number }[],
): Checksum {
  if (type === "COMPOSITE") {
    const running = checksumStream(algorithm);
    for (const part of parts) running.update(Buffer.from(part.value, "base64"));
    return { algorithm, type, value: `${running.value()}-${parts.length}` };
  }
  if (algorithm === "SHA1" || algorithm === "SHA256") throw new Error(`${algorithm} has no full-object checksum`);
  const pieces = parts.map(({ value, size }) => ({
    crc: BigInt(`0x${Buffer.from(value, "base64").toString("hex")}`),
    size,
  }));
  return { algorithm, type, value: crcBytes(algorithm, joinCrcs(algorithm, pieces)).toString("base64") };
}

/** The ETag of a multipart object: the MD5 of its parts' MD5s, and their number. */
export function multipartEtag(etags: readonly string[]): string {
  return `${hash("md5", Buffer.from(etags.join(""), "hex"), "hex")}-${etags.length}`;
}
