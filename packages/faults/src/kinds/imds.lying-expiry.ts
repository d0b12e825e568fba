// The stated expiry is not the enforced one: who goes by the clock alone calls with a key that has ended, or renews one
// that has not.

import type { InstanceView } from "@rolemint/authority";
import { wholeSeconds } from "@rolemint/host/clock";
import { requestKind } from "../kind.ts";
import { hasKeys, madeOnce, withDocuments } from "../views.ts";

const lying = madeOnce((view: InstanceView, { By }: { readonly By: number }) =>
  withDocuments(view, ({ Expiration }) => ({ Expiration: wholeSeconds(Expiration + By) })),
);

export const imdsLyingExpiry = requestKind({
  name: "imds.lying-expiry",
  row: "F16",
  says: "the credential document states another Expiration than services enforce",
  channel: "metadata",
  place: "imds.expiry",
  acts: "requests",
  parameters: {
    By: {
      type: "duration",
      isSigned: true,
      fallback: 3_600_000,
      says: "how much later than the enforced expiry the stated one is; -10m for earlier",
    },
  },
  metadata: ({ step, view }, given) =>
    step === "credentials" && hasKeys(view) ? { do: "view", view: lying(view, given) } : undefined,
});
