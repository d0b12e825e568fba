// Who signed: the claim, the scope, the key behind it, the time, the signature. The body's bytes are covered.
import type { AuthorityCache, Identity, Principal } from "@rolemint/authority";
import type { Caller } from "@rolemint/caller";
import { type Clocks, claim, sha256Hex, timeFault, verify } from "@rolemint/sigv4";
import { type AwsError, header } from "@rolemint/wire";
import type { World } from "@rolemint/world";
import type { AuthenticationFault, IncomingCall, Service } from "./service.ts";

export type Callers = AuthorityCache<Caller | undefined>;

/** Who a call says it is from, as far as that is known: for its event, also when it is refused. */
export interface Claimant {
  accessKeyId?: string;
  principal?: Principal | undefined;
  /** What the authority says of the key. */
  verdict?: Identity["Verdict"];
}

/** The caller, believed. Fills `claimant` as it goes. Throws the service's own refusal. */
export async function authenticate(
  service: Service,
  call: IncomingCall,
  callers: Callers,
  world: World,
  claimant: Claimant,
): Promise<Caller> {
  const refuse = (fault: AuthenticationFault): AwsError => service.unauthenticated(fault);
  const claimed = claim(call, "other");
  if (claimed.kind === "none") throw refuse({ kind: "unsigned" });
  if (claimed.kind === "broken") {
    throw refuse({ kind: "broken", fault: claimed, authorization: header(call, "authorization") ?? "" });
  }
  const { scope, accessKeyId, token } = claimed;
  claimant.accessKeyId = accessKeyId;
  if (scope.service !== service.name) {
    throw refuse({ kind: "scope", text: `Credential should be scoped to correct service: '${service.name}'.` });
  }
  if (!service.regions(world).includes(scope.region)) {
    throw refuse({ kind: "scope", text: "Credential should be scoped to a valid region." });
  }
  const query = {
    AccessKeyId: accessKeyId,
    Token: token,
    Date: scope.date,
    Region: scope.region,
    Service: scope.service,
  };
  const { identity, prepared } = await callers.identity(query);
  claimant.principal = identity.Principal;
  claimant.verdict = identity.Verdict;
  if (identity.Verdict !== "ok" || !prepared) {
    throw refuse({ kind: identity.Verdict === "ok" ? "unknown-key" : identity.Verdict });
  }
  const clocks = clocksOf(world);
  const fault = timeFault(claimed, clocks);
  if (fault) throw refuse({ kind: "time", fault, signed: claimed.amzDateMs, now: clocks.worldMs });
  const bodyHash = sha256Hex(call.body);
  const stated = header(call, "x-amz-content-sha256");
  if (stated !== undefined && stated !== bodyHash && stated !== "UNSIGNED-PAYLOAD") throw refuse({ kind: "mismatch" });
  const signingKey = prepared.signingKey(scope.date);
  if (!signingKey || !verify(call, claimed, signingKey, { flavour: "other", bodyHash }).ok) {
    throw refuse({ kind: "mismatch" });
  }
  return prepared;
}

export function clocksOf(world: World): Clocks {
  return { worldMs: world.now(), hostMs: world.hostClock.now(), isStrict: world.isStrict() };
}
