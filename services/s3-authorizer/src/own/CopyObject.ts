// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
import type { ChecksumAlgorithm } from "@rolemint/object-store";
import { refuseGoneBucket } from "../buckets.ts";
import type { Headers, Reply } from "../call.ts";
import { algorithmNamed } from "../checksums.ts";
import { copySourceOf } from "../copy-source.ts";
import { element } from "../element.ts";
import { headerNotImplemented, invalidArgument, invalidRequest } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { storedHeaders, writeConditions, writtenElements, xmlDate } from "../objects.ts";
import { xmlReply } from "../replies.ts";

export async function CopyObject(asked: Asked): Promise<Reply> {
  const { gate, address, headers } = asked;
  const { bucket, key } = address;
  const source = copySourceOf(asked);
  const isReplaced = replacesHeaders(headers);
  const checksumAlgorithm = checksumAlgorithmOf(headers);
  if (source.bucket === bucket && source.key === key && !isReplaced && checksumAlgorithm === undefined) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const conditions = writeConditions(headers);
  const written = await gate.backend.copy({
    source,
    bucket,
    key,
    ...(isReplaced && { headers: storedHeaders(headers) }),
    ...(conditions && { conditions }),
    ...(checksumAlgorithm && { checksumAlgorithm }),
  });
  await refuseGoneBucket(asked);
  const shown = `${element("LastModified", xmlDate(written.modified))}${writtenElements(written)}`;
  return xmlReply("CopyObjectResult", shown);
}

function replacesHeaders(headers: Headers): boolean {
  const directive = headers.get("x-amz-metadata-directive") ?? "COPY";
  if (directive === "COPY" || directive === "REPLACE") return directive === "REPLACE";
  throw invalidArgument("x-amz-metadata-directive", directive, "Unknown metadata directive.");
}

/** Of `x-amz-checksum-algorithm`; one that S3 has and we lack is 501. */
export function checksumAlgorithmOf(headers: Headers): ChecksumAlgorithm | undefined {
  const given = headers.get("x-amz-checksum-algorithm");
  if (given === undefined) return undefined;
  const algorithm = algorithmNamed(given);
  if (!algorithm) throw headerNotImplemented("x-amz-checksum-algorithm", `${given} is not implemented by rolemint`);
  return algorithm;
}
