// Buckets as the authority knows them: found, owned, and with their policy compiled once for as long as it stands.
import type { BucketFacts, ChangeOrigin } from "@rolemint/authority";
import { type CompiledPolicy, compilePolicy, isPublicPolicy } from "@rolemint/policy";
import { sha256Hex } from "@rolemint/sigv4";
import { s3Error } from "./errors.ts";
import type { Asked, Gate } from "./gate.ts";

const compiled = new WeakMap<BucketFacts, CompiledPolicy>();
const restricted = new WeakMap<BucketFacts, boolean>();

export function bucketPolicyOf(bucket: BucketFacts): CompiledPolicy | undefined {
  if (bucket.Policy === undefined) return undefined;
  const known = compiled.get(bucket);
  if (known) return known;
  const policy = compilePolicy({ kind: "resource", name: bucket.Name, text: bucket.Policy });
  compiled.set(bucket, policy);
  return policy;
}

/** RestrictPublicBuckets: a public policy, all of it, lets in nobody but the owner's account. */
export function keepsOut(bucket: BucketFacts, accountId: string | undefined): boolean {
  const { Policy, PublicAccessBlock, AccountId } = bucket;
  if (!PublicAccessBlock?.RestrictPublicBuckets || Policy === undefined || accountId === AccountId) return false;
  const known = restricted.get(bucket) ?? isPublicPolicy(Policy);
  restricted.set(bucket, known);
  return known;
}

/** Throws NoSuchBucket, also for one that is being deleted. S3 tells anyone that a bucket is not there. */
export async function findBucket(gate: Gate, name: string): Promise<BucketFacts> {
  const found = gate.known.bucket(name);
  const bucket = found instanceof Promise ? await found : found;
  if (bucket) return bucket;
  throw s3Error("NoSuchBucket", { BucketName: name });
}

/** A bucket may go while a body is on its way into it; then the object goes with it. Throws NoSuchBucket. */
export async function refuseGoneBucket({ gate, address }: Asked): Promise<void> {
  if (await gate.known.bucket(address.bucket)) return;
  await gate.backend.delete(address.bucket, address.key);
  throw s3Error("NoSuchBucket", { BucketName: address.bucket });
}

/** `x-amz-expected-bucket-owner` guards against a bucket that changed hands. */
export function refuseOtherOwner({ headers, bucket, source }: Asked): void {
  const expected = headers.get("x-amz-expected-bucket-owner");
  const expectedOfSource = headers.get("x-amz-source-expected-bucket-owner");
  const isOther = expected !== undefined && bucket !== undefined && bucket.AccountId !== expected;
  const isSourceOther =
    expectedOfSource !== undefined && source !== undefined && source.bucket.AccountId !== expectedOfSource;
  if (isOther || isSourceOther) throw s3Error("AccessDenied");
}

/** Who changes something, for the trail. Nobody may, whatever a policy says. */
export function callerOf({ signature, call }: Asked): ChangeOrigin {
  const Principal = signature.caller?.principal;
  if (!Principal) throw s3Error("AccessDenied");
  const UserAgent = call.headers.get("user-agent");
  return {
    Principal,
    SourceIp: call.sourceIp,
    RequestId: call.requestId,
    ...(UserAgent !== undefined && { UserAgent }),
  };
}

/** Only the owner's account has to do with a bucket's policy, even when the policy lets others in. */
export function refuseStranger({ signature, bucket, call }: Asked): void {
  if (signature.caller?.principal.AccountId === bucket!.AccountId) return;
  throw s3Error("MethodNotAllowed", { Method: call.method, ResourceType: "BUCKETPOLICY" });
}

/**
 * The canonical user id that S3 shows as owner and initiator: 64 hexadecimal digits, the same for an account
 * always.
 */
export function canonicalUserId(accountId: string): string {
  const known = canonicalIds.get(accountId) ?? sha256Hex(`canonical user of ${accountId}`);
  if (canonicalIds.size < 1000) canonicalIds.set(accountId, known);
  return known;
}
const canonicalIds = new Map<string, string>();
