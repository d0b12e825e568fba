// What is known of uploads that go on, as small objects in a bucket of our own: servers tell neither who started one,
// nor, MinIO, which there are. Other gates over the same server read them too.
import type { UploadAddress, UploadFacts } from "@rolemint/object-store";
import { noSuchUpload } from "@rolemint/object-store/refusals";
import { sha256Hex } from "@rolemint/sigv4";
import { readWhole, skip } from "./documents.ts";
import { refusalIn } from "./errors.ts";
import { listPath } from "./listing.ts";
import { ensureBucket, type Remote } from "./remote.ts";
import { OWN_BUCKET } from "./target.ts";

export type UploadRecord = UploadFacts;

/** Keys of 1 KiB and names of callers, as JSON. */
const MAX_BYTES = 64 * 1024;
const MAX_KEPT = 10_000;

function folderOf(bucket: string): string {
  return `uploads/${bucket}/`;
}

function pathOfRecord({ bucket, key, uploadId }: UploadAddress): string {
  return `/${OWN_BUCKET}/${folderOf(bucket)}${sha256Hex(Buffer.from(JSON.stringify([key, uploadId])))}`;
}

export async function writeRecord(remote: Remote, bucket: string, record: UploadRecord): Promise<void> {
  await ensureBucket(remote, `/${OWN_BUCKET}`);
  const target = pathOfRecord({ bucket, ...record });
  const response = await remote.client.ask({ method: "PUT", target, content: JSON.stringify(record) });
  if (response.statusCode !== 200) throw await refusalIn(remote, response, { bucket: OWN_BUCKET, key: "" });
  skip(response);
  keep(remote, target, record);
}

/** Rejects with NoSuchUpload. */
export async function findRecord(remote: Remote, address: UploadAddress): Promise<UploadRecord> {
  const record = await readRecord(remote, pathOfRecord(address));
  if (record) return record;
  throw noSuchUpload(address.uploadId);
}

async function readRecord(remote: Remote, target: string): Promise<UploadRecord | undefined> {
  const known = remote.records.get(target);
  if (known) return known;
  const response = await remote.client.ask({ method: "GET", target });
  if (response.statusCode === 404) return void skip(response);
  if (response.statusCode !== 200) throw await refusalIn(remote, response, { bucket: OWN_BUCKET, key: "" });
  const record = JSON.parse((await readWhole(remote, response, MAX_BYTES)).toString()) as UploadRecord;
  keep(remote, target, record);
  return record;
}

function keep({ records }: Remote, target: string, record: UploadRecord): void {
  if (records.size >= MAX_KEPT) records.clear();
  records.set(target, record);
}

/** The upload is over, whether or not this succeeds. */
export async function forgetRecord(remote: Remote, address: UploadAddress): Promise<void> {
  const target = pathOfRecord(address);
  remote.records.delete(target);
  await remote.client.ask({ method: "DELETE", target }).then(skip, () => {});
}

/** All of a bucket, in no order. */
export async function recordsOf(remote: Remote, bucket: string): Promise<UploadRecord[]> {
  const records: UploadRecord[] = [];
  const query = { prefix: folderOf(bucket), delimiter: "", limit: 1000 };
  for (let after: string | undefined = ""; after !== undefined; ) {
    const page = await listPath(remote, `/${OWN_BUCKET}`, { ...query, after });
    for (const { key } of page.objects) {
      const record = await readRecord(remote, `/${OWN_BUCKET}/${key}`);
      if (record) records.push(record);
    }
    after = page.next;
  }
  return records;
}
