// Tokens are required: what HttpTokens=required does, for as long as the fault lasts. Not counted where they are
// anyway.
import { requestKind } from "../kind.ts";
import { isTokenless } from "../metadata-steps.ts";
import { requiringTokens } from "../views.ts";

export const imdsV2Only = requestKind({
  name: "imds.v2-only",
  row: "F6",
  says: "a request without a token is answered 401",
  channel: "metadata",
  acts: "requests",
  parameters: {},
  metadata: (asked, given) =>
    isTokenless(asked) && asked.view.Tokens === "optional"
      ? { do: "view", view: requiringTokens(asked.view, given) }
      : undefined,
});
