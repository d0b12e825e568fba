// What the tests of this package share: a server's view of a request.
import type { HttpRequest } from "@rolemint/wire/http";
import { claim, type SignedClaim } from "./claim.ts";
import { deriveSigningKey } from "./key.ts";
import { type Verification, type VerifyOptions, verify } from "./verify.ts";

export const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

export function signedClaim(request: HttpRequest, flavour: "s3" | "other"): SignedClaim {
  const found = claim(request, flavour);
  if (found.kind === "none" || found.kind === "broken") throw new Error(JSON.stringify(found));
  return found;
}

/** As a server would: the key of whatever scope is claimed. A broken claim is a refusal. */
export function check(
  request: HttpRequest,
  options: VerifyOptions,
  secret = SECRET,
): Verification | { ok: false; reason: string } {
  const found = claim(request, options.flavour);
  if (found.kind === "none" || found.kind === "broken") return { ok: false, reason: found.kind };
  return verify(request, found, deriveSigningKey(secret, found.scope), options);
}
