// The endpoint is turned off: what HttpEndpoint=disabled does, or what a firewall makes of it. A port that is closed
// for one instance and open for its neighbour cannot be had of one listener: the connection is taken, and then reset.
import { requestKind } from "../kind.ts";
import { madeOnce } from "../views.ts";

const disabled = madeOnce((view) => ({ ...view, Endpoint: "disabled" }));

export const imdsDisabled = requestKind({
  name: "imds.disabled",
  row: "F9",
  says: "every request is answered 403, or its connection reset",
  channel: "metadata",
  place: "imds.reach",
  acts: "requests",
  parameters: {
    Form: { type: "choice", values: ["403", "refused"], fallback: "403", says: "403, or a reset connection" },
  },
  metadata: ({ view }, given) =>
    given.Form === "refused" ? { do: "reset" } : { do: "view", view: disabled(view, given) },
});
