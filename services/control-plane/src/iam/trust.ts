// Trust policies as IAM takes them: grammar, then the principals, then the size.
import { checkTrustPolicy, invalidPrincipal, principalsOf } from "@rolemint/policy";
import { idOfPrincipal, lengthWithoutSpace, type World } from "@rolemint/world";

/** Characters of a trust policy without white space that IAM takes. */
const MAX_TRUST_CHARACTERS = 2048;

/** What IAM refuses about a trust policy, or undefined. */
export function trustPolicyProblem(
  world: World,
  text: string,
): { readonly code: "MalformedPolicyDocument" | "LimitExceeded"; readonly message: string } | undefined {
  const malformed = checkTrustPolicy(text);
  if (malformed) return { code: "MalformedPolicyDocument", message: malformed.message };
  const stranger = principalsOf(text).find((name) => isStranger(world, name));
  if (stranger !== undefined) {
    return { code: "MalformedPolicyDocument", message: invalidPrincipal(stranger).message };
  }
  if (lengthWithoutSpace(text) > MAX_TRUST_CHARACTERS) {
    return { code: "LimitExceeded", message: `Cannot exceed quota for ACLSizePerRole: ${MAX_TRUST_CHARACTERS}` };
  }
  return undefined;
}

/**
 * A user or role of this account that is not there, by ARN or by the unique id that a deleted one leaves behind.
 * Whether those of other accounts exist is not known here.
 */
function isStranger(world: World, name: string): boolean {
  const { users, roles } = world.tables;
  if (name.startsWith("AIDA")) return users.find("id", name).length === 0;
  if (name.startsWith("AROA")) return roles.find("id", name).length === 0;
  const isOwn = /^arn:aws:iam::\d{12}:(?:user|role)\//.test(name) && name.includes(`::${world.accountId}:`);
  return isOwn && !idOfPrincipal(world, name);
}
