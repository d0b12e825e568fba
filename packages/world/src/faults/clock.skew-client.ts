// The client's clock is off: it signs with the wrong date, and refreshes too early or too late.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-clock-skew.html
import { withoutPower } from "./client-power.ts";
import { worldKind } from "./kind.ts";

const LONGEST_MS = 7 * 86_400_000;

export const clockSkewClient = worldKind({
  name: "clock.skew-client",
  row: "CK2",
  says: "the client's own clock is off (needs `rolemint exec --client-clock` or a test kit)",
  channel: "client",
  acts: "while",
  parameters: {
    Offset: {
      type: "duration",
      isSigned: true,
      max: LONGEST_MS,
      fallback: 1_200_000,
      says: "how far ahead the client's clock is; -20m for behind",
    },
  },
  problem: (acting) => withoutPower(acting, true),
  client: ({ given: { Offset } }) => ({ offsetMs: Offset }),
});
