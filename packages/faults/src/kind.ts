// What a fault is: a name, parameters, and what it does. The faults of single requests are plain functions from what
// is asked to a deed, which the data planes carry out; those that change the world stand in packages/world/src/faults.
import type { InstanceView, Principal } from "@rolemint/authority";
import type { Parameters, Values } from "./parameters.ts";

/** Which requests, or which part of the world, a fault is about. */
export type Channel = "metadata" | "calls" | "world" | "client";

/** What the manual, the config and PutFault need to know of a fault. */
export interface Description<P extends Parameters = Parameters> {
  /** `imds.slow` */
  readonly name: string;
  /** Its row in the catalogue of faults: `F3`. */
  readonly row: string;
  /** What happens, in one clause. */
  readonly says: string;
  readonly channel: Channel;
  readonly parameters: P;
  /** Two faults of one place on one target contradict each other; default: its own name. */
  readonly place?: string;
  /**
   * `requests`: counted, drawn and limited request by request. `while`: it changes what is issued, shown or believed for
   * as long as it lasts. `once`: one act, at its beginning.
   */
  readonly acts: "requests" | "while" | "once";
}

/** What a request fault may keep for one instance: its own, from the first request to its end. */
export type Memory = Record<string, unknown>;

/** What a fault has beside the memory of one instance. */
export interface Run {
  /** Kept for all instances together, as far as one data plane serves them. */
  readonly shared: Memory;
  /** In [0, 1): drawn by the fault's seed for that instance, another one at each call. */
  chance(): number;
}

/** What only some topologies can do: see `Topology` of packages/world/src/faults/topology.ts. */
export type Power = "drop-packets" | "ipv6";

/** One request to the metadata service. Times in world time, milliseconds. */
export interface AskedMetadata {
  readonly method: string;
  /** Without slashes around it: `latest/api/token`. */
  readonly path: string;
  readonly step: "token" | "roles" | "credentials" | "other";
  /** The metadata token that was sent. */
  readonly token: string | undefined;
  readonly family: "IPv4" | "IPv6";
  readonly now: number;
  readonly view: InstanceView;
}

/** What to do with a request to the metadata service. Waits are in milliseconds of host time. */
export type MetadataDeed =
  /** Another view of the instance; the same input gives the same object. */
  | { readonly do: "view"; readonly view: InstanceView }
  /** EC2's own answer of that status: 401, 403, 404, 405, 429, 500, 503. */
  | { readonly do: "answer"; readonly status: number }
  /** Another body under the same status, if the status was 200. */
  | { readonly do: "rewrite"; readonly rewrite: (page: { readonly type: string; readonly body: string }) => Rewritten }
  /** The connection is reset before a byte of the answer. */
  | { readonly do: "reset" }
  /** The request is read and never answered. */
  | { readonly do: "hang" }
  /** The answer is slow to begin, or to come. */
  | { readonly do: "pace"; readonly firstByteMs: number; readonly bytesPerSecond: number | undefined }
  /** The connection is reset after so many bytes of the body. */
  | { readonly do: "cut"; readonly bytes: number };

export interface Rewritten {
  readonly type: string;
  /** Latin1: a character a byte. */
  readonly body: string;
}

/** One signed call, to S3 or to an API, whose signature is good. */
export interface AskedCall {
  /** `s3`, `sts`, `iam`, `ec2`, `cloudtrail`. */
  readonly service: string;
  /** `GetObject`, `AssumeRole`. */
  readonly operation: string;
  readonly principal: Principal;
  /** Whether the token is refused as expired already. */
  readonly isExpired: boolean;
  readonly isPresigned: boolean;
  /** Milliseconds since it was signed. */
  readonly ageMs: number;
  readonly path: string;
  /** Of S3's query. */
  parameter(name: string): string | undefined;
  readonly now: number;
}

/** What to do with a call. */
export type CallDeed =
  /** Refused as the service refuses such a credential. */
  | { readonly do: "refuse"; readonly as: "token-expired" | "unknown-key" | "token-invalid" }
  /** The same, but after the whole body was read. */
  | { readonly do: "refuse-late"; readonly as: "token-expired" }
  /** An error of the service's own. */
  | { readonly do: "fail"; readonly code: "SlowDown" | "Throttling" | "InternalFailure" | "ServiceUnavailable" }
  /** No answer for so long, milliseconds of host time, or until the client goes; then what it would have been. */
  | { readonly do: "hang"; readonly ms: number };

/** A fault of single requests. */
export interface RequestKind<P extends Parameters = Parameters> extends Description<P> {
  readonly channel: "metadata" | "calls";
  /**
   * Whom it refuses is told that the credential has expired. Where that was the newest, the instance is issued another,
   * as on EC2, where the successor is out before.
   */
  readonly endsCredential?: true;
  /** What it cannot do without; where packets are dropped no single request is seen. */
  needs?(given: Values<P>): Power | undefined;
  /** Undefined: this request is none that the fault could affect, and is not counted. */
  metadata?(asked: AskedMetadata, given: Values<P>, memory: Memory, run: Run): MetadataDeed | undefined;
  call?(asked: AskedCall, given: Values<P>, memory: Memory): CallDeed | undefined;
}

/** Types `given` by the parameters, then forgets them, so that kinds stand in one list. */
export function requestKind<const P extends Parameters>(kind: RequestKind<P>): RequestKind {
  return kind as unknown as RequestKind;
}
