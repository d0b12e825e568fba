// Signing keys: derived from a secret for one day, region and service, so that who holds one can verify that scope and
// nothing else. Kept as KeyObject, since Node 24 takes six times as long for an HMAC with a Buffer as key.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";

/** The scope of a signature: day as `20261123`, region, service. */
export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export type SigningKey = KeyObject;

/** The key for one scope. `.export()` gives its 32 bytes. */
export function deriveSigningKey(secretAccessKey: string, scope: Scope): SigningKey {
  let key = createSecretKey(`AWS4${secretAccessKey}`, "utf8");
  for (const part of [scope.date, scope.region, scope.service, "aws4_request"]) {
    key = createSecretKey(createHmac("sha256", key).update(part).digest());
  }
  return key;
}

/** The key from its 32 bytes, as another process exported it. */
export function signingKeyFrom(bytes: Uint8Array): SigningKey {
  if (bytes.length !== 32) throw new RangeError("a signing key has 32 bytes");
  return createSecretKey(bytes);
}

/** Signs a text (a string to sign, or the base64 policy of a POST form): 64 lower-case hexadecimal digits. */
export function signText(key: SigningKey, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Whether a signature that somebody sent is the expected one, in time that does not depend on where they differ. */
export function isSameSignature(expected: string, given: string): boolean {
  if (given.length !== 64 || !/^[0-9a-f]+$/.test(given)) return false;
  return timingSafeEqual(Buffer.from(expected, "latin1"), Buffer.from(given, "latin1"));
}

/**
 * Remembers derived keys, the least recently used one going first. It is a plain memory of `deriveSigningKey`: an
 * entry never becomes wrong, so there is nothing to drop when a secret is revoked.
 */
export class SigningKeyCache {
  readonly #capacity: number;
  readonly #keys = new Map<string, SigningKey>();

  constructor(capacity = 1000) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#keys.size;
  }

  signingKey(secretAccessKey: string, scope: Scope): SigningKey {
    const id = JSON.stringify([secretAccessKey, scope.date, scope.region, scope.service]);
    const known = this.#keys.get(id);
    if (known) this.#keys.delete(id);
    const key = known ?? deriveSigningKey(secretAccessKey, scope);
    this.#keys.set(id, key);
    if (this.#keys.size > this.#capacity) {
      const oldest = this.#keys.keys().next();
      if (!oldest.done) this.#keys.delete(oldest.value);
    }
    return key;
  }
}
