// S3's words for everything that can be wrong with a signature. The header and the query parameters have their own
// codes for the same fault.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import type { Identity } from "@rolemint/authority";
import { type BrokenClaim, MAX_SKEW_MS, type Refusal, type SignedClaim, type TimeFault } from "@rolemint/sigv4";
import { AwsError } from "@rolemint/wire";
import type { Call } from "./call.ts";
import { invalidArgument, invalidRequest, s3Error, unknownPayloadHash } from "./errors.ts";

const IN_HEADER = "The authorization header is malformed; ";
const IN_QUERY = "Error parsing the X-Amz-Credential parameter; ";
const THREE_COMPONENTS =
  "the authorization header requires three components: Credential, SignedHeaders, and Signature.";
const MALFORMED_CREDENTIAL =
  'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';
const DATE_FORMAT = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"";

type Mechanism = BrokenClaim["mechanism"];

/** A fault inside the credential: the same words under two codes. */
function malformed(mechanism: Mechanism, text: string, members: Readonly<Record<string, string>> = {}): AwsError {
  return mechanism === "query"
    ? s3Error("AuthorizationQueryParametersError", members, IN_QUERY + text)
    : s3Error("AuthorizationHeaderMalformed", members, IN_HEADER + text);
}

function queryError(message?: string): AwsError {
  return s3Error("AuthorizationQueryParametersError", {}, message);
}

export function wordClaimFault(fault: BrokenClaim, call: Call): AwsError {
  const { mechanism } = fault;
  const authorization = call.headers.get("authorization") ?? "";
  switch (fault.reason) {
    case "malformed-target":
      return s3Error("InvalidURI", { URI: call.target.split("?", 1)[0]! });
    case "duplicate-parameter":
      return s3Error("InvalidArgument", { ArgumentName: fault.name }, "A query parameter may be given only once.");
    case "misspelled-parameter":
      return s3Error("InvalidArgument", { ArgumentName: fault.name }, "This parameter is spelled in another case.");
    case "duplicate-header":
      return s3Error("InvalidArgument", { ArgumentName: fault.name }, "This header may be given only once.");
    case "two-mechanisms":
      return invalidArgument(
        "Authorization",
        authorization,
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
      );
    case "two-tokens":
      return conflict("X-Amz-Security-Token");
    case "two-payload-hashes":
      return conflict("X-Amz-Content-Sha256");
    case "signature-v2":
      return invalidRequest(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
      );
    case "signature-v4a":
      return new AwsError("NotImplemented", 501, "AWS4-ECDSA-P256-SHA256 is not implemented by rolemint");
    case "unsupported-scheme":
      return invalidArgument("Authorization", authorization, "Unsupported Authorization Type");
    case "missing-parameters":
      return queryError();
    case "missing-components":
    case "malformed-authorization":
      return malformed("header", THREE_COMPONENTS);
    case "malformed-signed-headers":
      return mechanism === "query" ? queryError() : malformed("header", THREE_COMPONENTS);
    case "malformed-credential":
      return malformed(mechanism, MALFORMED_CREDENTIAL);
    case "missing-date":
      return s3Error("AccessDenied", {}, "AWS authentication requires a valid Date or x-amz-date header");
    case "malformed-date":
      return mechanism === "query"
        ? queryError(DATE_FORMAT)
        : s3Error("AccessDenied", {}, "AWS authentication requires a valid Date or x-amz-date header");
    case "unsupported-algorithm":
      return queryError('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
    case "malformed-scope-date":
      return malformed(
        mechanism,
        `incorrect date format "${fault.given}". This date in the credential must be in the format "yyyyMMdd".`,
      );
    case "wrong-terminal":
      return malformed(mechanism, `incorrect terminal "${fault.given}". This endpoint uses "aws4_request".`);
    case "scope-date-differs":
      return malformed(
        mechanism,
        `Invalid credential date "${fault.scopeDate}". This date is not the same as X-Amz-Date: "${fault.amzDate}".`,
      );
    case "expires-not-a-number":
      return queryError("X-Amz-Expires should be a number");
    case "expires-not-positive":
      return queryError("X-Amz-Expires must be non-negative");
    case "expires-too-long":
      return queryError(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
      );
  }
}

function conflict(name: string): AwsError {
  return s3Error("InvalidArgument", { ArgumentName: name }, "The header and the query parameter of this name differ.");
}

/** Undefined when the scope is that of this endpoint. SDKs read `Region` and sign again for it. */
export function wordScopeFault({ kind, scope }: SignedClaim, service: string, region: string): AwsError | undefined {
  if (scope.service !== service) {
    return malformed(kind, `incorrect service "${scope.service}". This endpoint belongs to "${service}".`);
  }
  if (scope.region !== region) {
    return malformed(kind, `the region '${scope.region}' is wrong; expecting '${region}'`, { Region: region });
  }
  return undefined;
}

export function wordTimeFault(fault: TimeFault, claimed: SignedClaim, worldMs: number): AwsError {
  switch (fault) {
    case "too-old":
    case "too-new":
      return s3Error("RequestTimeTooSkewed", {
        RequestTime: claimed.amzDate,
        ServerTime: isoSeconds(worldMs),
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      });
    case "not-yet-valid":
      return s3Error("AccessDenied", {}, "Request is not valid yet");
    case "expired": {
      const seconds = claimed.kind === "query" ? claimed.expiresSeconds : 0;
      const members = {
        "X-Amz-Expires": String(seconds),
        Expires: isoSeconds(claimed.amzDateMs + seconds * 1000),
        ServerTime: isoSeconds(worldMs),
      };
      return s3Error("AccessDenied", members, "Request has expired");
    }
  }
}

/** `ok` stands for a key of another day than the identity has: none that could verify. */
export function wordVerdict(verdict: Identity["Verdict"], claimed: SignedClaim): AwsError {
  switch (verdict) {
    case "ok":
    case "unknown-key":
    case "inactive-key":
    case "token-missing":
      return s3Error("InvalidAccessKeyId", { AWSAccessKeyId: claimed.accessKeyId });
    case "token-invalid":
      return s3Error("InvalidToken", { "Token-0": claimed.token ?? "" });
    case "token-expired":
      return s3Error("ExpiredToken", { "Token-0": claimed.token ?? "" });
  }
}

export function wordVerification(refusal: Refusal, claimed: SignedClaim): AwsError {
  switch (refusal.reason) {
    case "malformed-request":
      return s3Error("BadRequest");
    case "unsigned-headers":
      return s3Error(
        "AccessDenied",
        { HeadersNotSigned: refusal.names.join(", ") },
        "There were headers present in the request which were not signed",
      );
    case "missing-payload-hash":
      return invalidRequest("Missing required header for this request: x-amz-content-sha256");
    case "unknown-payload-hash":
      return unknownPayloadHash(refusal.given);
    case "mismatch":
      return s3Error("SignatureDoesNotMatch", {
        AWSAccessKeyId: claimed.accessKeyId,
        StringToSign: refusal.stringToSign,
        SignatureProvided: claimed.signature,
        StringToSignBytes: spacedBytes(refusal.stringToSign),
        CanonicalRequest: refusal.canonicalRequest,
        CanonicalRequestBytes: spacedBytes(refusal.canonicalRequest),
      });
  }
}

function spacedBytes(text: string): string {
  return Buffer.from(text)
    .toString("hex")
    .replace(/..(?!$)/g, "$& ");
}

/** `2026-11-23T05:30:00Z` */
export function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
