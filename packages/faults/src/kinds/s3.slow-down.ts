// S3 asks the client to come again, at the worst moment.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { type CallDeed, requestKind } from "../kind.ts";

const CODES = {
  SlowDown: { do: "fail", code: "SlowDown" },
  ServiceUnavailable: { do: "fail", code: "ServiceUnavailable" },
  InternalError: { do: "fail", code: "InternalFailure" },
} as const satisfies Record<string, CallDeed>;

export const s3SlowDown = requestKind({
  name: "s3.slow-down",
  row: "SX4",
  says: "S3 refuses with 503 SlowDown, or fails by itself",
  channel: "calls",
  acts: "requests",
  parameters: {
    Code: {
      type: "choice",
      values: ["SlowDown", "ServiceUnavailable", "InternalError"],
      fallback: "SlowDown",
      says: "the first two are 503, the last is 500",
    },
  },
  call: ({ service }, { Code }) => (service === "s3" ? CODES[Code] : undefined),
});
