// A service, or a proxy before it, that has no tokens to give. Reading stays as the instance's HttpTokens has it:
// keys of the first version are for nobody to whom EC2 would not give them, so where tokens are required a client
// gets 401, and where they are optional it gets along without. A token that it has is good on, since a bad one is
// refused by EC2 too.
import { requestKind } from "../kind.ts";

export const imdsV1Only = requestKind({
  name: "imds.v1-only",
  row: "F6",
  says: "a request for a token is refused; reading without one needs an instance whose tokens are optional",
  channel: "metadata",
  place: "imds.token",
  acts: "requests",
  parameters: {
    Status: { type: "choice", values: ["403", "404", "405"], fallback: "404", says: "of the refusal" },
  },
  metadata: ({ step }, { Status }) => (step === "token" ? { do: "answer", status: Number(Status) } : undefined),
});
