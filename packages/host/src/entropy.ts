// Randomness as a value that is handed in, so that a run can be repeated from a seed.
import { createHmac, randomBytes } from "node:crypto";

/** Gives `size` random bytes. */
export interface Entropy {
  (size: number): Buffer;
  /** Where bytes repeat: other bytes, the same again for the same name. */
  derive?(name: string): Entropy;
}

/**
 * For what draws in an order that depends on timing, or on how much others draw: a stream of its own, so that neither
 * changes what the other gets. Chance that never repeats needs no such care.
 */
export function streamOf(entropy: Entropy, name: string): Entropy {
  return entropy.derive?.(name) ?? entropy;
}

const BLOCK_BYTES = 8192;

/** The system's randomness, fetched a block at a time: an id costs less than a call into the system for its bytes. */
export const hostEntropy: Entropy = blockwise();

function blockwise(): Entropy {
  let block = Buffer.alloc(0);
  let used = 0;
  return (size) => {
    if (size > BLOCK_BYTES) return randomBytes(size);
    if (used + size > block.length) {
      block = randomBytes(BLOCK_BYTES);
      used = 0;
    }
    const bytes = Buffer.from(block.subarray(used, used + size));
    block.fill(0, used, used + size);
    used += size;
    return bytes;
  };
}

/**
 * The same bytes in the same order for the same seed: HMAC-SHA-256 in counter mode. Whoever knows the seed knows every
 * key that is made of it: for runs that repeat, never for secrets.
 */
export function seededEntropy(seed: string): Entropy {
  let counter = 0;
  let pool: Buffer = Buffer.alloc(0);
  const draw: Entropy = (size) => {
    while (pool.length < size) {
      pool = Buffer.concat([pool, createHmac("sha256", seed).update(String(counter++)).digest()]);
    }
    const bytes = Buffer.from(pool.subarray(0, size));
    pool = pool.subarray(size);
    return bytes;
  };
  draw.derive = (name) => seededEntropy(JSON.stringify([seed, name]));
  return draw;
}
