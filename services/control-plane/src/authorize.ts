// Whether the caller may: every need of the action is decided, and the first that is not allowed is the answer.
import { callContext } from "@rolemint/authority";
import { because, type Caller, refusalOf } from "@rolemint/caller";
import { keepCompiled } from "@rolemint/policy";
import { parseArn, storedTrust, type World } from "@rolemint/world";
import type { CallOrigin, Need } from "./action.ts";
import type { Service } from "./service.ts";

const compile = keepCompiled(1000);

/** A role that does not exist trusts nobody; the caller is told no more than that it may not. */
const TRUSTS_NOBODY = '{"Version":"2012-10-17","Statement":[]}';

export function authorize(
  service: Service,
  needs: readonly Need[],
  caller: Caller,
  origin: CallOrigin & { readonly isSecure: boolean },
  world: World,
): void {
  if (needs.length === 0) return;
  const { sourceIp, userAgent, region: requestedRegion, isSecure } = origin;
  const call = { now: world.now(), sourceIp, userAgent, region: world.region, requestedRegion, isSecure };
  const context = callContext(caller.context, caller.principal, call);
  for (const need of needs) {
    const owner = parseArn(need.resource)?.account || world.accountId;
    // AWS's own policies are there for every account, as if they were its own.
    const resourceAccount = owner === "aws" ? caller.principal.AccountId : owner;
    const refused = refusalOf(caller, {
      action: need.action,
      resource: need.resource,
      resourceAccount,
      context: { ...context, "aws:resourceaccount": owner, ...need.context },
      trustPolicy: need.trust && trustPolicyOf(need.trust.role),
    });
    if (refused) throw because(service.denied(refused, world), refused);
  }
}

function trustPolicyOf(role: NonNullable<Need["trust"]>["role"]) {
  return compile("trust", role?.arn ?? "", role ? storedTrust(role) : TRUSTS_NOBODY);
}
