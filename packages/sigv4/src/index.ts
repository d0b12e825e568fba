// Signature Version 4, both ends: read a claim, verify it, judge its time, decode its body; sign.
export type { Flavour } from "./canonical.ts";
export { ChunkChain } from "./chunk-chain.ts";
export {
  type BodyEnd,
  ChunkDecoder,
  type ChunkFault,
  type ChunkOptions,
  type ChunkRules,
  type Decoded,
  MAX_SIGNED_CHUNK_BYTES,
  MIN_CHUNK_BYTES,
} from "./chunks.ts";
export {
  type BrokenClaim,
  type Claim,
  claim,
  type HeaderClaim,
  MAX_EXPIRES_SECONDS,
  type QueryClaim,
  type SignedClaim,
} from "./claim.ts";
export { amzDateOf, parseAmzDate } from "./date.ts";
export type { ClaimFault, ExpiresFault } from "./fault.ts";
export {
  deriveSigningKey,
  isSameSignature,
  type Scope,
  type SigningKey,
  SigningKeyCache,
  signingKeyFrom,
  signText,
} from "./key.ts";
export {
  type ChunkedMode,
  EMPTY_SHA256,
  isSha256Hex,
  type PayloadMode,
  payloadMode,
  sha256Hex,
  UNSIGNED_PAYLOAD,
} from "./payload.ts";
export { type PresignOptions, presignRequest, type Signer, type SignOptions, signRequest } from "./sign.ts";
export { type Clocks, MAX_SKEW_MS, type TimeFault, timeFault } from "./time.ts";
export { type Refusal, type Verification, type VerifyOptions, verify } from "./verify.ts";
