// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
import type { PartFacts } from "@rolemint/object-store";
import type { Reply } from "../call.ts";
import { element } from "../element.ts";
import type { Asked } from "../gate.ts";
import { xmlDate } from "../objects.ts";
import { integerParameter, pageSize } from "../parameters.ts";
import { xmlReply } from "../replies.ts";
import { initiatorElements, uploadAddress, uploadChecksumElements } from "../uploads.ts";

export async function ListParts(asked: Asked): Promise<Reply> {
  const { gate, address, query, bucket } = asked;
  const limit = pageSize(query, "max-parts");
  const range = "Argument part-number-marker must be an integer between 0 and 2147483647";
  const after = integerParameter(query, "part-number-marker", 0, 2 ** 31 - 1, range) ?? 0;
  const upload = await gate.backend.upload(uploadAddress(asked));
  const { parts, truncated } = await gate.backend.listParts(uploadAddress(asked), after, limit);
  const shown =
    element("Bucket", address.bucket) +
    element("Key", address.key) +
    element("UploadId", upload.uploadId) +
    initiatorElements(upload, bucket!.AccountId) +
    element("PartNumberMarker", after) +
    element("NextPartNumberMarker", parts.at(-1)?.number ?? 0) +
    element("MaxParts", limit) +
    element("IsTruncated", truncated) +
    uploadChecksumElements(upload) +
    parts.map(partElement).join("");
  return xmlReply("ListPartsResult", shown);
}

function partElement({ number, modified, etag, size, checksum }: PartFacts): string {
  const value = checksum ? element(`Checksum${checksum.algorithm}`, checksum.value) : "";
  const facts = element("PartNumber", number) + element("LastModified", xmlDate(modified));
  return `<Part>${facts}${element("ETag", `"${etag}"`)}${element("Size", size)}${value}</Part>`;
}
