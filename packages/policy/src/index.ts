// The policy engine: reading and checking documents, deciding requests, wording refusals. Pure: it knows no account.
export { checkBucketPolicy, invalidBucketPrincipal } from "./bucket-grammar.ts";
export { isNewBucketName } from "./bucket-name.ts";
export { keepCompiled } from "./compiled-cache.ts";
export { parseDocument } from "./document.ts";
export { type CompiledPolicy, compilePolicy, type Decision, evaluate, type Policies } from "./evaluate.ts";
export { type Denial, explainDenial } from "./explain.ts";
export { checkIdentityPolicy } from "./identity-grammar.ts";
export type { Malformed } from "./malformed.ts";
export { type ConditionLook, type PolicyLook, policyPath, type StatementLook } from "./policy-path.ts";
export { isPublicPolicy } from "./public-policy.ts";
export type { Request } from "./statement.ts";
export { checkTrustPolicy, invalidPrincipal } from "./trust-grammar.ts";
export { placedPrincipals, principalsOf, renamePrincipals } from "./trust-principals.ts";
