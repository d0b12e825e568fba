// The order in which the gate looks at a request, one line a step: AWS's own order of errors. Nothing is asked of a
// back end, and no byte of a body is read, before its caller is known and may.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
import type { EventRecord } from "@rolemint/authority";
import { SeamError } from "@rolemint/authority/remote-protocol";
import { refusalText } from "@rolemint/caller";
import { Refusal } from "@rolemint/object-store";
import { AwsError } from "@rolemint/wire";
import { presignedHeaders, refuseUnknown } from "./accepted.ts";
import { type Address, readAddress } from "./address.ts";
import { authenticate, type Claimant, clocksOf } from "./authenticate.ts";
import { authorize, bucketArn, objectArn } from "./authorize.ts";
import { bodyReader } from "./body.ts";
import { findBucket, refuseOtherOwner } from "./buckets.ts";
import { type Call, type Query, type Reply, readQuery } from "./call.ts";
import { requestContext } from "./context.ts";
import { findCopyOrigin } from "./copy-source.ts";
import { errorReply, s3Error } from "./errors.ts";
import { authenticateUnderFaults } from "./faults.ts";
import type { Asked, Gate, Signature } from "./gate.ts";
import { type Operation, refuseUnserved, type Served } from "./operation.ts";
import { route } from "./operations.ts";
import { answerRefusal } from "./refusals.ts";

/** What is known of a request so far, for the event that is recorded whatever happens. */
interface Progress {
  address?: Address;
  operation?: Operation;
  readonly claimant: Claimant;
}

/** The answer to a request. Never rejects. */
export async function respond(gate: Gate, call: Call): Promise<Reply> {
  const progress: Progress = { claimant: {} };
  try {
    const address = readAddress(call.target, call.headers.get("host"), gate.bucketOfHost);
    progress.address = address;
    const query = readQuery(call.target);
    const operation = route(call.method, call.target, address, query, call.headers);
    progress.operation = operation;
    refuseUnserved(operation);
    const signature = gate.injector.isIdle()
      ? await authenticate(gate, call, progress.claimant)
      : await authenticateUnderFaults(gate, call, progress.claimant, operation.name, query);
    const asked = await understand(gate, call, address, query, operation, signature);
    await authorize(asked);
    refuseOtherOwner(asked);
    refuseUnknown(operation.served, query, asked.headers, signature.claim?.kind === "query");
    if (operation.served.body === "none") asked.body.refuseAny();
    const reply = await answer(operation.served, asked);
    record(gate, call, progress, reply.status);
    return reply;
  } catch (thrown) {
    const error = thrown instanceof AwsError ? thrown : unexpected(gate, call, thrown, "InternalError");
    return refuse(gate, call, error, progress);
  }
}

/** The answer to a request that is refused, which is recorded too. */
export function refuse(gate: Gate, call: Call, error: AwsError, progress: Progress = { claimant: {} }): Reply {
  record(gate, call, progress, error.status, error);
  return errorReply(error, call.method, call.requestId, gate.hostId);
}

/** The request with all that it names looked up. */
async function understand(
  gate: Gate,
  call: Call,
  address: Address,
  query: Query,
  operation: Operation & { readonly served: Served },
  signature: Signature,
): Promise<Asked> {
  const { claim } = signature;
  const headers = claim?.kind === "query" ? presignedHeaders(call.headers, query) : call.headers;
  const needsBucket = operation.on !== "service" && !operation.served.anyBucket;
  const { allowsSmallChunks } = gate;
  return {
    gate,
    call,
    operation,
    address,
    query,
    headers,
    signature,
    bucket: needsBucket ? await findBucket(gate, address.bucket) : undefined,
    source: operation.served.copies ? await findCopyOrigin(gate, headers) : undefined,
    context: requestContext(gate, call, signature),
    body: bodyReader({ body: call.body, headers, signature, allowsSmallChunks }),
  };
}

/** What a back end refuses is worded; what it fails at is a reason to come again. */
async function answer(served: Served, asked: Asked): Promise<Reply> {
  try {
    return await served.answer(asked);
  } catch (thrown) {
    if (thrown instanceof Refusal) return answerRefusal(asked, thrown);
    throw thrown instanceof AwsError ? thrown : unexpected(asked.gate, asked.call, thrown, "SlowDown");
  }
}

/** A control plane that is away is a reason to come again, too; who follows it says so in the log, once. */
function unexpected(gate: Gate, call: Call, thrown: unknown, code: "InternalError" | "SlowDown"): AwsError {
  if (thrown instanceof SeamError && thrown.reason !== "too-large") return s3Error("SlowDown");
  gate.unexpected(thrown, call.requestId);
  return s3Error(code);
}

const TEXT_BOUND = 512;

/** The request in the timeline, and, where it is a management call that changed nothing, in the trail. */
function record(gate: Gate, call: Call, progress: Progress, status: number, error?: AwsError): void {
  const { address, operation, claimant } = progress;
  const { principal } = claimant;
  const event: EventRecord = {
    Time: call.time,
    Kind: error ? "refusal" : "call",
    Instance: principal?.InstanceId,
    Generation: principal?.Generation,
    AccessKeyId: claimant.accessKeyId,
    Service: "s3",
    Action: operation?.name,
    Resource: address && resourceOf(address),
    Status: status,
    Code: error?.code,
    RequestId: call.requestId,
    UserAgent: call.headers.get("user-agent")?.slice(0, TEXT_BOUND),
    Message: error?.message.slice(0, TEXT_BOUND),
    Management: managementOf(call, progress, error),
    Refusal: error && refusalOf(gate, call, claimant, error),
  };
  gate.record(event);
}

/** A request that was refused because it could not be read: nobody knows whose it was. */
export function recordUnread(gate: Gate, error: AwsError, { time, requestId }: Pick<Call, "time" | "requestId">): void {
  gate.record({
    Time: time,
    Kind: "refusal",
    Service: "s3",
    Status: error.status,
    Code: error.code,
    RequestId: requestId,
    Message: error.message,
    Refusal: refusalText(error, { Flavour: "s3", Clocks: clocksOf(gate) }),
  });
}

/** What `rolemint explain` needs of a refusal. */
function refusalOf(gate: Gate, call: Call, { principal, verdict }: Claimant, error: AwsError): string {
  const { method, target, rawHeaders } = call;
  return refusalText(error, {
    Flavour: "s3",
    Request: { Method: method, Target: target, RawHeaders: rawHeaders },
    Clocks: clocksOf(gate),
    Verdict: verdict,
    Principal: principal,
  });
}

/** Bucket-level operations that CloudTrail takes for data events. */
const DATA_EVENTS = new Set(["HeadBucket", "ListObjects", "ListObjectsV2", "ListMultipartUploads", "DeleteObjects"]);

/** A change that was made is recorded where it was made. */
function managementOf(call: Call, { address, operation, claimant }: Progress, error: AwsError | undefined) {
  if (!claimant.principal || !operation || operation.on === "object" || DATA_EVENTS.has(operation.name))
    return undefined;
  const isRead = operation.method === "GET";
  if (!isRead && !error) return undefined;
  return {
    EventName: operation.trailName ?? operation.name,
    ReadOnly: isRead,
    Principal: claimant.principal,
    SourceIp: call.sourceIp,
    BucketName: address?.bucket || undefined,
    ErrorMessage: error?.message,
  };
}

function resourceOf({ level, bucket, key }: Address): string | undefined {
  if (level === "service") return undefined;
  return level === "bucket" ? bucketArn(bucket) : objectArn(bucket, key);
}
