// The seam in one process: the authority answers straight from the world, by function call.
import type { Authority, BucketFacts, Caller } from "@rolemint/authority";
import { wholeSeconds } from "@rolemint/host";
import { identify } from "./identify.ts";
import { viewOf } from "./instance-view.ts";
import type { Bucket } from "./rows.ts";
import { userIdentityOf, userNameOf } from "./trail.ts";
import type { World } from "./world.ts";

export function localAuthority(world: World): Authority {
  const { buckets, instances } = world.tables;
  return {
    async instance({ Name }) {
      const instance = Name === undefined ? undefined : instances.get(Name);
      return instance?.state === "running" ? { Instance: viewOf(world, instance) } : {};
    },
    identify: async (query) => identify(world, query),
    async bucket({ Name }) {
      const bucket = buckets.get(Name);
      return bucket && !bucket.deleting ? { Bucket: factsOf(bucket) } : {};
    },
    async buckets({ AccountId }) {
      const owned = buckets.find("account", AccountId).filter((bucket) => !bucket.deleting);
      return { Buckets: owned.map(factsOf).sort((a, b) => (a.Name < b.Name ? -1 : 1)) };
    },
    createBucket: async ({ Name, Caller }) =>
      world.change(() => {
        const there = buckets.get(Name);
        if (there) return { Outcome: there.accountId === Caller.Principal.AccountId ? "yours" : "taken" } as const;
        const { AccountId: accountId } = Caller.Principal;
        buckets.put({ accountId, name: Name, region: world.region, created: wholeSeconds(world.now()) });
        recordBucketCall(world, "CreateBucket", Name, Caller);
        return { Outcome: "created" } as const;
      }),
    deleteBucket: async ({ Name, Step, Caller }) =>
      world.change(() => {
        const bucket = buckets.get(Name);
        if (!bucket) return {};
        if (Step === "remove") buckets.remove(bucket);
        else buckets.put({ ...bucket, deleting: Step === "mark" ? true : undefined });
        if (Step === "remove") recordBucketCall(world, "DeleteBucket", Name, Caller);
        return {};
      }),
    putBucketPolicy: async ({ Name, Policy, Caller }) =>
      world.change(() => {
        const bucket = buckets.get(Name);
        if (bucket) buckets.put({ ...bucket, policy: Policy });
        if (bucket) recordBucketCall(world, "PutBucketPolicy", Name, Caller);
        return {};
      }),
    deleteBucketPolicy: async ({ Name, Caller }) =>
      world.change(() => {
        const bucket = buckets.get(Name);
        if (bucket) buckets.put({ ...bucket, policy: undefined });
        if (bucket) recordBucketCall(world, "DeleteBucketPolicy", Name, Caller);
        return {};
      }),
    async record({ Events }) {
      world.note(Events);
      return {};
    },
    clock: () => ({ now: world.now(), strict: world.strictClock }),
    watch: (listener) => world.watch(listener),
  };
}

function factsOf(bucket: Bucket): BucketFacts {
  const { name, accountId, region, created, policy } = bucket;
  return { Name: name, AccountId: accountId, Region: region, Created: created, Policy: policy };
}

function recordBucketCall(world: World, eventName: string, bucket: string, caller: Caller): void {
  const { Principal, SourceIp, UserAgent, RequestId } = caller;
  world.trail.add({
    time: world.now(),
    region: world.region,
    accountId: Principal.AccountId,
    eventSource: "s3.amazonaws.com",
    eventName,
    readOnly: false,
    identity: userIdentityOf(Principal),
    userName: userNameOf(Principal),
    accessKeyId: Principal.AccessKeyId,
    sourceIp: SourceIp,
    userAgent: `[${UserAgent ?? ""}]`,
    requestId: RequestId,
    requestParameters: { bucketName: bucket, Host: `s3.${world.region}.amazonaws.com` },
    resources: [{ type: "AWS::S3::Bucket", arn: `arn:aws:s3:::${bucket}` }],
  });
}
