// The metadata service fails, at one step or at all of them. 503 is recorded of a request for a token
// (canonical/cloud-init#5577); the body of a 500 is not.
import { requestKind } from "../kind.ts";
import { isStep, STEPS } from "../metadata-steps.ts";

export const imds5xx = requestKind({
  name: "imds.5xx",
  row: "F5",
  says: "a step on the way to credentials is answered 500 or 503",
  channel: "metadata",
  acts: "requests",
  parameters: {
    Step: {
      type: "choice",
      values: STEPS,
      fallback: "any",
      says: "the token, the list of roles, the credentials, or every request",
    },
    Status: { type: "choice", values: ["500", "503"], fallback: "503", says: "of the answer" },
  },
  metadata: (asked, { Step, Status }) => (isStep(asked, Step) ? { do: "answer", status: Number(Status) } : undefined),
});
