// Randomness as a value that is handed in, so that a run can be repeated from a seed.
import { createHmac, randomBytes } from "node:crypto";

/** Gives `size` random bytes. */
export type Entropy = (size: number) => Buffer;

export const hostEntropy: Entropy = (size) => randomBytes(size);

/** The same bytes in the same order for the same seed: HMAC-SHA-256 in counter mode. For tests, not for secrets. */
export function seededEntropy(seed: string): Entropy {
  let counter = 0;
  let pool: Buffer = Buffer.alloc(0);
  return (size) => {
    while (pool.length < size) {
      pool = Buffer.concat([pool, createHmac("sha256", seed).update(String(counter++)).digest()]);
    }
    const bytes = Buffer.from(pool.subarray(0, size));
    pool = pool.subarray(size);
    return bytes;
  };
}
