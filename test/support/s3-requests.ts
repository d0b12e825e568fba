// One request of every served operation, with what must be there before and what must be allowed for it.
import { createHash } from "node:crypto";
import { BLOCKS_ALL } from "@rolemint/world";
import type { Ask, TestGate } from "./gate.ts";

export interface Need {
  readonly action: string;
  readonly resource: string;
}

export interface ServedRequest {
  readonly name: string;
  /** On a fresh bucket: what must be there, and the request. */
  prepare(t: TestGate, bucket: string): Promise<Ask>;
  needs(bucket: string): readonly Need[];
  /** False where no bucket is there whose policy could allow it. */
  readonly hasBucket?: boolean;
  /** Refused keys are told in an answer of 200. */
  readonly refusesInside?: boolean;
}

const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;
const keyArn = (bucket: string, key = "key") => `arn:aws:s3:::${bucket}/${key}`;
const onBucket = (action: string) => (bucket: string) => [{ action, resource: bucketArn(bucket) }];
const onKey = (action: string) => (bucket: string) => [{ action, resource: keyArn(bucket) }];
const copying = (bucket: string) => [
  { action: "s3:GetObject", resource: keyArn(bucket, "source") },
  { action: "s3:PutObject", resource: keyArn(bucket) },
];

async function newUpload(t: TestGate, bucket: string): Promise<{ uploadId: string; etag: string }> {
  const { uploadId } = await t.backend.createUpload({
    bucket,
    key: "key",
    headers: {},
    initiator: { id: "id", name: "name" },
  });
  const bytes = Buffer.from("part");
  async function* chunks() {
    yield bytes;
  }
  const body = { size: bytes.length, chunks: chunks(), checksum: () => undefined };
  const { etag } = await t.backend.putPart({ bucket, key: "key", uploadId }, 1, body);
  return { uploadId, etag };
}

const md5 = (text: string) => createHash("md5").update(text).digest("base64");
const POLICY = (bucket: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: keyArn(bucket, "never") }],
  });

type Row = Omit<ServedRequest, "name">;
const fixed = (ask: (bucket: string) => Ask, needs: Row["needs"], more: Partial<Row> = {}): Row => ({
  prepare: async (t, bucket) => {
    await t.put(bucket, "key");
    return ask(bucket);
  },
  needs,
  ...more,
});

const rows = {
  ListBuckets: fixed(
    () => ({ target: "/" }),
    () => [{ action: "s3:ListAllMyBuckets", resource: "*" }],
    { hasBucket: false },
  ),
  CreateBucket: fixed(
    (bucket) => ({ method: "PUT", target: `/${bucket}-new` }),
    (bucket) => onBucket("s3:CreateBucket")(`${bucket}-new`),
    {
      hasBucket: false,
    },
  ),
  HeadBucket: fixed((bucket) => ({ method: "HEAD", target: `/${bucket}` }), onBucket("s3:ListBucket")),
  DeleteBucket: {
    prepare: async (_, bucket) => ({ method: "DELETE", target: `/${bucket}` }),
    needs: onBucket("s3:DeleteBucket"),
  },
  GetBucketLocation: fixed((bucket) => ({ target: `/${bucket}?location` }), onBucket("s3:GetBucketLocation")),
  GetBucketPolicy: {
    prepare: async (t, bucket) => {
      const facts = t.world.tables.buckets.get(bucket)!;
      if (facts.policy === undefined) {
        t.world.change(() => t.world.tables.buckets.put({ ...facts, policy: POLICY(bucket) }));
      }
      return { target: `/${bucket}?policy` };
    },
    needs: onBucket("s3:GetBucketPolicy"),
  },
  PutBucketPolicy: fixed(
    (bucket) => ({ method: "PUT", target: `/${bucket}?policy`, body: POLICY(bucket) }),
    onBucket("s3:PutBucketPolicy"),
  ),
  DeleteBucketPolicy: fixed(
    (bucket) => ({ method: "DELETE", target: `/${bucket}?policy` }),
    onBucket("s3:DeleteBucketPolicy"),
  ),
  GetPublicAccessBlock: {
    prepare: async (t, bucket) => {
      const facts = t.world.tables.buckets.get(bucket)!;
      t.world.change(() => t.world.tables.buckets.put({ ...facts, publicAccessBlock: BLOCKS_ALL }));
      return { target: `/${bucket}?publicAccessBlock` };
    },
    needs: onBucket("s3:GetBucketPublicAccessBlock"),
  },
  PutPublicAccessBlock: fixed(
    (bucket) => ({ method: "PUT", target: `/${bucket}?publicAccessBlock`, body: "<PublicAccessBlockConfiguration/>" }),
    onBucket("s3:PutBucketPublicAccessBlock"),
  ),
  DeletePublicAccessBlock: fixed(
    (bucket) => ({ method: "DELETE", target: `/${bucket}?publicAccessBlock` }),
    onBucket("s3:PutBucketPublicAccessBlock"),
  ),
  ListObjects: fixed((bucket) => ({ target: `/${bucket}` }), onBucket("s3:ListBucket")),
  ListObjectsV2: fixed((bucket) => ({ target: `/${bucket}?list-type=2` }), onBucket("s3:ListBucket")),
  GetObject: fixed((bucket) => ({ target: `/${bucket}/key` }), onKey("s3:GetObject")),
  HeadObject: fixed((bucket) => ({ method: "HEAD", target: `/${bucket}/key` }), onKey("s3:GetObject")),
  PutObject: fixed((bucket) => ({ method: "PUT", target: `/${bucket}/key`, body: "x" }), onKey("s3:PutObject")),
  DeleteObject: fixed((bucket) => ({ method: "DELETE", target: `/${bucket}/key` }), onKey("s3:DeleteObject")),
  CopyObject: {
    prepare: async (t, bucket) => {
      await t.put(bucket, "source");
      const headers = ["x-amz-copy-source", `/${bucket}/source`];
      return { method: "PUT", target: `/${bucket}/key`, headers };
    },
    needs: copying,
  },
  DeleteObjects: fixed(
    (bucket) => {
      const body = "<Delete><Object><Key>key</Key></Object></Delete>";
      return { method: "POST", target: `/${bucket}?delete`, headers: ["Content-MD5", md5(body)], body };
    },
    onKey("s3:DeleteObject"),
    { refusesInside: true },
  ),
  CreateMultipartUpload: fixed(
    (bucket) => ({ method: "POST", target: `/${bucket}/key?uploads` }),
    onKey("s3:PutObject"),
  ),
  UploadPart: {
    prepare: async (t, bucket) => {
      const { uploadId } = await newUpload(t, bucket);
      return { method: "PUT", target: `/${bucket}/key?partNumber=2&uploadId=${uploadId}`, body: "x" };
    },
    needs: onKey("s3:PutObject"),
  },
  UploadPartCopy: {
    prepare: async (t, bucket) => {
      await t.put(bucket, "source");
      const { uploadId } = await newUpload(t, bucket);
      const headers = ["x-amz-copy-source", `${bucket}/source`];
      return { method: "PUT", target: `/${bucket}/key?partNumber=2&uploadId=${uploadId}`, headers };
    },
    needs: copying,
  },
  CompleteMultipartUpload: {
    prepare: async (t, bucket) => {
      const { uploadId, etag } = await newUpload(t, bucket);
      const part = `<Part><PartNumber>1</PartNumber><ETag>"${etag}"</ETag></Part>`;
      const body = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
      return { method: "POST", target: `/${bucket}/key?uploadId=${uploadId}`, body };
    },
    needs: onKey("s3:PutObject"),
  },
  AbortMultipartUpload: {
    prepare: async (t, bucket) => {
      const { uploadId } = await newUpload(t, bucket);
      return { method: "DELETE", target: `/${bucket}/key?uploadId=${uploadId}` };
    },
    needs: onKey("s3:AbortMultipartUpload"),
  },
  ListParts: {
    prepare: async (t, bucket) => {
      const { uploadId } = await newUpload(t, bucket);
      return { target: `/${bucket}/key?uploadId=${uploadId}` };
    },
    needs: onKey("s3:ListMultipartUploadParts"),
  },
  ListMultipartUploads: fixed(
    (bucket) => ({ target: `/${bucket}?uploads` }),
    onBucket("s3:ListBucketMultipartUploads"),
  ),
} satisfies Record<string, Row>;

export const servedRequests: readonly ServedRequest[] = Object.entries(rows).map(([name, row]) => ({
  name,
  ...(row as Row),
}));
