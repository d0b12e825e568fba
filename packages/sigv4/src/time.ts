// When a signature is good. Two clocks may be right: the world's, which tests move, and the host's, which clients
// read; either is enough unless the world is strict. Pure, so that every edge is a row in a table.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html

import type { SignedClaim } from "./claim.ts";

/** How far a signature's date may lie from the clock, and how far ahead of it a presigned one. */
export const MAX_SKEW_MS = 15 * 60 * 1000;

/** Milliseconds since the epoch; `isStrict` means that only the world's clock counts. */
export interface Clocks {
  readonly worldMs: number;
  readonly hostMs: number;
  readonly isStrict: boolean;
}

/** `too-old` and `too-new` of a header signature; `not-yet-valid` and `expired` of a presigned one. */
export type TimeFault = "too-old" | "too-new" | "not-yet-valid" | "expired";

/** Undefined when the signature's time holds on a clock that counts; otherwise what is wrong by the world's. */
export function timeFault(claim: SignedClaim, clocks: Clocks): TimeFault | undefined {
  const byWorld = faultAt(claim, clocks.worldMs);
  if (byWorld === undefined || clocks.isStrict) return byWorld;
  return faultAt(claim, clocks.hostMs) === undefined ? undefined : byWorld;
}

function faultAt(claim: SignedClaim, nowMs: number): TimeFault | undefined {
  const { amzDateMs } = claim;
  switch (claim.kind) {
    case "header":
      if (amzDateMs < nowMs - MAX_SKEW_MS) return "too-old";
      return amzDateMs > nowMs + MAX_SKEW_MS ? "too-new" : undefined;
    case "query":
      if (amzDateMs > nowMs + MAX_SKEW_MS) return "not-yet-valid";
      return amzDateMs + claim.expiresSeconds * 1000 < nowMs ? "expired" : undefined;
  }
}
