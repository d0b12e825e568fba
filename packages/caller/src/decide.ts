// One decision: may this caller do this action on this resource, given what the resource's own policy says.
import type { ConditionContext } from "@rolemint/authority";
import {
  type CompiledPolicy,
  type Decision,
  type Denial,
  evaluate,
  type Policies,
  type Request,
} from "@rolemint/policy";
import type { Caller } from "./caller.ts";

export interface Question {
  readonly action: string;
  /** ARN, or `*` for an action without a resource. */
  readonly resource: string;
  readonly resourceAccount: string;
  /** Everything conditions may look at, the caller's own keys included: see `callContext`. */
  readonly context: ConditionContext;
  readonly resourcePolicy?: CompiledPolicy | undefined;
  readonly trustPolicy?: CompiledPolicy | undefined;
}

/** A refusal with what was asked, as the services word it. */
export interface Refused {
  readonly request: Request;
  readonly denial: Denial;
  /** Those that were looked at. */
  readonly policies: Policies;
}

/** Undefined when it is allowed. */
export function refusalOf(caller: Caller, question: Question): Refused | undefined {
  const { action, resource, resourceAccount, context } = question;
  const request = { principal: caller.policyPrincipal, action, resource, resourceAccount, context };
  const policies: Policies = {
    identity: caller.identity,
    boundary: caller.boundary,
    session: caller.session,
    resource: question.resourcePolicy,
    trust: question.trustPolicy,
  };
  const decision: Decision = evaluate(request, policies);
  return decision.effect === "allow" ? undefined : { request, denial: decision, policies };
}
