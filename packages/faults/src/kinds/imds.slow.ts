// Answers that come late, or trickle. SDKs give up after a second: see the table of clients in docs/clients.md.
import { requestKind } from "../kind.ts";

/** Longer than any client waits by default. */
const DEFAULT_FIRST_BYTE_MS = 2000;
const MAX_WAIT_MS = 600_000;

export const imdsSlow = requestKind({
  name: "imds.slow",
  row: "F3",
  says: "answers begin late, or their bodies trickle; waits are in host time",
  channel: "metadata",
  acts: "requests",
  parameters: {
    FirstByte: {
      type: "duration",
      max: MAX_WAIT_MS,
      says: "how long nothing comes; default 2s where BytesPerSecond is not given",
    },
    BytesPerSecond: { type: "number", min: 1, max: 1_000_000, says: "how fast a body comes; default at once" },
    Jitter: {
      type: "duration",
      max: MAX_WAIT_MS,
      fallback: 0,
      says: "up to so much longer, drawn by the seed for each request",
    },
  },
  metadata(_, { FirstByte, BytesPerSecond, Jitter }, __, run) {
    const least = FirstByte ?? (BytesPerSecond === undefined ? DEFAULT_FIRST_BYTE_MS : 0);
    const firstByteMs = least + (Jitter === 0 ? 0 : Math.floor(run.chance() * Jitter));
    return { do: "pace", firstByteMs, bytesPerSecond: BytesPerSecond };
  },
});
