// The chain of chunk signatures: each one covers the one before, from the seed in the request's own signature to the
// trailer, so that no chunk can be dropped, repeated or moved.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
import { scopeText } from "./canonical.ts";
import type { SignedClaim } from "./claim.ts";
import { type SigningKey, signText } from "./key.ts";
import { EMPTY_SHA256 } from "./payload.ts";

/** Gives the signatures of one body in their order. For the sender to send, for the receiver to compare. */
export class ChunkChain {
  readonly #key: SigningKey;
  readonly #head: string;
  #previous: string;

  /** `claim` must have been verified: its signature is the seed. */
  constructor(key: SigningKey, claim: Pick<SignedClaim, "amzDate" | "scope" | "signature">) {
    this.#key = key;
    this.#head = `${claim.amzDate}\n${scopeText(claim.scope)}`;
    this.#previous = claim.signature;
  }

  /** The signature of the next chunk, by the SHA-256 of its data in hexadecimal; the last chunk is empty. */
  chunk(dataHash: string): string {
    return this.#next("AWS4-HMAC-SHA256-PAYLOAD", `${EMPTY_SHA256}\n${dataHash}`);
  }

  /** The signature of the trailer, by the SHA-256 of its `name:value` lines, each ended by LF. */
  trailer(trailerHash: string): string {
    return this.#next("AWS4-HMAC-SHA256-TRAILER", trailerHash);
  }

  #next(kind: string, hashes: string): string {
    this.#previous = signText(this.#key, `${kind}\n${this.#head}\n${this.#previous}\n${hashes}`);
    return this.#previous;
  }
}
