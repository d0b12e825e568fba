// What a container behind a bridge meets with a hop limit of 1: the answer to its PUT never arrives, while every other
// one does. Whatever the PUT is answered, it is as far away.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
import { requestKind } from "../kind.ts";

export const imdsHopLimit = requestKind({
  name: "imds.hop-limit",
  row: "F2",
  says: "the answer to a request for a token never arrives, as behind a hop too many; others do",
  channel: "metadata",
  place: "imds.token",
  acts: "requests",
  parameters: {},
  metadata: ({ step }) => (step === "token" ? { do: "hang" } : undefined),
});
