// Every command of the SDK's model, as the SDK itself writes it to the wire: each is taken for the operation that it is,
// and those that are not served say so by name.

import * as s3 from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openTestGate, type TestGate } from "../support/gate.ts";

const SERVED = new Set(
  `ListBuckets CreateBucket HeadBucket DeleteBucket GetBucketLocation GetBucketPolicy PutBucketPolicy
   DeleteBucketPolicy GetPublicAccessBlock PutPublicAccessBlock DeletePublicAccessBlock ListObjects ListObjectsV2 GetObject HeadObject PutObject DeleteObject CopyObject DeleteObjects
   CreateMultipartUpload UploadPart UploadPartCopy CompleteMultipartUpload AbortMultipartUpload ListParts
   ListMultipartUploads`.split(/\s+/),
);

const names = Object.keys(s3)
  .filter((name) => /^[A-Z]\w+Command$/.test(name))
  .map((name) => name.slice(0, -"Command".length));

/** Whatever any command must have to be written. */
const INPUT = {
  Bucket: "model-bucket",
  Key: "key",
  Id: "id",
  UploadId: "upload",
  PartNumber: 1,
  CopySource: "model-bucket/key",
  RenameSource: "other",
  AnnotationName: "note",
  RequestRoute: "route",
  RequestToken: "token",
  ObjectAttributes: ["ETag"],
};

interface Written {
  readonly method: string;
  readonly target: string;
  readonly headers: string[];
}

/** The request of a command, without its signature and its body. */
async function writeCommand(name: string): Promise<Written> {
  let written: Written | undefined;
  const requestHandler = {
    async handle(request: { method: string; path: string; query: Record<string, string>; headers: object }) {
      const query = Object.entries(request.query ?? {}).map(
        ([key, value]) => `${key}=${encodeURIComponent(value ?? "")}`,
      );
      const headers = Object.entries(request.headers as Record<string, string>)
        .filter(([key]) => key === "x-amz-copy-source" || key === "x-amz-object-attributes")
        .flat();
      written = {
        method: request.method,
        target: request.path + (query.length > 0 ? `?${query.join("&")}` : ""),
        headers,
      };
      throw new Error("written");
    },
  };
  const client = new s3.S3Client({
    region: "us-east-1",
    endpoint: "http://127.0.0.1:1",
    forcePathStyle: true,
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secretEXAMPLE" },
    maxAttempts: 1,
    requestHandler: requestHandler as never,
    disableS3ExpressSessionAuth: true,
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
  const Command = (s3 as unknown as Record<string, new (input: object) => never>)[`${name}Command`]!;
  await client.send(new Command(INPUT)).catch(() => {});
  client.destroy();
  if (!written) throw new Error(`${name} was not written`);
  return written;
}

let t: TestGate;
beforeAll(async () => {
  t = await openTestGate();
  t.bucket("model-bucket");
});
afterAll(() => t.close());

async function recordedAction(): Promise<string | undefined> {
  await t.gate.events.flush();
  const last = t.world.timeline.last();
  return t.world.timeline.query({ after: last - 1, limit: 1 })[0]?.Action;
}

describe("the SDK's model", () => {
  test("has all that is served", () => {
    expect([...SERVED].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(110);
  });

  test.each(names)("%s", async (name) => {
    const answer = await t.ask(await writeCommand(name));
    expect(await recordedAction()).toBe(name);
    if (SERVED.has(name)) {
      expect(answer.status).not.toBe(501);
    } else {
      expect([answer.status, answer.code]).toEqual([501, "NotImplemented"]);
      expect(answer.text).toContain(`<Message>${name} is not implemented by rolemint</Message>`);
    }
  });
});

test.each([
  ["POST", "/model-bucket", "PostObject"],
  ["POST", "/model-bucket?", "PostObject"],
])("%s %s is %s, which is not served", async (method, target, name) => {
  const headers = ["Content-Type", "multipart/form-data; boundary=x"];
  const answer = await t.ask({ method, target, headers, body: "--x--", signer: undefined });
  expect([answer.status, answer.text]).toEqual([501, expect.stringContaining(`${name} is not implemented`)]);
});

test("a preflight is answered as for a bucket without CORS", async () => {
  const headers = ["Origin", "http://example.com", "Access-Control-Request-Method", "PUT"];
  const answer = await t.ask({ method: "OPTIONS", target: "/model-bucket/key", headers, signer: undefined });
  expect([answer.status, answer.code]).toEqual([403, "AccessForbidden"]);
  expect(answer.text).toContain("<Method>PUT</Method><ResourceType>OBJECT</ResourceType>");
  const bare = await t.ask({ method: "OPTIONS", target: "/model-bucket", signer: undefined });
  expect([bare.status, bare.code]).toEqual([400, "BadRequest"]);
});
