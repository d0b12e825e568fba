// What an application does with the SDK: answers each step that it reads from stdin, in one process and one client.
import { createInterface } from "node:readline";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { MetadataService } from "@aws-sdk/ec2-metadata-service";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const s3 = new S3Client();
const object = { Bucket: "demo", Key: "hello.txt" };

let upload;

/** An upload in two parts, which goes on, when asked again, where it failed. */
async function multipart() {
  const target = { Bucket: "backups", Key: "js" };
  upload ??= { ...target, UploadId: (await s3.send(new CreateMultipartUploadCommand(target))).UploadId, parts: [] };
  const { parts, ...ids } = upload;
  for (let PartNumber = parts.length + 1; PartNumber <= 2; PartNumber++) {
    const { ETag } = await s3.send(
      new UploadPartCommand({ ...ids, PartNumber, Body: new Uint8Array(5 * 1024 * 1024) }),
    );
    parts.push({ PartNumber, ETag });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...ids, MultipartUpload: { Parts: parts } }));
  upload = undefined;
  return "uploaded";
}

const steps = {
  identity: async () => (await new STSClient().send(new GetCallerIdentityCommand({}))).Arn,
  list: async () =>
    (await s3.send(new ListObjectsV2Command({ Bucket: "demo" }))).Contents.map(({ Key }) => Key).join("\n"),
  read: async () => (await s3.send(new GetObjectCommand(object))).Body.transformToString(),
  write: async () => {
    await s3.send(new PutObjectCommand({ ...object, Key: "new.txt", Body: "new" }));
    return "written";
  },
  expiry: async () => (await s3.config.credentials()).expiration.toISOString(),
  presign: () => getSignedUrl(s3, new GetObjectCommand(object), { expiresIn: 7 * 86_400 }),
  multipart,
  metadata: () => new MetadataService().request("/latest/meta-data/instance-id", {}),
};

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(`${await steps[line]()}\n=ok`);
  } catch (error) {
    console.log(`${error.name}: ${error.message}\n=failed`);
  }
}
