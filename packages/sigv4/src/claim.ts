// What a request claims about its signature, before anything is verified: in the Authorization header, in the query
// (presigned), nothing, or something broken. Broken ones name their reason; each service words it in its own error.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
import type { HttpRequest } from "@rolemint/wire/http";
import { type Components, parseAuthorization, parseCredential, parseSignedHeaders } from "./authorization.ts";
import { ALGORITHM, canonicalQuery, type Flavour, type QueryPair, queryPairs } from "./canonical.ts";
import { amzDateOf, parseAmzDate, parseHttpDate } from "./date.ts";
import { decodeText } from "./encoding.ts";
import type { ClaimFault } from "./fault.ts";
import type { Scope } from "./key.ts";
import { UNSIGNED_PAYLOAD } from "./payload.ts";

interface Signed {
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** Lower case, in the order given. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261123T053000Z`, also when it came as an HTTP date. */
  readonly amzDate: string;
  readonly amzDateMs: number;
  /** The session token, not yet looked at. */
  readonly token: string | undefined;
  /** Header: x-amz-content-sha256 as given. Query, S3: what the body is bound to, `UNSIGNED-PAYLOAD` if nothing. */
  readonly payloadHash: string | undefined;
  /** The query of this request as it must have been signed. */
  readonly canonicalQuery: string;
}

export type HeaderClaim = Signed & { readonly kind: "header" };
export type QueryClaim = Signed & { readonly kind: "query"; readonly expiresSeconds: number };
export type SignedClaim = HeaderClaim | QueryClaim;

/** `mechanism`: where the fault stands, so that S3 can tell a malformed header from malformed parameters. */
export type BrokenClaim = { readonly kind: "broken"; readonly mechanism: "header" | "query" | "none" } & ClaimFault;

export type Claim = SignedClaim | { readonly kind: "none" } | BrokenClaim;

const MAX_EXPIRES_SECONDS = 604_800;
// Services other than S3 give a presigned request as long as a header signature, with X-Amz-Expires or without it:
// https://github.com/aws/aws-sdk-go/issues/2167
const OTHER_EXPIRES_SECONDS = 900;

/** Reads the claim. Never throws; a name twice, two mechanisms, another algorithm: all broken. */
export function claim(request: HttpRequest, flavour: Flavour): Claim {
  if (!request.target.startsWith("/")) return broken("none", { reason: "malformed-target" });
  const pairs = queryPairs(request.target);
  if (!pairs) return broken("none", { reason: "malformed-target" });
  const parameters = readParameters(pairs);
  if ("reason" in parameters) return broken("query", parameters);
  const headers = readHeaders(request);
  if ("reason" in headers) return broken("header", headers);

  const { authorization } = headers;
  const { isPresigned, isVersion2 } = parameters;
  const mechanisms = Number(authorization !== undefined) + Number(isPresigned) + Number(isVersion2);
  if (mechanisms > 1) return broken("header", { reason: "two-mechanisms" });
  if (isVersion2) return broken("query", { reason: "signature-v2" });
  if (authorization !== undefined) return headerClaim(authorization, headers, pairs);
  return isPresigned ? queryClaim(parameters, headers, pairs, flavour) : { kind: "none" };
}

function headerClaim(
  authorization: string,
  headers: SignatureHeaders,
  pairs: readonly QueryPair[],
): HeaderClaim | BrokenClaim {
  const scheme = authorization.split(" ", 1)[0]!;
  if (scheme === "AWS") return broken("header", { reason: "signature-v2" });
  if (scheme === "AWS4-ECDSA-P256-SHA256") return broken("header", { reason: "signature-v4a" });
  if (scheme !== ALGORITHM) return broken("header", { reason: "unsupported-scheme" });

  const dateText = headers.amzDate ?? headers.date;
  if (dateText === undefined) return broken("header", { reason: "missing-date" });
  const time = headers.amzDate === undefined ? parseDateHeader(dateText) : parseTime(dateText);
  if (!time) return broken("header", { reason: "malformed-date", given: dateText });

  const components = parseAuthorization(authorization.slice(scheme.length));
  if ("reason" in components) return broken("header", components);
  const signed = readSigned(components, time);
  if ("reason" in signed) return broken("header", signed);
  return {
    kind: "header",
    ...signed,
    token: headers.token,
    payloadHash: headers.payloadHash,
    canonicalQuery: canonicalQuery(pairs),
  };
}

function queryClaim(
  parameters: SignatureParameters,
  headers: SignatureHeaders,
  pairs: readonly QueryPair[],
  flavour: Flavour,
): QueryClaim | BrokenClaim {
  const { algorithm, credential, date, expires, signedHeaders, signature } = parameters;
  if (!algorithm || !credential || !date || !signedHeaders || !signature || (flavour === "s3" && !expires)) {
    return broken("query", { reason: "missing-parameters", names: missingParameters(parameters, flavour) });
  }
  if (algorithm === "AWS4-ECDSA-P256-SHA256") return broken("query", { reason: "signature-v4a" });
  if (algorithm !== ALGORITHM) return broken("query", { reason: "unsupported-algorithm", given: algorithm });
  const time = parseTime(date);
  if (!time) return broken("query", { reason: "malformed-date", given: date });
  const signed = readSigned({ credential, signedHeaders, signature }, time);
  if ("reason" in signed) return broken("query", signed);
  const asked = expires === undefined ? OTHER_EXPIRES_SECONDS : readExpires(expires);
  if (typeof asked === "object") return broken("query", asked);
  const expiresSeconds = flavour === "s3" ? asked : OTHER_EXPIRES_SECONDS;
  if (parameters.token !== undefined && headers.token !== undefined) return broken("query", { reason: "two-tokens" });

  // A header that the signature covers binds the body as the parameter does; one that it does not cover says nothing.
  const bound = signed.signedHeaders.includes("x-amz-content-sha256") ? headers.payloadHash : undefined;
  if (parameters.payloadHash !== undefined && bound !== undefined && bound !== parameters.payloadHash) {
    return broken("query", { reason: "two-payload-hashes" });
  }
  return {
    kind: "query",
    ...signed,
    expiresSeconds,
    token: parameters.token ?? headers.token,
    payloadHash: parameters.payloadHash ?? bound ?? (flavour === "s3" ? UNSIGNED_PAYLOAD : undefined),
    canonicalQuery: canonicalQuery(pairs),
  };
}

interface SigningTime {
  readonly amzDate: string;
  readonly amzDateMs: number;
}

function parseTime(text: string): SigningTime | undefined {
  const amzDateMs = parseAmzDate(text);
  return amzDateMs === undefined ? undefined : { amzDate: text, amzDateMs };
}

function parseDateHeader(text: string): SigningTime | undefined {
  const amzDateMs = parseHttpDate(text);
  return amzDateMs === undefined ? parseTime(text) : { amzDate: amzDateOf(amzDateMs), amzDateMs };
}

function readSigned(components: Components, time: SigningTime) {
  const credential = parseCredential(components.credential);
  if ("reason" in credential) return credential;
  const signedHeaders = parseSignedHeaders(components.signedHeaders);
  if (!signedHeaders) return { reason: "malformed-signed-headers" } as const;
  const { accessKeyId, scope } = credential;
  const { amzDate, amzDateMs } = time;
  if (!amzDate.startsWith(scope.date)) {
    return { reason: "scope-date-differs", scopeDate: scope.date, amzDate } as const;
  }
  return { accessKeyId, scope, signedHeaders, signature: components.signature, amzDate, amzDateMs };
}

function readExpires(given: string): number | ClaimFault {
  if (!/^-?\d+$/.test(given)) return { reason: "expires-not-a-number", given };
  const seconds = Number(given);
  if (seconds < 1) return { reason: "expires-not-positive", given };
  return seconds > MAX_EXPIRES_SECONDS ? { reason: "expires-too-long", given } : seconds;
}

interface SignatureParameters {
  readonly isPresigned: boolean;
  readonly isVersion2: boolean;
  readonly algorithm?: string;
  readonly credential?: string;
  readonly date?: string;
  readonly expires?: string;
  readonly signedHeaders?: string;
  readonly signature?: string;
  readonly token?: string;
  readonly payloadHash?: string;
}

const PARAMETERS = {
  "X-Amz-Algorithm": "algorithm",
  "X-Amz-Credential": "credential",
  "X-Amz-Date": "date",
  "X-Amz-Expires": "expires",
  "X-Amz-SignedHeaders": "signedHeaders",
  "X-Amz-Signature": "signature",
  "X-Amz-Security-Token": "token",
} as const satisfies Record<string, keyof SignatureParameters>;
const PARAMETER_NAMES = new Map<string, keyof typeof PARAMETERS>(
  (Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[]).map((name) => [name.toLowerCase(), name]),
);

/** The signature's own parameters. Of a name starting with x-amz-, the same in another case is the same name. */
function readParameters(pairs: readonly QueryPair[]): SignatureParameters | ClaimFault {
  const found: { -readonly [name in keyof SignatureParameters]: SignatureParameters[name] } = {
    isPresigned: false,
    isVersion2: false,
  };
  const seen = new Set<string>();
  let misspelled: ClaimFault | undefined;
  for (const pair of pairs) {
    const lower = pair.name.toLowerCase();
    const name = lower.startsWith("x-amz-") ? lower : pair.name;
    if (seen.has(name)) return { reason: "duplicate-parameter", name: pair.name };
    seen.add(name);
    if (pair.name === "Signature" || pair.name === "AWSAccessKeyId") found.isVersion2 = true;
    const own = PARAMETER_NAMES.get(lower);
    if (!own && lower !== "x-amz-content-sha256") continue;
    const value = decodeText(pair.value);
    if (value === undefined) return { reason: "malformed-target" };
    if (!own) {
      found.payloadHash = value;
      continue;
    }
    if (own !== pair.name) {
      misspelled ??= { reason: "misspelled-parameter", name: pair.name };
      continue;
    }
    found[PARAMETERS[own]] = value;
    found.isPresigned = true;
  }
  // Version 2 has a token in small letters: it is another version, not another spelling.
  return found.isVersion2 ? found : (misspelled ?? found);
}

function missingParameters(parameters: SignatureParameters, flavour: Flavour): string[] {
  return Object.entries(PARAMETERS)
    .filter(([, key]) => key !== "token" && (key !== "expires" || flavour === "s3") && !parameters[key])
    .map(([name]) => name);
}

interface SignatureHeaders {
  readonly authorization?: string;
  readonly amzDate?: string;
  readonly date?: string;
  readonly token?: string;
  readonly payloadHash?: string;
}

const HEADERS = new Map<string, keyof SignatureHeaders | "host">([
  ["host", "host"],
  ["authorization", "authorization"],
  ["date", "date"],
  ["x-amz-date", "amzDate"],
  ["x-amz-security-token", "token"],
  ["x-amz-content-sha256", "payloadHash"],
]);

/** The headers that say who signs and when: each may stand once, since HTTP stacks differ in which one they keep. */
function readHeaders(request: HttpRequest): SignatureHeaders | ClaimFault {
  const found: Partial<Record<keyof SignatureHeaders | "host", string>> = {};
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    const key = HEADERS.get(name);
    if (!key) continue;
    if (found[key] !== undefined) return { reason: "duplicate-header", name };
    found[key] = raw[i + 1]!;
  }
  return found;
}

function broken(mechanism: BrokenClaim["mechanism"], fault: ClaimFault): BrokenClaim {
  return { kind: "broken", mechanism, ...fault };
}
