// What both ends of the seam between containers agree on: which questions travel, where an answer says what it is of,
// how large a body may be, and the error of the seam itself.

import type { Authority } from "./authority.ts";
import * as seam from "./authority.ts";

/** Where the control plane listens. */
export type Place = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** `control-plane:8779`, `[::1]:8779`, or the absolute path of a Unix socket. Throws Error for anything else. */
export function placeIn(text: string): Place {
  if (text.startsWith("/")) return { socketPath: text };
  const [, bracketed, name, port] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? name;
  if (host === undefined || Number(port) > 65_535) throw new Error(`${text} is no host:port and no path of a socket`);
  return { host, port: Number(port) };
}

export type Question = Exclude<keyof Authority, "clock" | "faults" | "watch" | "isAway">;

/** Each travels as `POST /<name of the operation>`, JSON 1.1, with the shared secret as its bearer token. */
export const QUESTIONS = {
  instance: seam.Instance,
  identify: seam.Identify,
  bucket: seam.Bucket,
  buckets: seam.Buckets,
  createBucket: seam.CreateBucket,
  deleteBucket: seam.DeleteBucket,
  putBucketPolicy: seam.PutBucketPolicy,
  deleteBucketPolicy: seam.DeleteBucketPolicy,
  putPublicAccessBlock: seam.PutPublicAccessBlock,
  record: seam.Record,
} as const satisfies Readonly<Record<Question, object>>;

/** Those that move something: answered once every data plane has seen it. */
export const CHANGES: ReadonlySet<Question> = new Set([
  "createBucket",
  "deleteBucket",
  "putBucketPolicy",
  "deleteBucketPolicy",
  "putPublicAccessBlock",
]);

/** Stands on every answer of an authority and on nothing else: `<revision> <epoch>`. */
export const REVISION_HEADER = "rolemint-revision";

/** A full batch of events is about half a megabyte. */
export const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * `unreachable`: no connection, or it broke. `late`: no whole answer in time. `refused`: the secret or the request is
 * not taken. `unreadable`: what came is no answer of a control plane. `too-large`: it was not sent. `closed`: by us.
 */
export type SeamReason = "unreachable" | "late" | "refused" | "unreadable" | "too-large" | "closed";

/** The seam failed: no answer, or none that may be used. Whether a change was made is not known. */
export class SeamError extends Error {
  readonly reason: SeamReason;

  constructor(reason: SeamReason, message: string) {
    super(message);
    this.name = "SeamError";
    this.reason = reason;
  }
}
