// Whether the caller may: every need of the operation is decided, and the first that is not allowed is the answer.
// What an operation finds out only later (a key in a body, a missing object) it decides with the same function.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
import type { BucketFacts, ConditionContext, Principal } from "@rolemint/authority";
import { because, refusalOf } from "@rolemint/caller";
import { evaluate, explainDenial } from "@rolemint/policy";
import type { AwsError } from "@rolemint/wire";
import { bucketPolicyOf, keepsOut } from "./buckets.ts";
import { versionFact } from "./context.ts";
import { s3Error } from "./errors.ts";
import type { Asked } from "./gate.ts";
import type { Need, When } from "./operation.ts";

const asksFor = {
  version: ({ query }) => query.has("versionId"),
  "no version": ({ query }) => !query.has("versionId"),
  "source version": ({ source }) => source?.versionId !== undefined,
  "no source version": ({ source }) => source?.versionId === undefined,
  acl: ({ headers }) => {
    const acl = headers.get("x-amz-acl");
    const grants = [...headers.keys()].some((name) => name.startsWith("x-amz-grant-"));
    return grants || (acl !== undefined && acl !== "private");
  },
  tagging: ({ headers }) => headers.has("x-amz-tagging"),
  retention: ({ headers }) =>
    headers.has("x-amz-object-lock-mode") || headers.has("x-amz-object-lock-retain-until-date"),
  "legal hold": ({ headers }) => headers.has("x-amz-object-lock-legal-hold"),
  bypass: ({ headers }) => isTrue(headers.get("x-amz-bypass-governance-retention")),
  "object lock": ({ headers }) => isTrue(headers.get("x-amz-bucket-object-lock-enabled")),
  ownership: ({ headers }) => headers.has("x-amz-object-ownership"),
  "if match": ({ headers }) => headers.has("if-match"),
  etag: ({ headers }) => comparesEtag(headers.get("if-match")),
} satisfies Record<When, (asked: Asked) => boolean>;

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === "true";
}

/** Whether a condition on a deletion tells what the object is, and not only that it is there. */
export function comparesEtag(etag: string | undefined): boolean {
  return etag !== undefined && etag.trim() !== "*";
}

/**
 * Some requests S3 takes with a signature only; conditional writes are among them where no TLS is.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
function refuseAnonymous({ signature, operation, call, headers }: Asked): void {
  if (signature.caller) return;
  const message = operation.served?.refusesAnonymous;
  const isWrite = call.method === "PUT" || call.method === "POST";
  const isConditional = isWrite && (headers.has("if-match") || headers.has("if-none-match"));
  if (message !== undefined || isConditional) throw s3Error("AccessDenied", {}, message);
}

/** Throws AccessDenied for the first need that is refused. */
export async function authorize(asked: Asked): Promise<void> {
  refuseAnonymous(asked);
  const given = asked.operation.served?.facts?.(asked);
  const facts = given instanceof Promise ? await given : given;
  for (const need of asked.operation.needs) {
    if (need.when !== undefined && !asksFor[need.when](asked)) continue;
    const refused = decideNeed(asked, need, facts);
    if (refused) throw refused;
  }
}

function decideNeed(asked: Asked, { on, action }: Need, facts: ConditionContext | undefined): AwsError | undefined {
  const { address, bucket, source, operation } = asked;
  switch (on) {
    case "service":
      // Policies allow ListAllMyBuckets on `*` or on `arn:aws:s3:::*`: this name matches both.
      return refusal(asked, action, "arn:aws:s3:::*", undefined);
    case "bucket":
      return refusal(asked, action, bucketArn(address.bucket), bucket, facts);
    case "object":
      return refusal(asked, action, objectArn(address.bucket, address.key), bucket, facts);
    case "source":
      return refusal(
        asked,
        action,
        objectArn(source!.bucket.Name, source!.key),
        source!.bucket,
        versionFact(source!.versionId),
      );
    case "each key":
      return undefined;
    case "named in the body":
    case "elsewhere":
      throw new Error(`${operation.name} is served, but nobody decides ${action}`);
  }
}

/** The owner's root user always may these, so that no policy can lock everybody out: see API_PutBucketPolicy. */
const NEVER_LOCKED = new Set(["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]);

function isNeverLocked(action: string, { Type, AccountId }: Principal, owner: string): boolean {
  return NEVER_LOCKED.has(action) && Type === "Account" && AccountId === owner;
}

/** Undefined when it is allowed, otherwise the answer. Without a bucket the caller's own account is the resource's. */
export function refusal(
  asked: Asked,
  action: string,
  resource: string,
  bucket: BucketFacts | undefined,
  facts?: ConditionContext,
): AwsError | undefined {
  const { caller } = asked.signature;
  if (bucket && keepsOut(bucket, caller?.principal.AccountId)) return s3Error("AccessDenied");
  const resourceAccount = bucket?.AccountId ?? caller?.principal.AccountId ?? "";
  const context = {
    ...asked.context,
    ...facts,
    "aws:resourceaccount": resourceAccount,
    "s3:resourceaccount": resourceAccount,
  };
  const resourcePolicy = bucket && bucketPolicyOf(bucket);
  if (!caller) {
    const request = { principal: { type: "Anonymous" } as const, action, resource, resourceAccount, context };
    const policies = { resource: resourcePolicy };
    const decision = evaluate(request, policies);
    if (decision.effect === "allow") return undefined;
    return because(s3Error("AccessDenied"), { request, denial: decision, policies });
  }
  if (isNeverLocked(action, caller.principal, resourceAccount)) return undefined;
  const refused = refusalOf(caller, { action, resource, resourceAccount, context, resourcePolicy });
  if (!refused) return undefined;
  return because(s3Error("AccessDenied", {}, explainDenial("s3", refused.request, refused.denial)), refused);
}

export function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}
