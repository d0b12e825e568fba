// Request ids: 16 characters of A-Z and 2-7 as S3 shows them, cut from a pool that is drawn at once.
import type { Entropy } from "@rolemint/host";

const ALPHABET = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
const LENGTH = 16;
const POOL_BYTES = LENGTH * 512;

export function requestIds(entropy: Entropy): () => string {
  let pool = "";
  let at = 0;
  return () => {
    if (at >= pool.length) {
      const bytes = entropy(POOL_BYTES);
      for (let i = 0; i < bytes.length; i++) bytes[i] = ALPHABET[bytes[i]! & 31]!;
      pool = bytes.toString("latin1");
      at = 0;
    }
    const id = pool.slice(at, at + LENGTH);
    at += LENGTH;
    return id;
  };
}
