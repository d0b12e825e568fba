// Multipart uploads: the server behind keeps the parts and joins them; what its answers do not tell of an upload is in
// our record of it. What Complete names is held against the parts by the rules of every back end.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
import {
  type ChecksumAlgorithm,
  type CompleteRequest,
  type Copied,
  type CopySource,
  type CreateUploadRequest,
  type Incoming,
  type PartFacts,
  Refusal,
  type UploadAddress,
  type UploadFacts,
  type Written,
} from "@rolemint/object-store";
import { multipartEtag } from "@rolemint/object-store/checksum";
import { checksumTypeOf, chooseParts, wholeChecksum, wholeSize } from "@rolemint/object-store/parts";
import { invalidRequest, MAX_PARTS, refuseLargeCopySource } from "@rolemint/object-store/refusals";
import { childText, element, type XmlElement } from "@rolemint/wire/xml";
import { integerIn, skip, textIn, timeIn } from "./documents.ts";
import { readError, readResult, refusalOf } from "./errors.ts";
import { plainEtag, sentConditions, sentHeaders } from "./headers.ts";
import { findObject, leave } from "./reading.ts";
import { findRecord, forgetRecord, writeRecord } from "./records.ts";
import { ensureBucket, type Remote } from "./remote.ts";
import { sendBody } from "./sending.ts";
import { withChecksum } from "./summing.ts";
import { pathOf, pathOfBucket, queryOf } from "./target.ts";
import { copiedBody, judgeWrite, openSource } from "./writing.ts";

export async function createUpload(remote: Remote, request: CreateUploadRequest): Promise<UploadFacts> {
  const { bucket, key, checksumAlgorithm, initiator } = request;
  const checksumType = checksumTypeOf(checksumAlgorithm, request.checksumType);
  const headers = sentHeaders(request.headers);
  if (checksumAlgorithm) headers.push("x-amz-checksum-algorithm", checksumAlgorithm);
  if (checksumType) headers.push("x-amz-checksum-type", checksumType);
  const target = `${pathOf(bucket, key)}?uploads=`;
  await ensureBucket(remote, pathOfBucket(bucket));
  const response = await remote.client.ask({ method: "POST", target, headers });
  const document = await readResult(remote, response, "InitiateMultipartUploadResult", { bucket, key });
  const uploadId = textIn(remote, document, "UploadId");
  const initiated = Math.floor(remote.clock.now() / 1000) * 1000;
  const upload = {
    key,
    uploadId,
    initiated,
    initiator,
    ...(checksumAlgorithm && { checksumAlgorithm }),
    ...(checksumType && { checksumType }),
  };
  try {
    await writeRecord(remote, bucket, upload);
  } catch (error) {
    await removeUpload(remote, { bucket, key, uploadId }).catch(() => {});
    throw error;
  }
  return upload;
}

function targetOf({ bucket, key, uploadId }: UploadAddress, more: Parameters<typeof queryOf>[0] = {}): string {
  return pathOf(bucket, key) + queryOf({ ...more, uploadId });
}

export async function putPart(
  remote: Remote,
  address: UploadAddress,
  number: number,
  body: Incoming,
): Promise<Written> {
  refuseNumber(number);
  const { checksumAlgorithm: algorithm } = await findRecord(remote, address);
  const written = await sendBody(remote, partOf(address, number), partBody(body, algorithm));
  return { ...written, checksum: written.checksum ?? body.checksum() };
}

function partOf(address: UploadAddress, partNumber: number) {
  return { ...address, target: targetOf(address, { partNumber }), headers: [] };
}

function refuseNumber(number: number): void {
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) throw invalidRequest("PartNumberOutOfRange");
}

/** A part has its upload's checksum: the one that comes with it, else one made on the way; and no other. */
function partBody(body: Incoming, algorithm: ChecksumAlgorithm | undefined): Incoming {
  const sent = body.checksumAlgorithm;
  if (algorithm && sent === algorithm) return body;
  if (algorithm && sent) throw invalidRequest("ChecksumAlgorithmMismatch", { Expected: algorithm, Actual: sent });
  return withChecksum(body, algorithm);
}

export async function copyPart(
  remote: Remote,
  address: UploadAddress,
  number: number,
  source: CopySource,
): Promise<Copied> {
  refuseNumber(number);
  const { checksumAlgorithm: algorithm } = await findRecord(remote, address);
  const answer = await openSource(remote, source);
  const { window, facts } = answer;
  const size = window ? window.last - window.first + 1 : facts.size;
  try {
    refuseLargeCopySource(size);
    const written = await sendBody(remote, partOf(address, number), copiedBody(answer, size, algorithm));
    return { ...written, modified: Math.floor(remote.clock.now() / 1000) * 1000 };
  } catch (error) {
    leave(answer);
    throw error;
  }
}

/** MinIO takes any upload for aborted. */
export async function abortUpload(remote: Remote, address: UploadAddress): Promise<void> {
  await findRecord(remote, address);
  await removeUpload(remote, address);
}

async function removeUpload(remote: Remote, address: UploadAddress): Promise<void> {
  const response = await remote.client.ask({ method: "DELETE", target: targetOf(address) });
  if (response.statusCode === 204 || response.statusCode === 200) skip(response);
  else await end(remote, address, response);
  await forgetRecord(remote, address);
}

/** Throws what the server answered; an upload that it does not know is forgotten here too. */
async function end(remote: Remote, address: UploadAddress, response: Parameters<typeof readError>[1]): Promise<never> {
  const error = await readError(remote, response);
  const code = error.code === "NoSuchBucket" || error.code === "NoSuchKey" ? "NoSuchUpload" : error.code;
  if (code === "NoSuchUpload") await forgetRecord(remote, address);
  throw refusalOf(remote, { ...error, code }, address);
}

export async function listParts(
  remote: Remote,
  address: UploadAddress,
  after: number,
  limit: number,
): Promise<{ parts: PartFacts[]; truncated: boolean }> {
  const { checksumAlgorithm } = await findRecord(remote, address);
  if (limit === 0) return { parts: [], truncated: false };
  const target = targetOf(address, { "max-parts": limit, "part-number-marker": after });
  const response = await remote.client.ask({ method: "GET", target });
  if (response.statusCode === 404) return end(remote, address, response);
  const document = await readResult(remote, response, "ListPartsResult", address);
  const found = document.children.filter(({ name }) => name === "Part");
  const parts = found.map((part) => partFacts(remote, part, checksumAlgorithm));
  return { parts, truncated: childText(document, "IsTruncated") === "true" };
}

function partFacts(remote: Remote, part: XmlElement, algorithm: ChecksumAlgorithm | undefined): PartFacts {
  const value = algorithm && childText(part, `Checksum${algorithm}`);
  return {
    number: integerIn(remote, part, "PartNumber"),
    size: integerIn(remote, part, "Size"),
    etag: plainEtag(textIn(remote, part, "ETag")),
    modified: timeIn(remote, part, "LastModified"),
    ...(algorithm && value && { checksum: { algorithm, type: "FULL_OBJECT", value } }),
  };
}

async function allParts(remote: Remote, address: UploadAddress): Promise<PartFacts[]> {
  const parts: PartFacts[] = [];
  for (;;) {
    const page = await listParts(remote, address, parts.at(-1)?.number ?? 0, 1000);
    parts.push(...page.parts);
    if (!page.truncated || page.parts.length === 0) return parts;
  }
}

export async function completeUpload(remote: Remote, request: CompleteRequest): Promise<Written> {
  try {
    return await joinParts(remote, request);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "NoSuchUpload") throw error;
    return completedBefore(remote, request, error);
  }
}

/** A repeated Complete, whose first answer was lost, gets the same answer while its object is there. */
async function completedBefore(remote: Remote, request: CompleteRequest, refusal: Refusal): Promise<Written> {
  const { bucket, key, parts } = request;
  const facts = await findObject(remote, bucket, key).catch(() => undefined);
  if (!facts || facts.etag !== multipartEtag(parts.map(({ etag }) => etag))) throw refusal;
  // Some servers make a checksum of their own where none was asked for.
  const isAsked = request.checksum !== undefined || parts.some((part) => part.checksum !== undefined);
  return { etag: facts.etag, ...(isAsked && { checksum: facts.checksum }) };
}

async function joinParts(remote: Remote, request: CompleteRequest): Promise<Written> {
  const { bucket, key, uploadId, conditions } = request;
  const address = { bucket, key, uploadId };
  const upload = await findRecord(remote, address);
  const chosen = chooseParts(request, await allParts(remote, address));
  const checksum = wholeChecksum(request, upload, chosen);
  wholeSize(request, chosen);
  const found = await judgeWrite(remote, bucket, key, conditions);
  const headers = ["content-type", "application/xml", ...sentConditions(conditions, found?.etag)];
  const content = `<CompleteMultipartUpload>${chosen.map(partElement).join("")}</CompleteMultipartUpload>`;
  const target = targetOf(address);
  const response = await remote.client.ask({ method: "POST", target, headers, content, isLong: true });
  if (response.statusCode === 404) return end(remote, address, response);
  const document = await readResult(remote, response, "CompleteMultipartUploadResult", address);
  await forgetRecord(remote, address);
  return { etag: plainEtag(textIn(remote, document, "ETag")), ...(checksum && { checksum }) };
}

function partElement({ number, etag, checksum }: PartFacts): string {
  const value = checksum ? element(`Checksum${checksum.algorithm}`, checksum.value) : "";
  return `<Part>${element("PartNumber", number)}${element("ETag", `"${etag}"`)}${value}</Part>`;
}
