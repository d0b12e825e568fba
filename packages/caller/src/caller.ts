// A caller: an identity that the authority vouched for, made ready once for many requests. Its policies are compiled,
// its signing keys imported, its condition keys worked out. Both the control plane and the S3 gate decide with it.
import { type ConditionContext, type Identity, type Principal, principalContext } from "@rolemint/authority";
import { type CompiledPolicy, keepCompiled, type Request } from "@rolemint/policy";
import { type SigningKey, signingKeyFrom } from "@rolemint/sigv4/key";

export interface Caller {
  readonly principal: Principal;
  /** The principal as policies name it. */
  readonly policyPrincipal: Request["principal"];
  readonly identity: readonly CompiledPolicy[];
  readonly boundary: CompiledPolicy | undefined;
  readonly session: readonly CompiledPolicy[];
  readonly context: ConditionContext;
  /** The key that verifies what was signed on that day, if it was handed out. */
  signingKey(date: string): SigningKey | undefined;
}

const compile = keepCompiled(2000);

/** Undefined when the authority's verdict is not `ok`. */
export function prepareCaller(identity: Identity): Caller | undefined {
  const { Principal } = identity;
  if (identity.Verdict !== "ok" || !Principal) return undefined;
  const keys = new Map(
    (identity.SigningKeys ?? []).map(({ Date: day, Key }) => [day, signingKeyFrom(Buffer.from(Key, "base64"))]),
  );
  const { IdentityPolicies = [], Boundary, SessionPolicies = [] } = identity;
  return {
    principal: Principal,
    policyPrincipal: {
      type: Principal.Type,
      accountId: Principal.AccountId,
      arn: Principal.Arn,
      principalArn: Principal.PrincipalArn,
      userId: Principal.UserId,
    },
    context: principalContext(Principal),
    identity: IdentityPolicies.map(({ Name, Text }) => compile("identity", Name, Text)),
    boundary: Boundary && compile("boundary", Boundary.Name, Boundary.Text),
    session: SessionPolicies.map(({ Name, Text }) => compile("session", Name, Text)),
    signingKey: (date) => keys.get(date),
  };
}
