// PutObject, CopyObject and DeleteObject. Conditions are judged here first, by the rules of every back end, and then by
// the server when it stores. A copy is read and written anew: what S3 documents of a copy's conditions, headers,
// checksum and ETag, no two servers do alike.
import {
  type Conditions,
  type Copied,
  type CopyRequest,
  type CopySource,
  type Incoming,
  type ObjectFacts,
  type ReadAnswer,
  Refusal,
  type WriteRequest,
  type Written,
} from "@rolemint/object-store";
import { refuseCopySource, refuseWrite } from "@rolemint/object-store/conditions";
import { refuseLargeCopySource } from "@rolemint/object-store/refusals";
import { exactWindowOf } from "@rolemint/object-store/window";
import { skip } from "./documents.ts";
import { readError, refusalOf } from "./errors.ts";
import { sentConditions, sentHeaders } from "./headers.ts";
import { findObject, leave, readObject } from "./reading.ts";
import { ensureBucket, type Remote } from "./remote.ts";
import { sendBody } from "./sending.ts";
import { withChecksum } from "./summing.ts";
import { isStorableKey, pathOf, pathOfBucket } from "./target.ts";

export async function putObject(remote: Remote, request: WriteRequest, body: Incoming): Promise<Written> {
  const { bucket, key, conditions } = request;
  const target = pathOf(bucket, key);
  const found = await judgeWrite(remote, bucket, key, conditions);
  await ensureBucket(remote, pathOfBucket(bucket));
  const headers = [...sentHeaders(request.headers), ...sentConditions(conditions, found?.etag)];
  return sendBody(remote, { bucket, key, target, headers }, body);
}

/** What is there now, where there are conditions; it satisfies them. */
export async function judgeWrite(
  remote: Remote,
  bucket: string,
  key: string,
  conditions: Conditions | undefined,
): Promise<ObjectFacts | undefined> {
  if (!conditions) return undefined;
  const found = await findAny(remote, bucket, key);
  refuseWrite(key, found, conditions, remote.clock.now());
  return found;
}

async function findAny(remote: Remote, bucket: string, key: string): Promise<ObjectFacts | undefined> {
  try {
    return await findObject(remote, bucket, key);
  } catch (error) {
    if (error instanceof Refusal && error.code === "NoSuchKey") return undefined;
    throw error;
  }
}

/** Not every server knows conditions here: between our look and the deletion another may write. */
export async function deleteObject(
  remote: Remote,
  bucket: string,
  key: string,
  conditions?: Conditions,
): Promise<void> {
  const found = await judgeWrite(remote, bucket, key, conditions);
  // A key that cannot be there is gone already.
  if (!isStorableKey(key)) return;
  const headers = sentConditions(conditions, found?.etag);
  const response = await remote.client.ask({ method: "DELETE", target: pathOf(bucket, key), headers });
  if (response.statusCode === 204 || response.statusCode === 200) return skip(response);
  const error = await readError(remote, response);
  if (error.code === "NoSuchKey" || error.code === "NoSuchBucket") return;
  throw refusalOf(remote, error, { bucket, key });
}

export async function copyObject(remote: Remote, request: CopyRequest): Promise<Copied> {
  const { source, bucket, key, conditions } = request;
  const answer = await openSource(remote, source);
  const { facts } = answer;
  try {
    refuseLargeCopySource(facts.size);
    const headers = request.headers ?? facts.headers;
    const body = copiedBody(answer, facts.size, request.checksumAlgorithm ?? facts.checksum?.algorithm);
    const written = await putObject(remote, { bucket, key, headers, ...(conditions && { conditions }) }, body);
    const { modified } = await findObject(remote, bucket, key);
    return { ...written, modified };
  } catch (error) {
    leave(answer);
    throw error;
  }
}

/** The source of a copy, if its conditions hold: its bytes, or the range of them. */
export async function openSource(remote: Remote, source: CopySource): Promise<ReadAnswer> {
  const { bucket, key, range, conditions } = source;
  const answer = await readObject(remote, { bucket, key, ...(range && { range }) }, (facts) => {
    refuseCopySource(facts, conditions, remote.clock.now());
    if (range) exactWindowOf(range, facts.size);
  });
  return answer;
}

/** A source's bytes as a body to send, with the checksum made on the way. */
export function copiedBody(
  { body = Buffer.alloc(0) }: ReadAnswer,
  size: number,
  checksumAlgorithm: Incoming["checksumAlgorithm"],
): Incoming {
  return withChecksum({ size, chunks: Buffer.isBuffer(body) ? oneChunk(body) : body }, checksumAlgorithm);
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
