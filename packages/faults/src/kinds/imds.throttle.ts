// Too many requests: a bucket of tokens that fills in world time. AWS throttles by instance and does not say how much;
// seen were 429 on GET (aws/aws-sdk-go-v2#1995), and packets lost over 1024 a second
// (amazonlinux/amazon-ec2-net-utils#120), which is `drop`: a request that is never answered.
import { type Memory, requestKind } from "../kind.ts";

interface Bucket {
  tokens: number;
  filled: number;
}

export const imdsThrottle = requestKind({
  name: "imds.throttle",
  row: "F4",
  says: "requests over a rate are refused with 429, or lost",
  channel: "metadata",
  acts: "requests",
  parameters: {
    Rate: {
      type: "number",
      isFraction: true,
      min: 0,
      max: 100_000,
      fallback: 5,
      says: "requests that are let through a second of world time",
    },
    Burst: { type: "number", min: 0, max: 100_000, fallback: 5, says: "how many are let through at once" },
    Scope: {
      type: "choice",
      values: ["instance", "shared"],
      fallback: "instance",
      says: "whether each instance has that much, or all together that one metadata service serves",
    },
    Kind: { type: "choice", values: ["answer", "drop"], fallback: "answer", says: "429, or no answer at all" },
  },
  metadata({ now }, { Rate, Burst, Scope, Kind }, memory, { shared }) {
    if (takes(bucketIn(Scope === "shared" ? shared : memory, Burst, now), Rate, Burst, now)) return undefined;
    return Kind === "answer" ? { do: "answer", status: 429 } : { do: "hang" };
  },
});

function bucketIn(memory: Memory, burst: number, now: number): Bucket {
  memory["bucket"] ??= { tokens: burst, filled: now } satisfies Bucket;
  return memory["bucket"] as Bucket;
}

/** Whether there was a token, which is gone now. A clock that is moved back fills nothing. */
function takes(bucket: Bucket, rate: number, burst: number, now: number): boolean {
  const elapsedMs = Math.max(now - bucket.filled, 0);
  bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * rate) / 1000);
  bucket.filled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens--;
  return true;
}
