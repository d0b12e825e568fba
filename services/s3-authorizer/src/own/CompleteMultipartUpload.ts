// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
import type { Checksum, CompleteRequest } from "@rolemint/object-store";

import { childText, type XmlElement } from "@rolemint/wire/xml";
import { refuseGoneBucket } from "../buckets.ts";
import type { Headers, Reply } from "../call.ts";
import { type Claimed, claimedChecksum, isChecksumElement } from "../checksums.ts";
import { documentOf } from "../documents.ts";
import { element } from "../element.ts";
import { invalidArgument, invalidRequest, s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { plainEtag, writeConditions, writtenElements } from "../objects.ts";
import { xmlReply } from "../replies.ts";
import { uploadAddress } from "../uploads.ts";

/** 10,000 parts, each with a checksum, and room. */
const MAX_BYTES = 4 * 1024 ** 2;
const MAX_PARTS = 10_000;

export async function CompleteMultipartUpload(asked: Asked): Promise<Reply> {
  const { gate, call, address, headers } = asked;
  const document = await documentOf(asked, "CompleteMultipartUpload", MAX_BYTES, false);
  const parts = document.children.filter(({ name }) => name === "Part").map(readPart);
  if (parts.length === 0 || parts.length > MAX_PARTS) throw s3Error("MalformedXML");
  const conditions = writeConditions(headers);
  const checksum = wholeChecksum(headers);
  const size = sizeOf(headers);
  const written = await gate.backend.completeUpload({
    ...uploadAddress(asked),
    parts,
    ...(conditions && { conditions }),
    ...(checksum && { checksum }),
    ...(size !== undefined && { size }),
  });
  await refuseGoneBucket(asked);
  const place = `http://${headers.get("host") ?? ""}${call.target.split("?", 1)[0]}`;
  const named = element("Location", place) + element("Bucket", address.bucket) + element("Key", address.key);
  return xmlReply("CompleteMultipartUploadResult", named + writtenElements(written));
}

function readPart(part: XmlElement): CompleteRequest["parts"][number] {
  const given = childText(part, "PartNumber")?.trim() ?? "";
  const etag = childText(part, "ETag");
  if (etag === undefined || !/^\d{1,9}$/.test(given)) throw s3Error("MalformedXML");
  const number = Number(given);
  if (number < 1) throw invalidArgument("PartNumber", given, "PartNumber must be >= 1");
  const checksums = part.children.filter(({ name }) => isChecksumElement(name));
  if (checksums.length > 1) throw s3Error("MalformedXML");
  return { number, etag: plainEtag(etag), ...(checksums[0] && { checksum: checksums[0].text }) };
}

/** The headers of a checksum here are of the object, not of the document: they are no check on the body. */
function wholeChecksum(headers: Headers): Checksum | undefined {
  const claimed: Claimed | undefined = claimedChecksum(headers, false);
  if (!claimed || !("value" in claimed)) return undefined;
  const type = headers.get("x-amz-checksum-type")?.toUpperCase() ?? "FULL_OBJECT";
  if (type !== "FULL_OBJECT" && type !== "COMPOSITE") {
    throw invalidRequest("Value for x-amz-checksum-type header is invalid.");
  }
  return { algorithm: claimed.algorithm, value: claimed.value, type };
}

function sizeOf(headers: Headers): number | undefined {
  const given = headers.get("x-amz-mp-object-size");
  if (given === undefined) return undefined;
  if (!/^\d{1,15}$/.test(given)) throw invalidRequest("Value for x-amz-mp-object-size header is invalid.");
  return Number(given);
}
