// Only [fd00:ec2::254] answers, as in a subnet without IPv4. It needs a topology that has that address.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
import { requestKind } from "../kind.ts";

export const imdsIpv6Only = requestKind({
  name: "imds.ipv6-only",
  row: "F19",
  says: "nothing answers over IPv4",
  channel: "metadata",
  acts: "requests",
  parameters: {
    Mode: {
      type: "choice",
      values: ["hang", "reset"],
      fallback: "hang",
      says: "an IPv4 connection is kept without an answer, or reset",
    },
  },
  needs: () => "ipv6",
  metadata: ({ family }, { Mode }) => (family === "IPv4" ? { do: Mode } : undefined),
});
