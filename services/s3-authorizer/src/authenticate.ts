// Who signed: claim, scope, time, the key behind it, the signature; in the order in which S3 answers. A request
// without a signature is nobody's, which only a bucket policy can let in.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
import type { Identity, Principal } from "@rolemint/authority";
import { type Claim, type Clocks, claim, payloadMode, type SignedClaim, timeFault, verify } from "@rolemint/sigv4";
import {
  wordClaimFault,
  wordScopeFault,
  wordTimeFault,
  wordVerdict,
  wordVerification,
} from "./authentication-errors.ts";
import type { Call } from "./call.ts";
import { invalidRequest, unknownPayloadHash } from "./errors.ts";
import type { Gate, Signature } from "./gate.ts";

const SERVICE = "s3";

/** Who a request says it is from, as far as that is known: for its event, also when it is refused. */
export interface Claimant {
  accessKeyId?: string;
  principal?: Principal | undefined;
  /** What the authority says of the key. */
  verdict?: Identity["Verdict"];
}

/** Fills `claimant` as it goes. Throws S3's refusal. */
export async function authenticate(gate: Gate, call: Call, claimant: Claimant): Promise<Signature> {
  const claimed: Claim = claim(call, "s3");
  if (claimed.kind === "none") return anonymous(call);
  if (claimed.kind === "broken") throw wordClaimFault(claimed, call);
  const { scope, accessKeyId, token } = claimed;
  claimant.accessKeyId = accessKeyId;
  const scopeFault = wordScopeFault(claimed, SERVICE, gate.region);
  if (scopeFault) throw scopeFault;
  const clocks = clocksOf(gate);
  const late = timeFault(claimed, clocks);
  if (late) throw wordTimeFault(late, claimed, clocks.worldMs);
  const query = {
    AccessKeyId: accessKeyId,
    Token: token,
    Date: scope.date,
    Region: scope.region,
    Service: scope.service,
  };
  const known = gate.known.identity(query);
  const { identity, prepared } = known instanceof Promise ? await known : known;
  claimant.principal = identity.Principal;
  claimant.verdict = identity.Verdict;
  const key = prepared?.signingKey(scope.date);
  if (!prepared || !key) throw wordVerdict(identity.Verdict, claimed);
  const verification = verify(call, claimed, key, { flavour: "s3" });
  if (!verification.ok) throw wordVerification(verification, claimed);
  return { caller: prepared, claim: claimed, key, payloadHash: claimed.payloadHash, ageMs: ageOf(claimed, clocks) };
}

export function clocksOf(gate: Gate): Clocks {
  const { now, strict } = gate.authority.clock();
  return { worldMs: now, hostMs: gate.hostNow(), isStrict: strict };
}

/** By the clock on which the signature is good; one dated a little ahead is new. */
function ageOf(claimed: SignedClaim, clocks: Clocks): number {
  const isByWorld = timeFault(claimed, { ...clocks, isStrict: true }) === undefined;
  return Math.max((isByWorld ? clocks.worldMs : clocks.hostMs) - claimed.amzDateMs, 0);
}

/** Nobody has no key with which chunks could be signed. */
function anonymous(call: Call): Signature {
  const payloadHash = call.headers.get("x-amz-content-sha256");
  const mode = payloadHash === undefined ? "unsigned" : payloadMode(payloadHash);
  if (mode === undefined) throw unknownPayloadHash(payloadHash ?? "");
  if (mode !== "unsigned" && mode !== "sha256" && mode !== "unsigned-trailer") {
    throw invalidRequest(
      "Anonymous requests don't support this x-amz-content-sha256 value. Please use UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER.",
    );
  }
  return { caller: undefined, claim: undefined, key: undefined, payloadHash, ageMs: 0 };
}
