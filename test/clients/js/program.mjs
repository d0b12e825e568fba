// What an application does with the SDK: answers each step that it reads from stdin, in one process and one client.
import { createInterface } from "node:readline";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { MetadataService } from "@aws-sdk/ec2-metadata-service";

const s3 = new S3Client();
const object = { Bucket: "demo", Key: "hello.txt" };

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
  metadata: () => new MetadataService().request("/latest/meta-data/instance-id", {}),
};

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(`${await steps[line]()}\n=ok`);
  } catch (error) {
    console.log(`${error.name}: ${error.message}\n=failed`);
  }
}
