// The application of the demo: an ordinary AWS SDK program. No key, no endpoint, no profile stands in it; it would run
// unchanged on EC2. It does one thing for each line on stdin and answers with one line of JSON.
import { createInterface } from "node:readline";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromInstanceMetadata } from "@aws-sdk/credential-providers";

const Bucket = "demo";
const s3 = new S3Client({});
const sts = new STSClient({ credentials: fromInstanceMetadata() });
/** A client that keeps the credentials it started with, as a program that never refreshes would. */
let stubborn: S3Client | undefined;

const jobs: Readonly<Record<string, () => Promise<unknown>>> = {
  async whoami() {
    const { Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
    return { Arn, UserId };
  },
  key: async () => (await s3.config.credentials()).accessKeyId,
  async list() {
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents?.map(({ Key }) => Key);
  },
  async read() {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "hello.txt" }));
    return (await Body?.transformToString())?.trim();
  },
  async write() {
    const { ETag } = await s3.send(
      new PutObjectCommand({ Bucket, Key: "reports/from-web.txt", Body: "written by web\n" }),
    );
    return ETag;
  },
  async hold() {
    const { accessKeyId, secretAccessKey, sessionToken } = await s3.config.credentials();
    stubborn = new S3Client({ credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } });
    return accessKeyId;
  },
  async held() {
    const answer = await stubborn?.send(new ListObjectsV2Command({ Bucket }));
    return answer?.KeyCount;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify({ ok: await jobs[line]?.() }));
  } catch (error) {
    const { name, message } = error as Error;
    console.log(JSON.stringify({ error: name, message }));
  }
}
