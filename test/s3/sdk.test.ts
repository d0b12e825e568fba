// Every served operation by the real SDK, as programs call them: path style, static credentials, its own checksums.
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { onEachBackend } from "../support/backends.ts";
import type { Signer, TestGate } from "../support/gate.ts";

onEachBackend(({ openTestGate }) => {
  let t: TestGate;
  let client: s3.S3Client;
  beforeAll(async () => {
    t = await openTestGate();
    client = clientOf(t.root);
  });
  afterAll(async () => {
    client.destroy();
    await t.close();
  });

  function clientOf(credentials: Signer, more: Partial<s3.S3ClientConfig> = {}): s3.S3Client {
    return new s3.S3Client({
      region: t.region,
      endpoint: `http://127.0.0.1:${t.port}`,
      forcePathStyle: true,
      credentials,
      maxAttempts: 1,
      logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
      ...more,
    });
  }

  let buckets = 0;
  async function newBucket(): Promise<string> {
    const Bucket = `sdk-bucket-${++buckets}`;
    await client.send(new s3.CreateBucketCommand({ Bucket }));
    return Bucket;
  }

  const nameOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "no error",
      (error: Error) => error.name,
    );

  describe("buckets", () => {
    test("are made, found, listed page by page, located and deleted", async () => {
      const Bucket = await newBucket();
      const made = await client.send(new s3.CreateBucketCommand({ Bucket }));
      expect(made.Location).toBe(`/${Bucket}`);
      const head = await client.send(new s3.HeadBucketCommand({ Bucket }));
      expect(head.BucketRegion).toBe("us-east-1");
      const { LocationConstraint } = await client.send(new s3.GetBucketLocationCommand({ Bucket }));
      expect(LocationConstraint).toBeUndefined();
      for (const end of ["a", "b", "c"]) await client.send(new s3.CreateBucketCommand({ Bucket: `paged-${end}` }));
      const first = await client.send(new s3.ListBucketsCommand({ Prefix: "paged-", MaxBuckets: 2 }));
      expect(first.Buckets?.map(({ Name }) => Name)).toEqual(["paged-a", "paged-b"]);
      const { ContinuationToken } = first;
      const rest = await client.send(new s3.ListBucketsCommand({ Prefix: "paged-", MaxBuckets: 2, ContinuationToken }));
      expect(rest.Buckets?.map(({ Name, BucketRegion }) => [Name, BucketRegion])).toEqual([["paged-c", "us-east-1"]]);
      expect(rest.ContinuationToken).toBeUndefined();
      const all = await client.send(new s3.ListBucketsCommand({}));
      expect(all.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
      expect(all.Buckets?.map(({ Name }) => Name)).toContain(Bucket);
      await client.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
      expect(await nameOf(client.send(new s3.DeleteBucketCommand({ Bucket })))).toBe("BucketNotEmpty");
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "k" }));
      await client.send(new s3.DeleteBucketCommand({ Bucket }));
      expect(await nameOf(client.send(new s3.HeadBucketCommand({ Bucket })))).toBe("NotFound");
      expect(await nameOf(client.send(new s3.ListObjectsV2Command({ Bucket })))).toBe("NoSuchBucket");
    });

    test("have a policy, or none", async () => {
      const Bucket = await newBucket();
      expect(await nameOf(client.send(new s3.GetBucketPolicyCommand({ Bucket })))).toBe("NoSuchBucketPolicy");
      const statement = {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${Bucket}/*`,
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      expect(await nameOf(client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy })))).toBe("AccessDenied");
      const { PublicAccessBlockConfiguration } = await client.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
      expect(Object.values(PublicAccessBlockConfiguration!)).toEqual([true, true, true, true]);
      const open = { BlockPublicPolicy: false, RestrictPublicBuckets: false };
      await client.send(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: open }));
      await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy }));
      expect((await client.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
      await client.send(new s3.PutObjectCommand({ Bucket, Key: "open", Body: "to all" }));
      expect(await (await fetch(`http://127.0.0.1:${t.port}/${Bucket}/open`)).text()).toBe("to all");
      await client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
      expect((await fetch(`http://127.0.0.1:${t.port}/${Bucket}/open`)).status).toBe(403);
      const wrong = new s3.PutBucketPolicyCommand({ Bucket, Policy: '{"Version":"2012-10-17"}' });
      await expect(client.send(wrong)).rejects.toMatchObject({
        name: "MalformedPolicy",
        message: "Missing required field Statement",
      });
      const large = JSON.stringify({ Version: "2012-10-17", Id: "x".repeat(20 * 1024), Statement: [statement] });
      expect(await nameOf(client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: large })))).toBe(
        "PolicyTooLarge",
      );
    });

    test.each([
      ["Upper-Case", "InvalidBucketName"],
      ["xn--bucket", "InvalidBucketName"],
      ["192.168.0.1", "InvalidBucketName"],
      ["two..dots", "InvalidBucketName"],
      ["my-s3alias", "InvalidBucketName"],
      ["mine-111122223333-us-east-1-an", "InvalidBucketName"],
    ])("of the name %s are refused", async (Bucket, name) => {
      expect(await nameOf(client.send(new s3.CreateBucketCommand({ Bucket })))).toBe(name);
    });

    test.each([
      ["eu-west-1", "IllegalLocationConstraintException"],
      ["us-east-1", "InvalidLocationConstraint"],
      ["mars", "InvalidLocationConstraint"],
    ] as const)("in %s are refused by us-east-1", async (place, name) => {
      const LocationConstraint = place as s3.BucketLocationConstraint;
      const command = new s3.CreateBucketCommand({
        Bucket: "elsewhere",
        CreateBucketConfiguration: { LocationConstraint },
      });
      expect(await nameOf(client.send(command))).toBe(name);
    });

    test("of another account are taken", async () => {
      t.bucket("taken-bucket", { owner: "444455556666" });
      expect(await nameOf(client.send(new s3.CreateBucketCommand({ Bucket: "taken-bucket" })))).toBe(
        "BucketAlreadyExists",
      );
    });

    test("outside us-east-1 need their location, and are not made twice", async () => {
      const other = await openTestGate({ region: "eu-west-1" });
      const there = clientOf(other.root, { region: "eu-west-1", endpoint: `http://127.0.0.1:${other.port}` });
      const Bucket = "a-bucket";
      expect((await other.ask({ method: "PUT", target: `/${Bucket}` })).code).toBe(
        "IllegalLocationConstraintException",
      );
      const located = { Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } } as const;
      await there.send(new s3.CreateBucketCommand(located));
      expect(await nameOf(there.send(new s3.CreateBucketCommand(located)))).toBe("BucketAlreadyOwnedByYou");
      const { LocationConstraint } = await there.send(new s3.GetBucketLocationCommand({ Bucket }));
      expect(LocationConstraint).toBe("eu-west-1");
      there.destroy();
      await other.close();
    });
  });

  describe("objects", () => {
    test("come back with all that was put", async () => {
      const Bucket = await newBucket();
      const put = await client.send(
        new s3.PutObjectCommand({
          Bucket,
          Key: "dir/a b+ü.txt",
          Body: "hello",
          ContentType: "text/plain",
          CacheControl: "no-cache",
          ContentDisposition: "inline",
          ContentEncoding: "identity",
          ContentLanguage: "de",
          Expires: new Date("2030-01-01T00:00:00Z"),
          Metadata: { one: "two  spaces", three: "4" },
          ACL: "private",
          StorageClass: "STANDARD",
        }),
      );
      expect(put).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"', ChecksumType: "FULL_OBJECT" });
      expect(put.ChecksumCRC32).toBe("NhCmhg==");
      const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "dir/a b+ü.txt", ChecksumMode: "ENABLED" }));
      expect(await got.Body!.transformToString()).toBe("hello");
      expect(got).toMatchObject({
        ContentType: "text/plain",
        CacheControl: "no-cache",
        ContentDisposition: "inline",
        ContentEncoding: "identity",
        ContentLanguage: "de",
        ExpiresString: "Tue, 01 Jan 2030 00:00:00 GMT",
        Metadata: { one: "two  spaces", three: "4" },
        ContentLength: 5,
        AcceptRanges: "bytes",
        ChecksumCRC32: "NhCmhg==",
      });
      const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: "dir/a b+ü.txt" }));
      expect(head).toMatchObject({ ContentLength: 5, ETag: put.ETag });
      expect(head.ChecksumCRC32).toBeUndefined();
    });

    test.each([
      ["bytes=1-3", "ell", "bytes 1-3/5"],
      ["bytes=3-", "lo", "bytes 3-4/5"],
      ["bytes=-2", "lo", "bytes 3-4/5"],
      ["bytes=0-99", "hello", "bytes 0-4/5"],
    ])("are given in the range %s", async (Range, text, shown) => {
      const Bucket = await newBucket();
      await client.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body: "hello" }));
      const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "k", Range }));
      expect([await got.Body!.transformToString(), got.ContentRange]).toEqual([text, shown]);
    });

    test("answer conditions and overrides", async () => {
      const Bucket = await newBucket();
      const Key = "k";
      const { ETag } = await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "hello" }));
      const get = (more: Partial<s3.GetObjectCommandInput>) =>
        client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
      expect((await get({ IfMatch: ETag })).ETag).toBe(ETag);
      expect(await nameOf(get({ IfMatch: '"other"' }))).toBe("PreconditionFailed");
      await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
      expect(await nameOf(get({ Range: "bytes=9-" }))).toBe("InvalidRange");
      const shown = await get({
        ResponseContentType: "text/x",
        ResponseContentDisposition: 'attachment; filename="a"',
      });
      expect(shown).toMatchObject({ ContentType: "text/x", ContentDisposition: 'attachment; filename="a"' });
      const put = (more: Partial<s3.PutObjectCommandInput>) =>
        client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "x", ...more }));
      expect(await nameOf(put({ IfNoneMatch: "*" }))).toBe("PreconditionFailed");
      expect(await nameOf(put({ IfMatch: '"other"' }))).toBe("PreconditionFailed");
      expect(await nameOf(put({ IfNoneMatch: ETag }))).toBe("NotImplemented");
      expect(await nameOf(put({ IfMatch: ETag }))).toBe("no error");
    });

    test("are copied, with their headers or new ones", async () => {
      const Bucket = await newBucket();
      const Metadata = { a: "b" };
      await client.send(
        new s3.PutObjectCommand({ Bucket, Key: "from +1", Body: "hello", Metadata, ContentType: "text/a" }),
      );
      const CopySource = `${Bucket}/${encodeURIComponent("from +1")}`;
      const copied = await client.send(new s3.CopyObjectCommand({ Bucket, Key: "to", CopySource }));
      expect(copied.CopyObjectResult?.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
      expect(await client.send(new s3.HeadObjectCommand({ Bucket, Key: "to" }))).toMatchObject({
        Metadata,
        ContentType: "text/a",
      });
      await client.send(
        new s3.CopyObjectCommand({
          Bucket,
          Key: "to",
          CopySource,
          MetadataDirective: "REPLACE",
          Metadata: { c: "d" },
          ContentType: "text/b",
          ChecksumAlgorithm: "SHA256",
        }),
      );
      const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: "to", ChecksumMode: "ENABLED" }));
      expect(head).toMatchObject({ Metadata: { c: "d" }, ContentType: "text/b" });
      expect(head.ChecksumSHA256).toBe("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
      const same = new s3.CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/to` });
      expect(await nameOf(client.send(same))).toBe("InvalidRequest");
      const missing = new s3.CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/nothing` });
      expect(await nameOf(client.send(missing))).toBe("NoSuchKey");
    });

    test("are deleted one by one and in lists", async () => {
      const Bucket = await newBucket();
      for (const Key of ["a", "b", "c"]) await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }));
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "a" }));
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: "never there" }));
      const Objects = [{ Key: "b" }, { Key: "never there" }];
      const shown = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      expect(shown.Deleted?.map(({ Key }) => Key)).toEqual(["b", "never there"]);
      const quiet = await client.send(
        new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "c" }], Quiet: true } }),
      );
      expect([quiet.Deleted, quiet.Errors]).toEqual([undefined, undefined]);
      expect(await t.keys(Bucket)).toEqual([]);
    });

    test("are listed in pages, prefixes and both versions", async () => {
      const Bucket = await newBucket();
      const keys = ["a", "dir/1", "dir/2", "é x", "z&<>"];
      for (const Key of keys) await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }));
      const first = await client.send(new s3.ListObjectsV2Command({ Bucket, MaxKeys: 2, FetchOwner: true }));
      expect(first).toMatchObject({ KeyCount: 2, IsTruncated: true, Name: Bucket, MaxKeys: 2 });
      expect(first.Contents?.[0]).toMatchObject({ Key: "a", Size: 1, StorageClass: "STANDARD" });
      expect(first.Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
      const next = { Bucket, ContinuationToken: first.NextContinuationToken };
      const rest = await client.send(new s3.ListObjectsV2Command({ ...next, EncodingType: "url" }));
      expect(rest.Contents?.map(({ Key }) => Key)).toEqual(["dir/2", "z%26%3C%3E", "%C3%A9%20x"]);
      const grouped = await client.send(new s3.ListObjectsV2Command({ Bucket, Delimiter: "/", StartAfter: "a" }));
      expect(grouped.CommonPrefixes).toEqual([{ Prefix: "dir/" }]);
      expect(grouped.Contents?.map(({ Key }) => Key)).toEqual(["z&<>", "é x"]);
      const old = await client.send(new s3.ListObjectsCommand({ Bucket, MaxKeys: 1, Delimiter: "/", Marker: "a" }));
      expect(old).toMatchObject({
        IsTruncated: true,
        NextMarker: "dir/",
        Marker: "a",
        CommonPrefixes: [{ Prefix: "dir/" }],
      });
      const bad = new s3.ListObjectsV2Command({ Bucket, ContinuationToken: "not one of ours" });
      expect(await nameOf(client.send(bad))).toBe("InvalidArgument");
    });

    test("go by presigned URLs", async () => {
      const Bucket = await newBucket();
      const role = t.session("presigner", [
        { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `arn:aws:s3:::${Bucket}/*` },
      ]);
      const own = clientOf(role);
      const put = new s3.PutObjectCommand({ Bucket, Key: "k", ACL: "private", Metadata: { a: "b" } });
      const putUrl = await getSignedUrl(own, put, { expiresIn: 60 });
      expect((await fetch(putUrl, { method: "PUT", body: "by url" })).status).toBe(200);
      const getUrl = await getSignedUrl(own, new s3.GetObjectCommand({ Bucket, Key: "k" }), { expiresIn: 60 });
      const got = await fetch(getUrl);
      expect([await got.text(), got.headers.get("x-amz-meta-a")]).toEqual(["by url", "b"]);
      expect((await fetch(getUrl, { method: "HEAD" })).status).toBe(403);
      expect((await fetch(`${getUrl}0`)).status).toBe(403);
      own.destroy();
    });
  });

  describe("bodies of the SDK", () => {
    test.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)("with %s", async (ChecksumAlgorithm) => {
      const Bucket = await newBucket();
      const command = { Bucket, Key: "k", ChecksumAlgorithm };
      await client.send(new s3.PutObjectCommand({ ...command, Body: "hello" }));
      // A stream comes in aws-chunked framing with its checksum as a trailer.
      const Body = Readable.from([Buffer.alloc(10_000, 1), Buffer.alloc(9_000, 2), Buffer.alloc(5, 3)]);
      await client.send(new s3.PutObjectCommand({ ...command, Body, ContentLength: 19_005 }));
      const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "k", ChecksumMode: "ENABLED" }));
      expect((await got.Body!.transformToByteArray()).length).toBe(19_005);
      expect(got[`Checksum${ChecksumAlgorithm}`]).toMatch(/^[A-Za-z0-9+/]+=*$/);
      expect(got.ContentEncoding).toBeUndefined();
    });

    test("a stream of small pieces is refused, as on S3, unless the gate is told to take it", async () => {
      const Bucket = await newBucket();
      const put = () => {
        const Body = Readable.from([Buffer.from("small"), Buffer.from("pieces")]);
        return new s3.PutObjectCommand({ Bucket, Key: "k", Body, ContentLength: 11 });
      };
      expect(await nameOf(client.send(put()))).toBe("InvalidChunkSizeError");
      expect(await t.keys(Bucket)).toEqual([]);
      const lenient = await openTestGate({ allowsSmallChunks: true });
      lenient.bucket(Bucket);
      const there = clientOf(lenient.root, { endpoint: `http://127.0.0.1:${lenient.port}` });
      expect(await nameOf(there.send(put()))).toBe("no error");
      there.destroy();
      await lenient.close();
    });

    test("above two megabytes wait for 100 Continue", async () => {
      const Bucket = await newBucket();
      const Body = Buffer.alloc(3 * 1024 ** 2, 7);
      await client.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body }));
      const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "k" }));
      expect(Buffer.from(await got.Body!.transformToByteArray()).equals(Body)).toBe(true);
      const nobody = clientOf(t.user("nobody"));
      expect(await nameOf(nobody.send(new s3.PutObjectCommand({ Bucket, Key: "k", Body })))).toBe("AccessDenied");
      nobody.destroy();
    });
  });

  describe("multipart uploads", () => {
    const PART = Buffer.alloc(5 * 1024 ** 2, 1);

    test("are made of parts and copies of parts, listed and completed", async () => {
      const Bucket = await newBucket();
      const Key = "dir/large";
      await client.send(new s3.PutObjectCommand({ Bucket, Key: "source", Body: PART }));
      const started = await client.send(
        new s3.CreateMultipartUploadCommand({ Bucket, Key, ContentType: "text/x", ChecksumAlgorithm: "CRC32" }),
      );
      expect(started).toMatchObject({ Bucket, Key, ChecksumAlgorithm: "CRC32", ChecksumType: "COMPOSITE" });
      const upload = { Bucket, Key, UploadId: started.UploadId };
      const one = await client.send(
        new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: PART, ChecksumAlgorithm: "CRC32" }),
      );
      const two = await client.send(
        new s3.UploadPartCopyCommand({
          ...upload,
          PartNumber: 2,
          CopySource: `${Bucket}/source`,
          CopySourceRange: "bytes=0-9",
        }),
      );
      const parts = await client.send(new s3.ListPartsCommand({ ...upload, MaxParts: 1 }));
      expect(parts).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "1", ChecksumAlgorithm: "CRC32" });
      expect(parts.Parts?.[0]).toMatchObject({ PartNumber: 1, Size: PART.length, ETag: one.ETag });
      expect(parts.Initiator?.ID).toMatch(/^[0-9a-f]{64}$/);
      const uploads = await client.send(new s3.ListMultipartUploadsCommand({ Bucket, Prefix: "dir/" }));
      expect(uploads.Uploads?.map(({ Key: key, UploadId }) => [key, UploadId])).toEqual([[Key, started.UploadId]]);
      const Parts = [
        { PartNumber: 1, ETag: one.ETag, ChecksumCRC32: one.ChecksumCRC32 },
        { PartNumber: 2, ETag: two.CopyPartResult?.ETag, ChecksumCRC32: two.CopyPartResult?.ChecksumCRC32 },
      ];
      const complete = new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
      const done = await client.send(complete);
      expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
      expect(done.Location).toBe(`http://127.0.0.1:${t.port}/${Bucket}/dir/large`);
      const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key, PartNumber: 2, ChecksumMode: "ENABLED" }));
      expect(head).toMatchObject({ ContentLength: 10, PartsCount: 2, ContentType: "text/x" });
      expect(await nameOf(client.send(new s3.ListPartsCommand(upload)))).toBe("NoSuchUpload");
    });

    test("are aborted, and refuse what does not fit", async () => {
      const Bucket = await newBucket();
      const Key = "k";
      const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
      const upload = { Bucket, Key, UploadId };
      const { ETag } = await client.send(new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: "small" }));
      await client.send(new s3.UploadPartCommand({ ...upload, PartNumber: 2, Body: "last" }));
      const complete = (Parts: s3.CompletedPart[]) =>
        client.send(new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
      expect(await nameOf(complete([{ PartNumber: 1, ETag: '"0"' }]))).toBe("InvalidPart");
      expect(
        await nameOf(
          complete([
            { PartNumber: 3, ETag },
            { PartNumber: 1, ETag },
          ]),
        ),
      ).toBe("InvalidPartOrder");
      expect(await nameOf(complete([]))).toBe("MalformedXML");
      const tooSmall = [
        { PartNumber: 1, ETag },
        { PartNumber: 2, ETag: '"51cebc1f9eaf7a2fce6d2a46fe4d8cc5"' },
      ];
      expect(["EntityTooSmall", "InvalidPart"]).toContain(await nameOf(complete(tooSmall)));
      expect(await nameOf(client.send(new s3.UploadPartCommand({ ...upload, PartNumber: 10_001, Body: "x" })))).toBe(
        "InvalidArgument",
      );
      await client.send(new s3.AbortMultipartUploadCommand(upload));
      expect(await nameOf(client.send(new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: "x" })))).toBe(
        "NoSuchUpload",
      );
      expect(await nameOf(client.send(new s3.AbortMultipartUploadCommand(upload)))).toBe("NoSuchUpload");
    });
  });
});
