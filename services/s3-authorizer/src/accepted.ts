// What a request may carry: an allow-list. A header or parameter that asks for something the gate lacks is refused by
// name, never ignored: a caller who asks for encryption or a lock must not believe to have it. A value that asks for
// what S3 does anyway is accepted.

import type { Headers, Query } from "./call.ts";
import { isChecksumHeader, isChecksumOfNothing } from "./checksums.ts";
import { headerNotImplemented, invalidArgument, s3Error } from "./errors.ts";
import type { Served } from "./operation.ts";

/** Parts of the signature and of the framing, and what SDKs add without asking for anything. */
const EVERYWHERE = new Set([
  "x-amz-checksum-mode",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-expected-bucket-owner",
  // Who pays is a matter of buckets where the requester does; there are none.
  "x-amz-request-payer",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-security-token",
  "x-amz-trailer",
  "x-amz-user-agent",
]);

/** Values that ask for the default. */
const DEFAULTS: Readonly<Record<string, string>> = {
  // The AWS SDK for C++ sends the version of the API.
  "x-amz-api-version": "2006-03-01",
  "x-amz-bucket-namespace": "global",
  "x-amz-bucket-object-lock-enabled": "false",
  "x-amz-bypass-governance-retention": "false",
  "x-amz-confirm-remove-self-bucket-access": "false",
  "x-amz-object-ownership": "BucketOwnerEnforced",
  "x-amz-server-side-encryption-bucket-key-enabled": "false",
  "x-amz-storage-class": "STANDARD",
  "x-amz-tagging-directive": "COPY",
  // What the AWS SDK for Java could read as well; an answer without x-amz-transfer-encoding is the plain body.
  "x-amz-te": "append-md5",
};

const METADATA = "x-amz-meta-";
/** Parameters of S3 that no operation here takes. */
const LACKING = new Set(["versionId", "lambdaArn", "events", "metadata"]);
const MAX_METADATA_BYTES = 2048;

export function refuseUnknown(served: Served, query: Query, headers: Headers, isPresigned: boolean): void {
  let metadataBytes = 0;
  for (const [name, value] of headers) {
    if (!name.startsWith("x-amz-") || EVERYWHERE.has(name) || served.headers.has(name)) continue;
    // The AWS SDK for Java sends one with every GetObject.
    if (served.body === "none" && isChecksumOfNothing(name, value)) continue;
    if (served.storesHeaders && name.startsWith(METADATA))
      metadataBytes += name.length - METADATA.length + value.length;
    else if (name === "x-amz-acl" || name.startsWith("x-amz-grant-")) refuseAcl(served, name, value);
    else if (DEFAULTS[name] === undefined || DEFAULTS[name] !== value) throw headerNotImplemented(name);
  }
  if (metadataBytes > MAX_METADATA_BYTES) {
    const members = { Size: String(metadataBytes), MaxSizeAllowed: String(MAX_METADATA_BYTES) };
    throw s3Error("MetadataTooLarge", members);
  }
  for (const [name, value] of query) {
    if (served.parameters.has(name)) {
      if (name === "versionId") refuseOtherVersion(value);
      continue;
    }
    if (isForLogs(name) || name.startsWith("amz-sdk-")) continue;
    // The parameters of a presigned URL that act as headers were looked at as headers.
    if (isPresigned && isHeaderParameter(name)) continue;
    if (LACKING.has(name)) {
      throw s3Error(
        "NotImplemented",
        { Parameter: name },
        "A query parameter you provided implies functionality that is not implemented",
      );
    }
    throw invalidArgument(name, value, "This operation does not take this query parameter.");
  }
}

/** Whoever reads the access log of a bucket may have asked for these; to S3 they say nothing. `x-id` is the SDKs'. */
function isForLogs(name: string): boolean {
  return name.startsWith("x-") && !name.startsWith("x-amz-");
}

/**
 * No bucket has ACLs, as AWS makes them since 2023: then S3 takes the ACL that says so. `private`, which says the same
 * of an object of one's own and which many clients send unasked, is taken too.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
 */
function refuseAcl({ makesBucket }: Served, name: string, value: string): void {
  if (name === "x-amz-acl" && (value === "private" || (value === "bucket-owner-full-control" && !makesBucket))) return;
  throw s3Error(makesBucket ? "InvalidBucketAclWithObjectOwnership" : "AccessControlListNotSupported");
}

/** Where versioning was never on, an object has the one version `null`. */
export function refuseOtherVersion(versionId: string): void {
  if (versionId === "null") return;
  const message = versionId === "" ? "Version id cannot be the empty string" : "Invalid version id specified";
  throw invalidArgument("versionId", versionId, message);
}

function isHeaderParameter(name: string): boolean {
  return name.toLowerCase().startsWith("x-amz-");
}

/**
 * The headers of a presigned request: its own, and the parameters that act as headers, since SDKs hoist them there. A
 * checksum among them is of no body, so it says nothing, as on AWS; a copy's source there is refused.
 */
export function presignedHeaders(headers: Headers, query: Query): Headers {
  let merged: Map<string, string> | undefined;
  for (const [given, value] of query) {
    if (!isHeaderParameter(given)) continue;
    const name = given.toLowerCase();
    if (isChecksumHeader(name) || name === "x-amz-sdk-checksum-algorithm") continue;
    if (name === "x-amz-copy-source") throw invalidArgument(given, value, "A copy source must be given as a header.");
    const text = headerText(given, value);
    const before = headers.get(name) ?? merged?.get(name);
    if (before !== undefined && before !== text) {
      throw s3Error(
        "InvalidArgument",
        { ArgumentName: given },
        "The header and the query parameter of this name differ.",
      );
    }
    merged ??= new Map(headers);
    merged.set(name, text);
  }
  return merged ?? headers;
}

/**
 * A value from the query as it would have come in a header: its bytes as latin1. Throws InvalidArgument for a name or
 * value that no header can have, since it may be sent back as one.
 */
export function headerText(name: string, value: string): string {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || /[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
    throw invalidArgument(name, value, "This value cannot stand in a header.");
  }
  return Buffer.from(value).toString("latin1");
}
