// Policies passed when a session is made: they limit it, and count against a packed size.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
import { checkIdentityPolicy } from "@rolemint/policy";
import type { Tag } from "@rolemint/world";

const MAX_SESSION_POLICY_CHARACTERS = 2048;
const MAX_POLICY_ARNS = 10;

export function sessionPolicyProblem(
  policy: string | undefined,
  arns: readonly string[],
  exists: (arn: string) => boolean,
):
  | { readonly code: "MalformedPolicyDocument" | "ValidationError" | "PackedPolicyTooLarge"; readonly message: string }
  | undefined {
  if (arns.length > MAX_POLICY_ARNS) {
    const constraint = `Member must have length less than or equal to ${MAX_POLICY_ARNS}`;
    const message = `1 validation error detected: Value '[${arns.join(", ")}]' at 'policyArns' failed to satisfy constraint: ${constraint}`;
    return { code: "ValidationError", message };
  }
  const malformed = policy === undefined ? undefined : checkIdentityPolicy(policy, { managed: false });
  if (malformed) return { code: "MalformedPolicyDocument", message: malformed.message };
  const stranger = arns.find((arn) => !exists(arn));
  if (stranger !== undefined)
    return { code: "ValidationError", message: `Policy ${stranger} does not exist or is not attachable.` };
  return undefined;
}

/**
 * Percent of the packed limit. AWS's packing is not public: here a policy counts by its characters without white space
 * of 2,048, a policy ARN by its own length, tags by theirs. Undefined where nothing was passed.
 */
export function packedSize(
  policy: string | undefined,
  arns: readonly string[],
  tags: readonly Tag[],
): number | undefined {
  if (policy === undefined && arns.length === 0 && tags.length === 0) return undefined;
  const tagCharacters = tags.reduce((sum, { Key, Value }) => sum + Key.length + Value.length, 0);
  const characters = (policy ?? "").replace(/\s/g, "").length + arns.join("").length + tagCharacters;
  return Math.ceil((characters / MAX_SESSION_POLICY_CHARACTERS) * 100);
}
