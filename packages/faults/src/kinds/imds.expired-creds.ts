// The metadata service shows credentials that have expired, as it does when it cannot renew them; services may take
// them all the same, which is what AWS calls static stability. The whole document looks that much older, and keeps its
// times for as long as the generation stays.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
import type { InstanceView } from "@rolemint/authority";
import { wholeSeconds } from "@rolemint/host/clock";
import { type Memory, requestKind } from "../kind.ts";
import { hasKeys, withDocuments } from "../views.ts";

/** What is kept for one instance: when the generation that it showed last is said to have ended. */
interface Said {
  generation?: number;
  expires?: number;
  view?: InstanceView;
  shown?: InstanceView;
}

export const imdsExpiredCreds = requestKind({
  name: "imds.expired-creds",
  row: "F13",
  says: "the credential document's Expiration is in the past",
  channel: "metadata",
  place: "imds.expiry",
  acts: "requests",
  parameters: {
    Ago: { type: "duration", min: 1000, fallback: 600_000, says: "how long ago the credentials expired" },
    Accepted: { type: "flag", fallback: true, says: "whether services still take the keys" },
  },
  metadata({ step, view, now }, { Ago }, memory) {
    if (step !== "credentials" || !hasKeys(view)) return undefined;
    return { do: "view", view: expiredView(view, wholeSeconds(now - Ago), memory) };
  },
  call({ principal, isExpired }, { Accepted }) {
    if (Accepted || isExpired || principal.InstanceId === undefined) return undefined;
    return { do: "refuse", as: "token-expired" };
  },
});

function expiredView(view: InstanceView, latest: number, memory: Memory): InstanceView {
  const said: Said = memory;
  const generation = view.Credentials[0]?.Generation;
  // Said anew when the clock was moved back: what is said has to be past.
  if (said.generation !== generation || said.expires === undefined || said.expires > latest) {
    Object.assign(said, { generation, expires: latest, view: undefined });
  }
  if (said.view !== view || !said.shown) {
    const expires = said.expires!;
    const shown = withDocuments(view, ({ Expiration, LastUpdated }) => {
      const earlier = Math.max(Expiration - expires, 0);
      return { Expiration: Expiration - earlier, LastUpdated: LastUpdated - earlier };
    });
    Object.assign(said, { view, shown });
  }
  return said.shown!;
}
