// The client's clock is off: it signs with the wrong date, and refreshes too early or too late.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-clock-skew.html
import { withoutPower } from "./client-power.ts";
import { clockOffset } from "./clock-offset.ts";
import { worldKind } from "./kind.ts";

export const clockSkewClient = worldKind({
  name: "clock.skew-client",
  row: "CK2",
  says: "the client's own clock is off (needs `rolemint exec --client-clock`, or the kit for testcontainers)",
  channel: "client",
  acts: "while",
  parameters: {
    Offset: clockOffset("how far ahead the client's clock is; -20m for behind"),
  },
  problem: (acting) => withoutPower(acting, true),
  client: ({ given: { Offset } }) => ({ offsetMs: Offset }),
});
