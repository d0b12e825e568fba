// Buckets as the world keeps them: the settings of a new one, and a policy with the unique ids of whom it names.
import { wholeSeconds } from "@rolemint/host";
import { isPublicPolicy } from "@rolemint/policy";
import { principalIdsOf, strangerIn } from "./bound-principals.ts";
import { BLOCKS_ALL, type Bucket } from "./rows.ts";
import type { World } from "./world.ts";

/** Not yet put. */
export function newBucket(world: World, accountId: string, name: string): Bucket {
  const created = wholeSeconds(world.now());
  return { accountId, name, region: world.region, created, publicAccessBlock: BLOCKS_ALL };
}

/** Why S3 does not take a well-formed policy for this bucket; undefined when it does. */
export function bucketPolicyProblem(
  world: World,
  bucket: Bucket,
  text: string,
): "invalid-principal" | "public-blocked" | undefined {
  if (strangerIn(world, text) !== undefined) return "invalid-principal";
  return bucket.publicAccessBlock?.BlockPublicPolicy && isPublicPolicy(text) ? "public-blocked" : undefined;
}

/** The bucket with this policy, for whoever bears the names in it now. */
export function withPolicy(world: World, bucket: Bucket, text: string): Bucket {
  return { ...bucket, policy: text, policyIds: principalIdsOf(world, text) };
}
