// IAM and STS: two services of the query protocol that word their refusals alike.
import { createHash } from "node:crypto";
import { amzDateOf, type ClaimFault, MAX_SKEW_MS } from "@rolemint/sigv4";
import {
  type Answer,
  AwsError,
  decodeQuery,
  describeViolations,
  encodeQuery,
  encodeQueryError,
  encodeQueryJson,
  encodeQueryJsonError,
  header,
  parseForm,
  splitTarget,
} from "@rolemint/wire";
import type { Asked, AuthenticationFault, IncomingCall, Service } from "./service.ts";

/** What IAM and STS do not share. */
export type QueryServiceParts = Pick<Service, "name" | "actions" | "isKnown" | "regions" | "denied" | "trailCode"> & {
  readonly xmlns: string;
  readonly version: string;
  /** IAM's messages of today leave the offending value out. */
  readonly quotesValues: boolean;
};

export function queryService(parts: QueryServiceParts): Service {
  return {
    ...parts,
    ask(call) {
      const asked = askForm(call, NO_VERSION, (action, form) => decodeQuery("query", action, form));
      if (asked.name !== "" && asked.version !== parts.version) throw unknownOperation(asked);
      return asked;
    },
    encode: (action, output, requestId, call) =>
      wantsJson(call)
        ? encodeQueryJson(action, output, requestId)
        : encodeQuery(action, output, parts.xmlns, requestId),
    encodeError: (error, requestId, call) => encodeError(error, requestId, call, parts.xmlns),
    unknownAction({ name, version }) {
      if (name === "")
        return new AwsError("MissingAction", 400, "The request is missing an action or a required parameter.");
      return unknownOperation({ name, version });
    },
    unauthenticated,
    malformed: ({ path, value, expected }) =>
      new AwsError("MalformedInput", 400, `The value '${value}' of ${path} is not ${article(expected)}`),
    unknownMember: ({ member }) => new AwsError("ValidationError", 400, `${member} is not a parameter`),
    invalid: (found) =>
      new AwsError("ValidationError", 400, describeViolations(found, { quoteValues: parts.quotesValues })),
  };
}

/** What AWS calls the version of a request that names none. */
const NO_VERSION = "NO_VERSION_SPECIFIED";

function unknownOperation({ name, version }: Pick<Asked, "name" | "version">): AwsError {
  return new AwsError("InvalidAction", 400, `Could not find operation ${name} for version ${version}`);
}

/** The parameters of a form: the body of a POST, the query of a GET. */
export function askForm(
  call: IncomingCall,
  defaultVersion: string,
  decode: (action: Parameters<Asked["decode"]>[0], form: ReturnType<typeof parseForm>) => Record<string, unknown>,
): Asked {
  const form = parseForm(call.method === "POST" ? call.body.toString("utf8") : withoutSignature(call.target));
  return {
    name: form.children.get("Action")?.value ?? "",
    version: form.children.get("Version")?.value ?? defaultVersion,
    decode: (action) => decode(action, form),
  };
}

/** The signature's own parameters are no members of any action. */
function withoutSignature(target: string): string {
  const pairs = splitTarget(target).query.split("&");
  return pairs
    .filter(
      (pair) => !/^X-Amz-(?:Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)=/.test(pair),
    )
    .join("&");
}

/** AWS answers clients that ask for JSON in JSON. */
function wantsJson(call: IncomingCall): boolean {
  return /^application\/json\b/.test(header(call, "accept") ?? "");
}

function encodeError(error: AwsError, requestId: string, call: IncomingCall, xmlns: string): Answer {
  if (wantsJson(call)) return encodeQueryJsonError(error, requestId);
  const faultXmlns = "http://webservices.amazon.com/AWSFault/2005-15-09";
  return encodeQueryError(error, error.code === "InvalidAction" ? faultXmlns : xmlns, requestId);
}

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
function unauthenticated(fault: AuthenticationFault): AwsError {
  switch (fault.kind) {
    case "unsigned":
      return new AwsError("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
    case "broken":
      return brokenClaim(fault.fault, fault.authorization);
    case "scope":
      return new AwsError("SignatureDoesNotMatch", 403, fault.text);
    case "unknown-key":
    case "inactive-key":
    case "token-missing":
    case "token-invalid":
      return new AwsError("InvalidClientTokenId", 403, "The security token included in the request is invalid.");
    case "token-expired":
      return new AwsError("ExpiredToken", 403, "The security token included in the request is expired");
    case "time":
      return new AwsError("SignatureDoesNotMatch", 403, timeText(fault));
    case "mismatch":
      return new AwsError("SignatureDoesNotMatch", 403, MISMATCH);
  }
}

/** `Signature expired: … is now earlier than … (… - 15 min.)` */
export function timeText(fault: Extract<AuthenticationFault, { kind: "time" }>): string {
  const [signed, now] = [amzDateOf(fault.signed), amzDateOf(fault.now)];
  const minutes = MAX_SKEW_MS / 60_000;
  if (fault.fault === "too-old" || fault.fault === "expired") {
    const limit = amzDateOf(fault.now - MAX_SKEW_MS);
    return `Signature expired: ${signed} is now earlier than ${limit} (${now} - ${minutes} min.)`;
  }
  const limit = amzDateOf(fault.now + MAX_SKEW_MS);
  return `Signature not yet current: ${signed} is still later than ${limit} (${now} + ${minutes} min.)`;
}

/** The wordings of AWS's common front, for every way in which an Authorization header can be broken. */
export function brokenClaim(fault: ClaimFault, authorization: string): AwsError {
  const hashed = createHash("sha256").update(authorization).digest("base64");
  const shown = `(Hashed with SHA-256 and encoded with Base64) Authorization=${hashed}`;
  const incomplete = (text: string) => new AwsError("IncompleteSignature", 400, text);
  const mismatch = (text: string) => new AwsError("SignatureDoesNotMatch", 403, text);
  switch (fault.reason) {
    case "missing-components":
    case "missing-parameters":
      return incomplete(
        `${fault.names.map((name) => `Authorization header requires '${name}' parameter.`).join(" ")} ${shown}`,
      );
    case "missing-date": {
      const text = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
      return incomplete(`${text} ${shown}`);
    }
    case "malformed-date":
      return incomplete(
        `Date must be in ISO-8601 'basic format'. Got '${fault.given}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      );
    case "malformed-scope-date":
      return mismatch(`Date in Credential scope has to be in the form YYYYMMDD, got '${fault.given}'.`);
    case "scope-date-differs": {
      const day = fault.amzDate.slice(0, 8);
      const text = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
      return mismatch(`${text}: '${fault.scopeDate}' != '${day}', from '${fault.amzDate}'.`);
    }
    case "wrong-terminal":
      return mismatch(`Credential should be scoped with a valid terminator: 'aws4_request', not '${fault.given}'.`);
    case "malformed-credential":
      return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term");
    case "expires-too-long":
    case "expires-not-positive":
    case "expires-not-a-number":
      return incomplete(`X-Amz-Expires must be a number of seconds from 1 to 604800, not '${fault.given}'`);
    case "unsupported-algorithm":
      return incomplete(`Unsupported AWS 'algorithm': '${fault.given}'. ${shown}`);
    case "malformed-target":
      return new AwsError("MalformedQueryString", 400, "The query string contains a syntax error");
    case "signature-v2":
    case "signature-v4a":
    case "unsupported-scheme":
      return incomplete(
        `The authorization mechanism of this request is not supported. Please use AWS4-HMAC-SHA256. ${shown}`,
      );
    case "duplicate-parameter":
    case "misspelled-parameter":
    case "duplicate-header":
      return incomplete(`'${fault.name}' is given twice or is misspelled. ${shown}`);
    case "two-mechanisms":
    case "two-tokens":
    case "two-payload-hashes":
      return incomplete(`The request is authenticated in two ways at once. ${shown}`);
    case "malformed-authorization":
    case "malformed-signed-headers":
      return incomplete(`The Authorization header is malformed. ${shown}`);
  }
}

function article(expected: string): string {
  return `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;
}
