// The seam in one process: the authority answers straight from the world, by function call.
import type {
  Authority,
  BucketFacts,
  ChangeOrigin,
  EventRecord,
  InstanceView,
  ManagementCall,
} from "@rolemint/authority";
import type { RevisionSource } from "@rolemint/authority/revisions";
import { boundText, shownText } from "./bound-principals.ts";
import { bucketPolicyProblem, newBucket, withPolicy } from "./buckets.ts";
import { identify } from "./identify.ts";
import { strangerView, viewOf } from "./instance-view.ts";
import { instanceAt, instancesCalled } from "./instances.ts";
import type { Bucket, Instance } from "./rows.ts";
import { type ManagementCall as TrailCall, userIdentityOf, userNameOf } from "./trail.ts";
import type { World } from "./world.ts";

export function localAuthority(world: World): Authority & RevisionSource {
  const { buckets } = world.tables;
  return {
    async instance({ Name, Address }) {
      if (Address !== undefined) {
        const instance = instanceAt(world, Address);
        return { Instance: instance ? shownView(world, instance) : strangerView(world, Address) };
      }
      const [instance, ...others] = Name === undefined ? [] : instancesCalled(world, Name);
      return instance && others.length === 0 ? { Instance: shownView(world, instance) } : {};
    },
    identify: async (query) => identify(world, query),
    async bucket({ Name }) {
      const bucket = buckets.get(Name);
      return bucket && bucket.deleting === undefined ? { Bucket: factsOf(world, bucket) } : {};
    },
    async buckets({ AccountId }) {
      const owned = buckets.find("account", AccountId).filter((bucket) => bucket.deleting === undefined);
      return { Buckets: owned.map((bucket) => factsOf(world, bucket)).sort((a, b) => (a.Name < b.Name ? -1 : 1)) };
    },
    ...bucketChanges(world),
    async record({ Events, Dropped = 0 }) {
      world.note(Dropped > 0 ? [droppedEvent(world, Dropped), ...Events] : Events);
      world.faults.noted(Events);
      for (const event of Events)
        if (event.Management) world.trail.later(managementCall(world, event, event.Management));
      return {};
    },
    clock: () => ({ now: world.now(), strict: world.isStrict() }),
    faults: () => world.faults.active(),
    watch: (listener) => world.watch(listener),
    revision: () => world.revision(),
    clockLine: () => world.clockLine(),
  };
}

function shownView(world: World, instance: Instance): InstanceView {
  return world.faults.shown(instance, viewOf(world, instance));
}

/** What a full buffer lost, where it was lost. */
function droppedEvent(world: World, count: number): EventRecord {
  world.timeline.lose(count);
  const Message = `${count} events were dropped here: too many waited to be recorded`;
  return { Time: world.now(), Kind: "warning", Code: "EventsDropped", Message };
}

type BucketChanges = Pick<
  Authority,
  "createBucket" | "deleteBucket" | "putBucketPolicy" | "deleteBucketPolicy" | "putPublicAccessBlock"
>;

/** Each is in the trail if it changed something. */
function bucketChanges(world: World): BucketChanges {
  const { buckets } = world.tables;
  return {
    createBucket: async ({ Name, Caller }) =>
      world.change(() => {
        const there = buckets.get(Name);
        if (there) return { Outcome: there.accountId === Caller.Principal.AccountId ? "yours" : "taken" } as const;
        buckets.put(newBucket(world, Caller.Principal.AccountId, Name));
        recordBucketCall(world, "CreateBucket", Name, Caller);
        return { Outcome: "created" } as const;
      }),
    deleteBucket: async ({ Name, Step, Caller }) =>
      world.change(() => {
        const bucket = buckets.get(Name);
        if (!bucket) return {};
        if (Step !== "remove") {
          buckets.put({ ...bucket, deleting: Step === "mark" ? world.hostClock.now() : undefined });
        } else if (bucket.deleting !== undefined) {
          // Without a mark it is another bucket of that name: see `endDeletions`.
          buckets.remove(bucket);
          recordBucketCall(world, "DeleteBucket", Name, Caller);
        }
        return {};
      }),
    putBucketPolicy: async ({ Name, Policy, Caller }) =>
      world.change(() => {
        const bucket = buckets.get(Name);
        if (!bucket) return { Outcome: "no-bucket" } as const;
        const problem = bucketPolicyProblem(world, bucket, Policy);
        if (problem) return { Outcome: problem };
        buckets.put(withPolicy(world, bucket, Policy));
        recordBucketCall(world, "PutBucketPolicy", Name, Caller);
        return { Outcome: "stored" } as const;
      }),
    deleteBucketPolicy: async ({ Name, Caller }) =>
      world.change(() => {
        const bucket = buckets.get(Name);
        if (bucket) buckets.put({ ...bucket, policy: undefined, policyIds: undefined });
        if (bucket) recordBucketCall(world, "DeleteBucketPolicy", Name, Caller);
        return {};
      }),
    putPublicAccessBlock: async ({ Name, PublicAccessBlock, Caller }) =>
      world.change(() => {
        const bucket = buckets.get(Name);
        if (bucket) buckets.put({ ...bucket, publicAccessBlock: PublicAccessBlock });
        const verb = PublicAccessBlock ? "Put" : "Delete";
        if (bucket) recordBucketCall(world, `${verb}BucketPublicAccessBlock`, Name, Caller);
        return {};
      }),
  };
}

function factsOf(world: World, bucket: Bucket): BucketFacts {
  const { name, accountId, region, created, policy, policyIds = {}, publicAccessBlock } = bucket;
  return {
    Name: name,
    AccountId: accountId,
    Region: region,
    Created: created,
    Policy: policy && boundText(policy, policyIds),
    ShownPolicy: policy && shownText(world, policy, policyIds),
    PublicAccessBlock: publicAccessBlock,
  };
}

/** A change, in the transaction that makes it. */
function recordBucketCall(world: World, eventName: string, bucket: string, caller: ChangeOrigin): void {
  const { Principal, SourceIp, UserAgent, RequestId } = caller;
  const event = { Time: world.now(), Kind: "call", UserAgent, RequestId } as const;
  const call = { EventName: eventName, ReadOnly: false, Principal, SourceIp, BucketName: bucket };
  world.trail.add(managementCall(world, event, call));
}

function managementCall(world: World, event: EventRecord, call: ManagementCall): TrailCall {
  const { Principal, BucketName } = call;
  const Host = `s3.${world.region}.amazonaws.com`;
  return {
    time: event.Time,
    region: world.region,
    accountId: Principal.AccountId,
    eventSource: "s3.amazonaws.com",
    eventName: call.EventName,
    readOnly: call.ReadOnly,
    identity: userIdentityOf(Principal),
    userName: userNameOf(Principal),
    accessKeyId: Principal.AccessKeyId,
    sourceIp: call.SourceIp,
    userAgent: `[${event.UserAgent ?? ""}]`,
    requestId: event.RequestId ?? "",
    requestParameters: BucketName === undefined ? { Host } : { bucketName: BucketName, Host },
    additionalEventData: { SignatureVersion: "SigV4", AuthenticationMethod: "AuthHeader" },
    errorCode: event.Code,
    errorMessage: event.Code && call.ErrorMessage,
    resources: BucketName === undefined ? undefined : [{ type: "AWS::S3::Bucket", arn: `arn:aws:s3:::${BucketName}` }],
  };
}
