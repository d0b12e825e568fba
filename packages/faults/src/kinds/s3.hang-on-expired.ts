// A call with an expired token that is not even refused: the connection is kept and nothing comes.
import { requestKind } from "../kind.ts";

export const s3HangOnExpired = requestKind({
  name: "s3.hang-on-expired",
  row: "SX6",
  says: "S3 keeps the connection of a call with an expired token and answers late",
  channel: "calls",
  acts: "requests",
  parameters: {
    Silence: {
      type: "duration",
      min: 1,
      max: 3_600_000,
      fallback: 600_000,
      says: "how long nothing comes, in host time; then the refusal",
    },
  },
  call: ({ service, isExpired }, { Silence }) =>
    service === "s3" && isExpired ? { do: "hang", ms: Silence } : undefined,
});
