// What a back end refused, in S3's words. A missing key is the one refusal that depends on who asks: only who may list
// the bucket is told that it is not there.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
import { likewise } from "@rolemint/caller";
import type { InvalidRequestReason, Refusal } from "@rolemint/object-store";
import type { AwsError } from "@rolemint/wire";
import { bucketArn, refusal } from "./authorize.ts";
import type { Reply } from "./call.ts";
import { invalidRequest, s3Error } from "./errors.ts";
import type { Asked } from "./gate.ts";

type Facts = Refusal["facts"];

/** NotModified is an answer; everything else is thrown. */
export function answerRefusal(asked: Asked, { code, facts }: Refusal): Reply {
  switch (code) {
    case "NotModified":
      return notModified(facts);
    case "NoSuchKey":
      throw missingKey(asked, facts.Key ?? asked.address.key);
    case "NoSuchUpload":
    case "InvalidPart":
    case "InvalidPartOrder":
    case "EntityTooSmall":
    case "EntityTooLarge":
    case "PreconditionFailed":
    case "InvalidPartNumber":
      throw s3Error(code, membersOf(code, facts));
    case "ConditionalRequestConflict":
      throw s3Error(code, { Condition: facts.Condition ?? "If-None-Match", Key: asked.address.key });
    case "InvalidRange":
      throw s3Error(code, {
        ActualObjectSize: facts.ActualObjectSize ?? "",
        RangeRequested: asked.headers.get("range") ?? asked.headers.get("x-amz-copy-source-range") ?? "",
      });
    case "BadDigest":
      throw s3Error(
        code,
        {},
        `The ${facts.ChecksumAlgorithm ?? "Content-MD5"} you specified did not match the calculated checksum.`,
      );
    case "InvalidRequest":
      throw invalidRequest(reasonText(facts.Reason as InvalidRequestReason | undefined, facts) ?? "Invalid Request");
    case "IncompleteBody":
      throw s3Error(code);
    case "Unavailable":
      throw s3Error("SlowDown");
  }
}

const MEMBERS = {
  NoSuchUpload: ["UploadId"],
  InvalidPart: ["UploadId", "PartNumber", "ETag"],
  InvalidPartOrder: ["UploadId"],
  EntityTooSmall: ["ProposedSize", "MinSizeAllowed", "PartNumber", "ETag"],
  EntityTooLarge: ["ProposedSize", "MaxSizeAllowed"],
  PreconditionFailed: ["Condition"],
  InvalidPartNumber: ["ActualPartCount", "PartNumberRequested"],
} as const;

function membersOf(code: keyof typeof MEMBERS, facts: Facts): Record<string, string> {
  const members: Record<string, string> = {};
  for (const name of MEMBERS[code]) {
    if (facts[name] !== undefined) members[name] = facts[name];
  }
  return members;
}

function notModified({ ETag = "", LastModified = "0" }: Facts): Reply {
  const modified = new Date(Number(LastModified)).toUTCString();
  return { status: 304, headers: ["Last-Modified", modified, "ETag", `"${ETag}"`] };
}

/** A copy names two keys: the missing one is its source, unless a condition wants the target to be there. */
function missingKey(asked: Asked, key: string): AwsError {
  const { source, bucket, headers } = asked;
  const places = source ? [source.bucket] : [];
  if (bucket && (!source || headers.has("if-match"))) places.push(bucket);
  for (const place of places) {
    const mayNotList = refusal(asked, "s3:ListBucket", bucketArn(place.Name), place);
    if (mayNotList) return likewise(s3Error("AccessDenied"), mayNotList);
  }
  return s3Error("NoSuchKey", { Key: key });
}

/** Undefined when a back end gives no reason that is known. */
function reasonText(reason: InvalidRequestReason | undefined, facts: Facts): string | undefined {
  const { PartNumber, ChecksumAlgorithm = "", Expected = "", Actual = "", ChecksumType } = facts;
  switch (reason) {
    case "NoParts":
      return "You must specify at least one part";
    case "PartNumberOutOfRange":
      return "Part number must be an integer between 1 and 10000, inclusive";
    case "PartNumbersNotConsecutive":
      return "The part numbers of an upload with a COMPOSITE checksum must be consecutive and begin at 1.";
    case "PartChecksumMissing":
      return `The upload was created using a ${ChecksumAlgorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${PartNumber} in the request.`;
    case "ChecksumAlgorithmMismatch":
      return `Checksum Type mismatch occurred, expected checksum Type: ${Expected.toLowerCase()}, actual checksum Type: ${Actual.toLowerCase()}`;
    case "ChecksumTypeMismatch":
      return `The upload was created using the ${Expected} checksum mode. The complete request must use the same checksum mode.`;
    case "ChecksumTypeUnsupported":
      return `The ${ChecksumType} checksum type cannot be used with the ${ChecksumAlgorithm.toLowerCase()} checksum algorithm.`;
    case "ObjectSizeMismatch":
      return `The provided 'x-amz-mp-object-size' header value ${facts.ProposedSize} does not match what was computed: ${facts.ActualSize}`;
    case "CopySourceTooLarge":
      return `The specified copy source is larger than the maximum allowable size for a copy source: ${facts.MaxSizeAllowed}`;
    case "NameNotSupported":
      return "The back end of this gate cannot hold a bucket or an object of this name.";
    case "MetadataNotSupported":
      return "The back end of this gate cannot hold as much metadata.";
    case undefined:
      return undefined;
  }
}
