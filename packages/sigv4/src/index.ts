// Signature Version 4, both ends: read a claim, verify it, judge its time, decode its body; sign.
export { ChunkChain } from "./chunk-chain.ts";
export { ChunkDecoder, type ChunkFault, type ChunkRules } from "./chunks.ts";
export { type BrokenClaim, type Claim, claim, type SignedClaim } from "./claim.ts";
export { amzDateOf } from "./date.ts";
export { type Diagnosis, diagnose, type Suspect } from "./diagnose.ts";
export type { ClaimFault } from "./fault.ts";
export { deriveSigningKey, type SigningKey, SigningKeyCache } from "./key.ts";
export { type ChunkedMode, EMPTY_SHA256, payloadMode, sha256Hex, UNSIGNED_PAYLOAD } from "./payload.ts";
export { type QueryCall, signedQuery } from "./query-call.ts";
export { presignRequest, signRequest } from "./sign.ts";
export { type Clocks, MAX_SKEW_MS, type TimeFault, timeFault } from "./time.ts";
export { type Refusal, type VerifyOptions, verify } from "./verify.ts";
