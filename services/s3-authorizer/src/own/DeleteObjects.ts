// Each key of the list is authorised by itself: one that may not be deleted is an error in the answer, the others go.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
import { Refusal } from "@rolemint/object-store";
import { AwsError } from "@rolemint/wire";
import type { XmlElement } from "@rolemint/wire/xml";
import { comparesEtag, objectArn, refusal } from "../authorize.ts";
import type { Reply } from "../call.ts";
import { checksumHeaders } from "../checksums.ts";
import { etagFacts, versionFact } from "../context.ts";
import { booleanOf, documentOf, membersOf } from "../documents.ts";
import { element } from "../element.ts";
import { invalidRequest, s3Error } from "../errors.ts";
import type { Asked } from "../gate.ts";
import { plainEtag } from "../objects.ts";
import { answerRefusal } from "../refusals.ts";
import { xmlReply } from "../replies.ts";

const MAX_BYTES = 2 * 1024 ** 2;
const MAX_KEYS = 1000;
/** Conditions of directory buckets. */
const LACKING = ["LastModifiedTime", "Size"];

interface Named {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly etag: string | undefined;
  /** A condition that is not served. */
  readonly lacking: string | undefined;
}

export async function DeleteObjects(asked: Asked): Promise<Reply> {
  const { headers } = asked;
  if (!headers.has("content-md5") && !checksumHeaders.some((name) => headers.has(name))) {
    throw invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  const document = await documentOf(asked, "Delete", MAX_BYTES);
  const named = document.children.filter(({ name }) => name === "Object").map(readObject);
  if (named.length === 0 || named.length > MAX_KEYS) throw s3Error("MalformedXML");
  const others = document.children.filter(({ name }) => name !== "Object");
  const isQuiet = booleanOf(membersOf({ ...document, children: others }, ["Quiet"]).get("Quiet") ?? "false");
  let answered = "";
  for (const object of named) {
    const error = await deleteOne(asked, object);
    if (error) answered += errorElement(object, error);
    else if (!isQuiet) answered += `<Deleted>${nameElements(object)}</Deleted>`;
  }
  return xmlReply("DeleteResult", answered);
}

function readObject(object: XmlElement): Named {
  const members = membersOf(object, ["Key", "VersionId", "ETag", ...LACKING]);
  const key = members.get("Key") ?? "";
  if (key === "") throw s3Error("MalformedXML");
  const lacking = LACKING.find((name) => members.has(name));
  return { key, versionId: members.get("VersionId"), etag: members.get("ETag"), lacking };
}

/** Undefined when it is done. What no back end answers for ends the whole request. */
async function deleteOne(asked: Asked, { key, versionId, etag, lacking }: Named): Promise<AwsError | undefined> {
  const { gate, address, bucket } = asked;
  const facts = { ...etagFacts(etag), ...versionFact(versionId) };
  const actions = [versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion"];
  if (comparesEtag(etag)) actions.push("s3:GetObject");
  for (const action of actions) {
    const refused = refusal(asked, action, objectArn(address.bucket, key), bucket, facts);
    if (refused) return refused;
  }
  if (lacking !== undefined) {
    return new AwsError("NotImplemented", 501, `DeleteObjects ${lacking} is not implemented by rolemint`);
  }
  if (versionId !== undefined && versionId !== "null") return s3Error("NoSuchVersion");
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

function errorElement(object: Named, { code, message }: AwsError): string {
  return `<Error>${nameElements(object)}${element("Code", code)}${element("Message", message)}</Error>`;
}

function nameElements({ key, versionId }: Named): string {
  return element("Key", key) + (versionId === undefined ? "" : element("VersionId", versionId));
}
