// What conditions may look at in an S3 request: the keys of every call, and those of one operation. A key whose
// parameter or header is absent is absent too, as on AWS: an Allow that tests it then allows nothing. `s3:TlsVersion`
// is never there, since no TLS ends here.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
// https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
import { type ConditionContext, callContext, type Principal } from "@rolemint/authority";
import type { Call, Headers, Query } from "./call.ts";
import type { Asked, CopyOrigin, Gate, Signature } from "./gate.ts";

/** Stands in for a principal where only its instance is looked at: nobody runs on none. */
const NOBODY: Principal = {
  Type: "Account",
  AccountId: "",
  Arn: "",
  PrincipalArn: "",
  UserId: "",
  AccessKeyId: "",
  Tags: [],
  TransitiveTagKeys: [],
};
const NOBODYS_KEYS: ConditionContext = {
  "aws:principaltype": "Anonymous",
  "aws:userid": "anonymous",
  "aws:viaawsservice": "false",
  "aws:principalisawsservice": "false",
};

/** The keys that hang on the call and its signature, not on what it asks for. */
export function requestContext(gate: Gate, call: Call, signature: Signature): ConditionContext {
  const { caller, claim } = signature;
  const facts = {
    now: call.time,
    sourceIp: call.sourceIp,
    userAgent: call.headers.get("user-agent"),
    referer: call.headers.get("referer"),
    region: gate.region,
    isSecure: call.isSecure,
  };
  const context = callContext(caller?.context ?? NOBODYS_KEYS, caller?.principal ?? NOBODY, facts);
  const declaredHash = call.headers.get("x-amz-content-sha256");
  if (declaredHash !== undefined) context["s3:x-amz-content-sha256"] = declaredHash;
  if (!claim) return context;
  context["s3:signatureversion"] = "AWS4-HMAC-SHA256";
  context["s3:authtype"] = claim.kind === "header" ? "REST-HEADER" : "REST-QUERY-STRING";
  if (claim.kind === "query") context["s3:signatureage"] = String(signature.ageMs);
  return context;
}

/** Condition keys and where their values are. */
type Sources = Readonly<Record<string, string>>;

const LISTING = {
  "s3:prefix": "prefix",
  "s3:delimiter": "delimiter",
  "s3:max-keys": "max-keys",
} satisfies Sources;

const ACCESS_CONTROL = {
  "s3:x-amz-acl": "x-amz-acl",
  "s3:x-amz-grant-read": "x-amz-grant-read",
  "s3:x-amz-grant-write": "x-amz-grant-write",
  "s3:x-amz-grant-read-acp": "x-amz-grant-read-acp",
  "s3:x-amz-grant-write-acp": "x-amz-grant-write-acp",
  "s3:x-amz-grant-full-control": "x-amz-grant-full-control",
} satisfies Sources;

const CONDITIONAL = { "s3:if-match": "if-match", "s3:if-none-match": "if-none-match" } satisfies Sources;

const WRITING = {
  ...ACCESS_CONTROL,
  ...CONDITIONAL,
  "s3:x-amz-metadata-directive": "x-amz-metadata-directive",
  "s3:x-amz-server-side-encryption": "x-amz-server-side-encryption",
  "s3:x-amz-server-side-encryption-aws-kms-key-id": "x-amz-server-side-encryption-aws-kms-key-id",
  "s3:x-amz-server-side-encryption-customer-algorithm": "x-amz-server-side-encryption-customer-algorithm",
  "s3:x-amz-storage-class": "x-amz-storage-class",
  "s3:x-amz-website-redirect-location": "x-amz-website-redirect-location",
  "s3:x-amz-object-annotation-directive": "x-amz-object-annotation-directive",
  "s3:object-lock-mode": "x-amz-object-lock-mode",
  "s3:object-lock-retain-until-date": "x-amz-object-lock-retain-until-date",
  "s3:object-lock-legal-hold": "x-amz-object-lock-legal-hold",
} satisfies Sources;

const MAKING_BUCKET = {
  ...ACCESS_CONTROL,
  "s3:x-amz-object-ownership": "x-amz-object-ownership",
  "s3:x-amz-bucket-namespace": "x-amz-bucket-namespace",
} satisfies Sources;

function readSources(sources: Sources, values: Headers | Query): Record<string, string | readonly string[]> {
  const facts: Record<string, string | readonly string[]> = {};
  for (const [key, source] of Object.entries(sources)) {
    const value = values.get(source);
    if (value !== undefined) facts[key] = value;
  }
  return facts;
}

export function listingFacts({ query }: Asked): ConditionContext {
  return readSources(LISTING, query);
}

/** `createsObject`: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html */
export function writingFacts(createsObject: boolean): (asked: Asked) => ConditionContext {
  return ({ headers, source, call }) => {
    const facts = readSources(WRITING, headers);
    facts["s3:objectcreationoperation"] = String(createsObject);
    if (source) facts["s3:x-amz-copy-source"] = copySourceText(source);
    return { ...facts, ...tagFacts(headers.get("x-amz-tagging")), ...retentionFacts(headers, call.time) };
  };
}

export function deletingFacts({ headers, query }: Asked): ConditionContext {
  return { ...etagFacts(headers.get("if-match")), ...versionFacts({ query }) };
}

export function etagFacts(etag: string | undefined): ConditionContext {
  return etag === undefined ? {} : { "s3:if-match": etag };
}

export function versionFacts({ query }: Pick<Asked, "query">): ConditionContext {
  return versionFact(query.get("versionId"));
}

export function versionFact(versionId: string | undefined): ConditionContext {
  return versionId === undefined ? {} : { "s3:versionid": versionId };
}

export function makingBucketFacts(headers: Headers, location: string | undefined): ConditionContext {
  const facts = readSources(MAKING_BUCKET, headers);
  if (location !== undefined) facts["s3:locationconstraint"] = location;
  return facts;
}

/** As policies write it: bucket and key, decoded, without a leading slash. */
function copySourceText({ bucket, key, versionId }: CopyOrigin): string {
  return `${bucket.Name}/${key}${versionId === undefined ? "" : `?versionId=${versionId}`}`;
}

/** The header is a query of its own, with `+` for a space. */
function tagFacts(tagging: string | undefined): ConditionContext {
  if (tagging === undefined) return {};
  const facts: Record<string, string | string[]> = {};
  const keys: string[] = [];
  for (const [key, value] of new URLSearchParams(tagging)) {
    keys.push(key);
    facts[`s3:requestobjecttag/${key.toLowerCase()}`] = value;
  }
  facts["s3:requestobjecttagkeys"] = keys;
  return facts;
}

function retentionFacts(headers: Headers, now: number): ConditionContext {
  const until = Date.parse(headers.get("x-amz-object-lock-retain-until-date") ?? "");
  if (Number.isNaN(until)) return {};
  return { "s3:object-lock-remaining-retention-days": String(Math.ceil((until - now) / 86_400_000)) };
}
