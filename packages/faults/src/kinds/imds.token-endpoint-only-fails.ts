// Tokens are needed and cannot be had: the state that sent clients into endless loops, or down to the first version for
// good. Tokens that were given before are good on.
import { requestKind } from "../kind.ts";
import { isTokenless } from "../metadata-steps.ts";
import { requiringTokens } from "../views.ts";

export const imdsTokenEndpointOnlyFails = requestKind({
  name: "imds.token-endpoint-only-fails",
  row: "F8",
  says: "a request for a token fails, and one without a token is answered 401",
  channel: "metadata",
  place: "imds.token",
  acts: "requests",
  parameters: {
    Form: { type: "choice", values: ["hang", "403"], fallback: "hang", says: "no answer to the PUT, or 403" },
  },
  metadata(asked, given) {
    if (asked.step === "token") return given.Form === "hang" ? { do: "hang" } : { do: "answer", status: 403 };
    return isTokenless(asked) ? { do: "view", view: requiringTokens(asked.view, given) } : undefined;
  },
});
