// What a gate holds for all of its requests, and what it knows of one of them when an operation begins.
import type { Authority, AuthorityCache, BucketFacts, ConditionContext, EventRecord } from "@rolemint/authority";
import type { Caller } from "@rolemint/caller";
import type { Injector } from "@rolemint/faults";
import type { Backend } from "@rolemint/object-store";
import type { SignedClaim, SigningKey } from "@rolemint/sigv4";
import type { Address, HostReader } from "./address.ts";
import type { BodyReader } from "./body.ts";
import type { Call, Headers, Query } from "./call.ts";
import type { Operation } from "./operation.ts";

export interface Gate {
  readonly authority: Authority;
  readonly backend: Backend;
  readonly region: string;
  readonly known: AuthorityCache<Caller | undefined>;
  readonly injector: Injector;
  /** Host time, milliseconds: a signature's date may hold on it too. */
  readonly hostNow: () => number;
  readonly bucketOfHost: HostReader;
  /** `x-amz-id-2` of every answer. */
  readonly hostId: string;
  /** Whether chunks under 8192 bytes may stand before others, which AWS refuses. */
  readonly allowsSmallChunks: boolean;
  record(event: EventRecord): void;
  /** An error that is nobody's refusal: for the log, with its request id. */
  unexpected(error: unknown, requestId: string): void;
}

/** Who asks. A request without a signature has neither caller nor claim. */
export interface Signature {
  readonly caller: Caller | undefined;
  readonly claim: SignedClaim | undefined;
  readonly key: SigningKey | undefined;
  /** What binds the body: the value of x-amz-content-sha256, or of its parameter. */
  readonly payloadHash: string | undefined;
  /** Milliseconds since a presigned URL was signed, on the clock by which it is good. */
  readonly ageMs: number;
}

/** The object that a copy reads. */
export interface CopyOrigin {
  readonly bucket: BucketFacts;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * A request that is signed and understood. `headers` are those of the request and what a presigned URL carries of
 * them.
 */
export interface Asked {
  readonly gate: Gate;
  readonly call: Call;
  readonly operation: Operation;
  readonly address: Address;
  readonly query: Query;
  readonly headers: Headers;
  readonly signature: Signature;
  /** Absent at the service, and where a bucket is about to be made. */
  readonly bucket: BucketFacts | undefined;
  readonly source: CopyOrigin | undefined;
  /** What conditions may look at, whatever the operation. */
  readonly context: ConditionContext;
  readonly body: BodyReader;
}
