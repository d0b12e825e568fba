// A worker on an EC2 instance: it takes orders from `inbox/` of a bucket and leaves a receipt for each in `receipts/`.
import { setTimeout } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { fromInstanceMetadata } from "@aws-sdk/credential-providers";

const Bucket = "orders";
const BETWEEN_POLLS_MS = 5000;

/** Rejects at once on a machine without a role, rather than with the first order. */
export async function startWorker() {
  const credentials = fromInstanceMetadata({ timeout: 5000, maxRetries: 3 });
  await credentials();
  const s3 = new S3Client({ credentials });

  async function take(Key) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const { item, amount } = JSON.parse(await Body.transformToString());
    const receipt = { Bucket, Key: Key.replace("inbox/", "receipts/"), Body: `${amount} × ${item}\n` };
    await s3.send(new PutObjectCommand(receipt));
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }

  /** Takes what is there. What fails is told, and tried again with the next poll. */
  async function poll() {
    try {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "inbox/" }));
      for (const { Key } of Contents) await take(Key);
    } catch (error) {
      console.error(`poll failed: ${error.name}: ${error.message}`);
    }
  }

  return { poll };
}

if (import.meta.main) {
  const worker = await startWorker();
  for (;;) {
    await worker.poll();
    await setTimeout(BETWEEN_POLLS_MS);
  }
}
