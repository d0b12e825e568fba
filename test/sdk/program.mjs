// An ordinary program of the AWS SDK for JavaScript v3: it holds no key, no endpoint and no profile, and would run as
// it is on EC2. It makes one call for each line of JSON on its input, and answers with one line.
import { createInterface } from "node:readline";
import {
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromInstanceMetadata } from "@aws-sdk/credential-providers";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const chains = { default: {}, metadata: { credentials: fromInstanceMetadata() } };
const clients = Object.fromEntries(
  Object.entries(chains).map(([name, settings]) => [
    name,
    { s3: new S3Client(settings), sts: new STSClient(settings) },
  ]),
);

const calls = {
  whoami: async ({ sts }) => (await sts.send(new GetCallerIdentityCommand({}))).Arn,
  keys: async ({ s3, sts }) => {
    const credentials = [await s3.config.credentials(), await sts.config.credentials()];
    return credentials.map(({ accessKeyId }) => accessKeyId);
  },
  buckets: async ({ s3 }) => (await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
  list: async ({ s3 }, input) => (await s3.send(new ListObjectsV2Command(input))).Contents?.map(({ Key }) => Key) ?? [],
  get: async ({ s3 }, input) => (await s3.send(new GetObjectCommand(input))).Body?.transformToString(),
  url: async ({ s3 }, input) => getSignedUrl(s3, new GetObjectCommand(input)),
  put: async ({ s3 }, input) => (await s3.send(new PutObjectCommand(input))).ETag,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { chain = "default", call, input } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ ok: (await calls[call](clients[chain], input)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.name, message: error.message, status: error.$metadata?.httpStatusCode }));
  }
}
