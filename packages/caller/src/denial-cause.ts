// What stands behind an error that a service words: the decision with its policies. It is tied to the error, so that
// only who explains refusals has to know of it, and nothing is worked out before.
import { type PolicyLook, policyPath } from "@rolemint/policy";
import type { Refused } from "./decide.ts";

const causes = new WeakMap<Error, Refused>();

/** The error itself, with the decision that it words. */
export function because<E extends Error>(error: E, refused: Refused): E {
  causes.set(error, refused);
  return error;
}

/** An error in other words than the one whose decision it rests on. */
export function likewise<E extends Error>(error: E, other: Error): E {
  const refused = causes.get(other);
  return refused ? because(error, refused) : error;
}

/** A decision as it is explained. */
export interface DenialDetail {
  readonly Action: string;
  readonly Resource: string;
  /** `explicitDeny`, or `implicitDeny` with the kind of policy that should have allowed. */
  readonly Effect: "explicitDeny" | "implicitDeny";
  readonly Missing?: string;
  readonly Policies: PolicyLook[];
}

/** What was decided where this error came from; undefined where it words no decision. */
export function denialBehind(error: Error): DenialDetail | undefined {
  const refused = causes.get(error);
  if (!refused) return undefined;
  const { request, denial, policies } = refused;
  return {
    Action: request.action,
    Resource: request.resource,
    Effect: denial.effect,
    ...(denial.effect === "implicitDeny" && { Missing: denial.reason.kind }),
    Policies: policyPath(request, policies, denial),
  };
}
