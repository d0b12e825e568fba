// STS has had too many calls. https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
import { requestKind } from "../kind.ts";
import { assumesRole } from "./sts-calls.ts";

export const stsThrottle = requestKind({
  name: "sts.throttle",
  row: "ST1",
  says: "AssumeRole answers 400 Throttling",
  channel: "calls",
  acts: "requests",
  parameters: {},
  call: (asked) => (assumesRole(asked) ? { do: "fail", code: "Throttling" } : undefined),
});
