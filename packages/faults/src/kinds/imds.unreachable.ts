// The metadata service is away. `reset` and `hang` are carried out by the listener itself; `drop`, where not even a
// connection is made, by a helper that has power over the network: packages/containers/src/net-faults.ts.
import { requestKind } from "../kind.ts";

export const imdsUnreachable = requestKind({
  name: "imds.unreachable",
  row: "F1",
  says: "the metadata service does not answer",
  channel: "metadata",
  place: "imds.reach",
  acts: "requests",
  parameters: {
    Mode: {
      type: "choice",
      values: ["reset", "hang", "drop"],
      fallback: "reset",
      says: "the connection is reset, kept without an answer, or never made (containers with net-faults only)",
    },
  },
  needs: ({ Mode }) => (Mode === "drop" ? "drop-packets" : undefined),
  metadata: (_, { Mode }) => (Mode === "drop" ? undefined : { do: Mode }),
});
