// What the operations on multipart uploads have in common.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import type { ChecksumAlgorithm, UploadAddress, UploadFacts } from "@rolemint/object-store";
import { canonicalUserId } from "./buckets.ts";
import type { Headers } from "./call.ts";
import { element } from "./element.ts";
import { invalidArgument, invalidRequest } from "./errors.ts";
import type { Asked } from "./gate.ts";
import { integerParameter } from "./parameters.ts";

export function uploadAddress({ address, query }: Asked): UploadAddress {
  return { bucket: address.bucket, key: address.key, uploadId: query.get("uploadId") ?? "" };
}

export function partNumberOf({ query }: Asked): number {
  const message = "Part number must be an integer between 1 and 10000, inclusive";
  const number = integerParameter(query, "partNumber", 1, 10_000, message);
  if (number === undefined) throw invalidArgument("partNumber", "", message);
  return number;
}

/** Nobody starts an upload only where a bucket policy lets nobody in. */
export function initiatorOf({ signature }: Asked): { id: string; name: string } {
  const principal = signature.caller?.principal;
  if (!principal) return { id: "anonymous", name: "anonymous" };
  const id = principal.Type === "Account" ? canonicalUserId(principal.AccountId) : principal.Arn;
  return { id, name: principal.SessionName ?? principal.UserName ?? principal.AccountId };
}

export function checksumTypeOf(
  headers: Headers,
  algorithm: ChecksumAlgorithm | undefined,
): "FULL_OBJECT" | "COMPOSITE" | undefined {
  const given = headers.get("x-amz-checksum-type")?.toUpperCase();
  if (given === undefined) return undefined;
  if (given !== "FULL_OBJECT" && given !== "COMPOSITE") {
    throw invalidRequest("Value for x-amz-checksum-type header is invalid.");
  }
  if (!algorithm) {
    throw invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  }
  return given;
}

export function uploadChecksumHeaders({ checksumAlgorithm, checksumType }: UploadFacts): string[] {
  if (!checksumAlgorithm) return [];
  const shown = ["x-amz-checksum-algorithm", checksumAlgorithm];
  return checksumType ? [...shown, "x-amz-checksum-type", checksumType] : shown;
}

export function initiatorElements({ initiator }: UploadFacts, ownerAccount: string): string {
  const who = `<Initiator>${element("ID", initiator.id)}${element("DisplayName", initiator.name)}</Initiator>`;
  return `${who}<Owner>${element("ID", canonicalUserId(ownerAccount))}</Owner>${element("StorageClass", "STANDARD")}`;
}

export function uploadChecksumElements({ checksumAlgorithm, checksumType }: UploadFacts): string {
  const algorithm = checksumAlgorithm ? element("ChecksumAlgorithm", checksumAlgorithm) : "";
  return algorithm + (checksumType ? element("ChecksumType", checksumType) : "");
}
