// Each key of the list is authorised by itself: one that may not be deleted is an error in the answer, the others go.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
import { Refusal } from "@rolemint/object-store";
import { AwsError } from "@rolemint/wire";
import { childText, element, type XmlElement } from "@rolemint/wire/xml";
import { objectArn, refusal } from "../authorize.ts";
import type { Reply } from "../call.ts";
import { checksumHeaders } from "../checksums.ts";
import { documentOf } from "../documents.ts";
import { invalidRequest, s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { plainEtag } from "../objects.ts";
import { answerRefusal } from "../refusals.ts";
import { xmlReply } from "../replies.ts";

const MAX_BYTES = 2 * 1024 ** 2;
const MAX_KEYS = 1000;
/** Conditions of directory buckets. */
const LACKING = ["LastModifiedTime", "Size"];

export async function DeleteObjects(asked: Asked): Promise<Reply> {
  const { headers } = asked;
  if (!headers.has("content-md5") && !checksumHeaders.some((name) => headers.has(name))) {
    throw invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  const document = await documentOf(asked, "Delete", MAX_BYTES);
  const named = document.children.filter(({ name }) => name === "Object");
  if (named.length === 0 || named.length > MAX_KEYS) throw s3Error("MalformedXML");
  const isQuiet = childText(document, "Quiet")?.trim() === "true";
  let answered = "";
  for (const object of named) {
    const key = childText(object, "Key");
    if (key === undefined || key === "") throw s3Error("MalformedXML");
    const error = await deleteOne(asked, key, object);
    if (error) answered += errorElement(key, childText(object, "VersionId"), error);
    else if (!isQuiet) answered += `<Deleted>${element("Key", key)}</Deleted>`;
  }
  return xmlReply("DeleteResult", answered);
}

/** Undefined when it is done. What no back end answers for ends the whole request. */
async function deleteOne(asked: Asked, key: string, object: XmlElement): Promise<AwsError | undefined> {
  const { gate, address, bucket } = asked;
  const versionId = childText(object, "VersionId");
  const etag = childText(object, "ETag");
  const action = versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion";
  const facts = etag === undefined ? undefined : { "s3:if-match": etag };
  const refused = refusal(asked, action, objectArn(address.bucket, key), bucket, facts);
  if (refused) return refused;
  const lacking = versionId === undefined ? LACKING.find((name) => childText(object, name) !== undefined) : "VersionId";
  if (lacking !== undefined) {
    return new AwsError("NotImplemented", 501, `DeleteObjects ${lacking} is not implemented by rolemint`);
  }
  try {
    await gate.backend.delete(address.bucket, key, etag === undefined ? undefined : { ifMatch: [plainEtag(etag)] });
    return undefined;
  } catch (thrown) {
    return wordOne(asked, thrown);
  }
}

function wordOne(asked: Asked, thrown: unknown): AwsError {
  if (!(thrown instanceof Refusal)) throw thrown;
  try {
    answerRefusal(asked, thrown);
  } catch (worded) {
    if (worded instanceof AwsError) return worded;
  }
  throw thrown;
}

function errorElement(key: string, versionId: string | undefined, { code, message }: AwsError): string {
  const version = versionId === undefined ? "" : element("VersionId", versionId);
  return `<Error>${element("Key", key)}${version}${element("Code", code)}${element("Message", message)}</Error>`;
}
