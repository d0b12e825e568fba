// The policy engine: reading and checking documents, deciding requests, wording refusals. Pure: it knows no account.
export { checkBucketPolicy, invalidBucketPrincipal } from "./bucket-grammar.ts";
export { BUCKET_NAME, bucketNameProblem, isNewBucketName } from "./bucket-name.ts";
export { keepCompiled, type PolicyCompiler } from "./compiled-cache.ts";
export { type Document, parseDocument, type Statement } from "./document.ts";
export { type CompiledPolicy, compilePolicy, type Decision, evaluate, type Policies } from "./evaluate.ts";
export { type Denial, explainDenial, type Service } from "./explain.ts";
export { checkIdentityPolicy } from "./identity-grammar.ts";
export type { Malformed } from "./malformed.ts";
export { wildcard } from "./pattern.ts";
export type { Principal, SignedPrincipal } from "./principal.ts";
export { isPublicPolicy } from "./public-policy.ts";
export type { PolicyKind, Request, StatementRef } from "./statement.ts";
export { checkTrustPolicy, invalidPrincipal } from "./trust-grammar.ts";
export { placedPrincipals, principalsOf, renamePrincipals } from "./trust-principals.ts";
export type { Context } from "./variables.ts";
