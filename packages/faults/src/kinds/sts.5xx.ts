// STS has trouble of its own. https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
import { requestKind } from "../kind.ts";
import { assumesRole } from "./sts-calls.ts";

export const sts5xx = requestKind({
  name: "sts.5xx",
  row: "ST1",
  says: "AssumeRole answers 500 or 503",
  channel: "calls",
  acts: "requests",
  parameters: {
    Status: {
      type: "choice",
      values: ["500", "503"],
      fallback: "500",
      says: "500 is InternalFailure, 503 ServiceUnavailable",
    },
  },
  call: (asked, { Status }) =>
    assumesRole(asked) ? { do: "fail", code: Status === "500" ? "InternalFailure" : "ServiceUnavailable" } : undefined,
});
