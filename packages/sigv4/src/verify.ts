// The verdict on a signature: coverage first, then the one comparison that counts, in constant time.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
import { type HttpRequest, splitTarget } from "@rolemint/wire/http";
import { canonicalHeaders, canonicalPath, canonicalRequest, stringToSign } from "./canonical.ts";
import type { SignedClaim } from "./claim.ts";
import { isSameSignature, type SigningKey, signText } from "./key.ts";
import { payloadMode } from "./payload.ts";

/** How the body is bound: S3 signs what x-amz-content-sha256 says, other services the SHA-256 of the body's bytes. */
export type VerifyOptions =
  | { readonly flavour: "s3" }
  | {
      readonly flavour: "other";
      /** Lower-case hexadecimal, of the bytes received. */
      readonly bodyHash: string;
    };

export type Verification =
  /** `signature` is also the seed of a chunk chain. */
  { readonly ok: true; readonly signature: string } | Refusal;

export type Refusal =
  /** The target or a header cannot be part of any signature. */
  | { readonly ok: false; readonly reason: "malformed-request" }
  /** `host` or x-amz-* headers that the signature does not cover. */
  | { readonly ok: false; readonly reason: "unsigned-headers"; readonly names: readonly string[] }
  /** S3: x-amz-content-sha256 is not there, or no value that S3 knows. */
  | { readonly ok: false; readonly reason: "missing-payload-hash" }
  | { readonly ok: false; readonly reason: "unknown-payload-hash"; readonly given: string }
  /** Another signature, or signed headers that the request lacks (`absent`); with what SignatureDoesNotMatch shows. */
  | {
      readonly ok: false;
      readonly reason: "mismatch";
      readonly absent: readonly string[];
      readonly canonicalRequest: string;
      readonly stringToSign: string;
    };

/**
 * Verifies the signature that `claim` (read from this very request) states. The time, the scope's region and service
 * and the session token are the caller's to judge; so is the body behind an S3 payload hash.
 */
export function verify(
  request: HttpRequest,
  claim: SignedClaim,
  signingKey: SigningKey,
  options: VerifyOptions,
): Verification {
  const { path: rawPath } = splitTarget(request.target);
  const path = canonicalPath(rawPath, options.flavour);
  const headers = canonicalHeaders(request.rawHeaders, claim.signedHeaders, claim.kind === "query");
  if (path === undefined || !headers || !/^[A-Za-z-]+$/.test(request.method)) {
    return { ok: false, reason: "malformed-request" };
  }
  if (headers.unsigned.length > 0) return { ok: false, reason: "unsigned-headers", names: headers.unsigned };
  const payloadHash = options.flavour === "s3" ? claim.payloadHash : options.bodyHash;
  if (payloadHash === undefined) return { ok: false, reason: "missing-payload-hash" };
  if (payloadMode(payloadHash) === undefined) return { ok: false, reason: "unknown-payload-hash", given: payloadHash };

  const { method } = request;
  const { signedHeaders, amzDate, scope } = claim;
  const parts = { method, path, query: claim.canonicalQuery, headerLines: headers.lines, signedHeaders, payloadHash };
  const canonical = canonicalRequest(parts);
  const toSign = stringToSign(amzDate, scope, canonical);
  if (headers.absent.length === 0) {
    if (isSameSignature(signText(signingKey, toSign), claim.signature)) return { ok: true, signature: claim.signature };
    // Some signers take the path as they send it. It decodes to the same key, so it binds the same object.
    if (options.flavour === "s3" && rawPath !== path) {
      const raw = stringToSign(amzDate, scope, canonicalRequest({ ...parts, path: rawPath }));
      if (isSameSignature(signText(signingKey, raw), claim.signature)) return { ok: true, signature: claim.signature };
    }
  }
  // Header bytes were carried as latin1; what is shown is the text that the client meant.
  const shown = Buffer.from(canonical, "latin1").toString("utf8");
  return { ok: false, reason: "mismatch", absent: headers.absent, canonicalRequest: shown, stringToSign: toSign };
}
