// The client's side: signs a request in the header or in the query. The demo, the tests and the leg to a back end that
// wants its own signature use it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { type HttpRequest, splitTarget } from "@rolemint/wire/http";
import {
  ALGORITHM,
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
  type Flavour,
  queryPairs,
  scopeText,
  stringToSign,
} from "./canonical.ts";
import { amzDateOf } from "./date.ts";
import { encodeText } from "./encoding.ts";
import { deriveSigningKey, type Scope, type SigningKeyCache, signText } from "./key.ts";
import { EMPTY_SHA256, UNSIGNED_PAYLOAD } from "./payload.ts";

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  /** `s3` signs by S3's rules, every other name by those of the other services. */
  readonly service: string;
  /** Where to remember derived keys; without it each signature derives its own. */
  readonly keys?: SigningKeyCache;
}

export interface SignOptions {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** SHA-256 of the body in hexadecimal, or `UNSIGNED-PAYLOAD` or another mode of S3. */
  readonly payloadHash: string;
}

export interface PresignOptions {
  readonly timeMs: number;
  readonly expiresSeconds: number;
  /** Default: `UNSIGNED-PAYLOAD` for S3, the hash of nothing for other services. */
  readonly payloadHash?: string;
}

// Headers of one hop or that stacks on the way change, and those that the signature itself sets.
const UNSIGNED = new Set(
  `accept-encoding authorization connection content-length expect keep-alive te trailer transfer-encoding upgrade
   user-agent x-amzn-trace-id`.split(/\s+/),
);
const REPLACED = new Set(["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"]);

/**
 * The request with x-amz-date, x-amz-security-token, for S3 x-amz-content-sha256, and Authorization; those it had are
 * replaced. It must have its Host header. Throws for a target or a header that cannot be signed.
 */
export function signRequest(request: HttpRequest, signer: Signer, options: SignOptions): HttpRequest {
  const amzDate = amzDateOf(options.timeMs);
  const scope = scopeOf(signer, amzDate);
  const rawHeaders = request.rawHeaders.filter((_, i, all) => !REPLACED.has(all[i - (i % 2)]!.toLowerCase()));
  rawHeaders.push("x-amz-date", amzDate);
  if (signer.service === "s3") rawHeaders.push("x-amz-content-sha256", options.payloadHash);
  if (signer.sessionToken !== undefined) rawHeaders.push("x-amz-security-token", signer.sessionToken);
  const signedHeaders = signableHeaders(rawHeaders);
  const signed = { method: request.method, target: request.target, rawHeaders };
  const signature = signatureOf(signed, signer, scope, amzDate, signedHeaders, options.payloadHash);
  const credential = `${signer.accessKeyId}/${scopeText(scope)}`;
  rawHeaders.push(
    "authorization",
    `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`,
  );
  return signed;
}

/** The request with a presigned target; its headers (at least Host) must be sent along as they are. Throws as above. */
export function presignRequest(request: HttpRequest, signer: Signer, options: PresignOptions): HttpRequest {
  const amzDate = amzDateOf(options.timeMs);
  const scope = scopeOf(signer, amzDate);
  const signedHeaders = signableHeaders(request.rawHeaders);
  const unbound = signer.service === "s3" ? UNSIGNED_PAYLOAD : EMPTY_SHA256;
  const payloadHash = options.payloadHash ?? unbound;
  const parameters: [string, string][] = [
    ["X-Amz-Algorithm", ALGORITHM],
    ["X-Amz-Credential", `${signer.accessKeyId}/${scopeText(scope)}`],
    ["X-Amz-Date", amzDate],
    ["X-Amz-Expires", String(options.expiresSeconds)],
    ["X-Amz-SignedHeaders", signedHeaders.join(";")],
  ];
  if (signer.sessionToken !== undefined) parameters.push(["X-Amz-Security-Token", signer.sessionToken]);
  if (signer.service === "s3" && payloadHash !== unbound) parameters.push(["X-Amz-Content-Sha256", payloadHash]);
  const added = parameters.map(([name, value]) => `${name}=${encodeText(value)}`).join("&");
  const target = `${request.target}${request.target.includes("?") ? "&" : "?"}${added}`;
  const signature = signatureOf({ ...request, target }, signer, scope, amzDate, signedHeaders, payloadHash);
  return { ...request, target: `${target}&X-Amz-Signature=${signature}` };
}

function scopeOf(signer: Signer, amzDate: string): Scope {
  return { date: amzDate.slice(0, 8), region: signer.region, service: signer.service };
}

function signableHeaders(rawHeaders: readonly string[]): string[] {
  const names = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (!UNSIGNED.has(name)) names.add(name);
  }
  return [...names].sort();
}

function signatureOf(
  request: HttpRequest,
  signer: Signer,
  scope: Scope,
  amzDate: string,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const flavour: Flavour = signer.service === "s3" ? "s3" : "other";
  const path = canonicalPath(splitTarget(request.target).path, flavour);
  const pairs = queryPairs(request.target);
  const headers = canonicalHeaders(request.rawHeaders, signedHeaders, false);
  if (path === undefined || !pairs || !headers) throw new TypeError("the target or a header cannot be signed");
  if (headers.unsigned.length > 0) throw new TypeError(`not signed: ${headers.unsigned.join(", ")}`);
  const canonical = canonicalRequest({
    method: request.method,
    path,
    query: canonicalQuery(pairs),
    headerLines: headers.lines,
    signedHeaders,
    payloadHash,
  });
  const key = signer.keys?.signingKey(signer.secretAccessKey, scope) ?? deriveSigningKey(signer.secretAccessKey, scope);
  return signText(key, stringToSign(amzDate, scope, canonical));
}
