// The connection breaks within the credential document: its head has come, and says a length that never does.
import { requestKind } from "../kind.ts";

export const imdsResetMidBody = requestKind({
  name: "imds.reset-mid-body",
  row: "F20",
  says: "the connection is reset within the credential document",
  channel: "metadata",
  acts: "requests",
  parameters: {
    // Shorter than every document.
    Bytes: { type: "number", min: 0, max: 500, fallback: 100, says: "how much of it comes before" },
  },
  metadata: ({ step }, { Bytes }) => (step === "credentials" ? { do: "cut", bytes: Bytes } : undefined),
});
