// Every way in which a claim can be broken. Machine-readable: S3, IAM, STS and EC2 word the same fault differently.

export type ClaimFault =
  /** No path, a bad escape, or a character that no target may hold. */
  | { readonly reason: "malformed-target" }
  /** A query parameter or a header of authentication twice; a parameter of authentication in another case. */
  | { readonly reason: "duplicate-parameter" | "misspelled-parameter" | "duplicate-header"; readonly name: string }
  | { readonly reason: "two-mechanisms" | "two-tokens" | "two-payload-hashes" }
  | { readonly reason: "signature-v2" | "signature-v4a" | "unsupported-scheme" }
  /** `names` as AWS spells them: `X-Amz-Date`, `SignedHeaders`. */
  | { readonly reason: "missing-parameters" | "missing-components"; readonly names: readonly string[] }
  | { readonly reason: "malformed-authorization" | "malformed-credential" | "malformed-signed-headers" }
  | { readonly reason: "missing-date" }
  | { readonly reason: "unsupported-algorithm" | "malformed-date"; readonly given: string }
  | { readonly reason: "malformed-scope-date" | "wrong-terminal"; readonly given: string }
  | { readonly reason: "scope-date-differs"; readonly scopeDate: string; readonly amzDate: string }
  | { readonly reason: ExpiresFault; readonly given: string };

export type ExpiresFault = "expires-not-a-number" | "expires-not-positive" | "expires-too-long";
