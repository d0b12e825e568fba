// An ordinary S3 program of the AWS SDK for JavaScript v3, unmodified: it does its jobs one after the other in the
// bucket that it is given, and prints what came of each as one JSON object.
import { randomBytes } from "node:crypto";
import { createReadStream, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
  waitUntilBucketExists,
  waitUntilBucketNotExists,
  waitUntilObjectExists,
  waitUntilObjectNotExists,
} from "@aws-sdk/client-s3";
import { fromInstanceMetadata } from "@aws-sdk/credential-providers";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const MIB = 1024 * 1024;
const [Bucket, folder] = process.argv.slice(2);
const client = new S3Client({ credentials: fromInstanceMetadata() });
const send = (command) => client.send(command);
const put = (Key, Body, more = {}) => send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const bytesOf = async (Key, more = {}) =>
  (await send(new GetObjectCommand({ Bucket, Key, ...more }))).Body.transformToByteArray();
const textOf = async (Key, more) => Buffer.from(await bytesOf(Key, more)).toString();
const failure = async (call) =>
  call.then(
    () => "no error",
    (error) => `${error.$metadata?.httpStatusCode} ${error.name}`,
  );

const big = randomBytes(3 * MIB + 17);
const isSame = (given) => Buffer.from(given).equals(big);

const jobs = {
  async bucket() {
    const own = { Bucket: `${Bucket}-2` };
    await send(new CreateBucketCommand(own));
    await waitUntilBucketExists({ client, maxWaitTime: 10 }, own);
    await send(new HeadBucketCommand(own));
    const { LocationConstraint } = await send(new GetBucketLocationCommand(own));
    await send(new DeleteBucketCommand(own));
    await waitUntilBucketNotExists({ client, maxWaitTime: 10 }, own);
    return [LocationConstraint ?? "us-east-1", await failure(send(new HeadBucketCommand(own)))];
  },
  async text() {
    const { ETag, ChecksumCRC32 } = await put("text", "hello wörld", {
      ContentType: "text/plain",
      Metadata: { who: "me" },
    });
    const head = await send(new HeadObjectCommand({ Bucket, Key: "text" }));
    return [
      head.ETag === ETag,
      typeof ChecksumCRC32,
      head.ContentType,
      head.Metadata,
      head.ContentLength,
      await textOf("text"),
    ];
  },
  async streams() {
    const file = join(folder, "big.bin");
    writeFileSync(file, big);
    await put("stream", createReadStream(file), { ContentLength: statSync(file).size });
    const { Body } = await send(new GetObjectCommand({ Bucket, Key: "stream" }));
    const chunks = [];
    for await (const chunk of Body) chunks.push(chunk);
    await put("sliced", Readable.from([big.subarray(0, 8192), big.subarray(8192)]), { ContentLength: big.length });
    await put("bytes", new Uint8Array(big));
    await put("empty", "");
    return [
      isSame(Buffer.concat(chunks)),
      isSame(await bytesOf("sliced")),
      isSame(await bytesOf("bytes")),
      await textOf("empty"),
    ];
  },
  async checksums() {
    const outcomes = [];
    for (const ChecksumAlgorithm of ["CRC32", "SHA1", "SHA256"]) {
      await put("sum", "sum", { ChecksumAlgorithm });
      outcomes.push(await textOf("sum", { ChecksumMode: "ENABLED" }));
    }
    return outcomes;
  },
  async ranges() {
    await put("range", "0123456789");
    return [
      await textOf("range", { Range: "bytes=2-4" }),
      await textOf("range", { Range: "bytes=-3" }),
      await failure(bytesOf("range", { Range: "bytes=20-" })),
    ];
  },
  async conditions() {
    const { ETag } = await put("condition", "1");
    return [
      await failure(put("condition", "2", { IfNoneMatch: "*" })),
      await failure(bytesOf("condition", { IfNoneMatch: ETag })),
      await failure(bytesOf("condition", { IfMatch: '"0"' })),
      await textOf("condition", { IfMatch: ETag }),
    ];
  },
  async keys() {
    const odd = ["a b+c", "ü/状態", "per%cent", "q?x=1&y", "dots/../up", "quo'te\"", "trailing/", "(*)!~", "💾"];
    for (const Key of odd) await put(Key, Key);
    const read = [];
    for (const Key of odd) read.push((await textOf(Key)) === Key);
    return read.every(Boolean);
  },
  async pages() {
    for (let n = 0; n < 23; n++) await put(`page/${String(n).padStart(2, "0")}`, "x");
    const pages = [];
    for await (const { Contents } of paginateListObjectsV2({ client, pageSize: 10 }, { Bucket, Prefix: "page/" })) {
      pages.push(Contents.length);
    }
    return pages;
  },
  async copy() {
    await put("source ü", big, { ContentType: "x/y" });
    const CopySource = `${Bucket}/${encodeURIComponent("source ü")}`;
    await send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    const { ContentType } = await send(new HeadObjectCommand({ Bucket, Key: "copy" }));
    return [
      isSame(await bytesOf("copy")),
      ContentType,
      await failure(send(new CopyObjectCommand({ Bucket, Key: "c", CopySource: `${Bucket}/none` }))),
    ];
  },
  async multipart() {
    const Key = "multipart";
    const { UploadId } = await send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: "CRC32" }));
    const upload = { Bucket, Key, UploadId };
    const first = randomBytes(5 * MIB);
    const one = await send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: first }));
    const CopySource = `${Bucket}/stream`;
    const { CopyPartResult } = await send(new UploadPartCopyCommand({ ...upload, PartNumber: 2, CopySource }));
    const { Parts } = await send(new ListPartsCommand(upload));
    const { Uploads } = await send(new ListMultipartUploadsCommand({ Bucket }));
    const MultipartUpload = {
      Parts: [
        { PartNumber: 1, ETag: one.ETag, ChecksumCRC32: one.ChecksumCRC32 },
        { PartNumber: 2, ETag: CopyPartResult.ETag, ChecksumCRC32: CopyPartResult.ChecksumCRC32 },
      ],
    };
    const { ETag } = await send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
    const whole = Buffer.from(await bytesOf(Key));
    const dropped = await send(new CreateMultipartUploadCommand({ Bucket, Key: "dropped" }));
    await send(new AbortMultipartUploadCommand({ Bucket, Key: "dropped", UploadId: dropped.UploadId }));
    return [
      Parts.map(({ PartNumber, Size }) => [PartNumber, Size]),
      Uploads.length,
      /-2"$/.test(ETag),
      whole.equals(Buffer.concat([first, big])),
      (await send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0,
    ];
  },
  async presigned() {
    const sign = (command, expiresIn = 60, signingDate = new Date()) =>
      getSignedUrl(client, command, { expiresIn, signingDate });
    const putUrl = await sign(new PutObjectCommand({ Bucket, Key: "signed" }));
    const getUrl = await sign(new GetObjectCommand({ Bucket, Key: "signed" }));
    const written = await fetch(putUrl, { method: "PUT", body: "by url" });
    const read = await fetch(getUrl);
    const overdue = await sign(new GetObjectCommand({ Bucket, Key: "signed" }), 60, new Date(Date.now() - 120_000));
    const refused = await fetch(overdue);
    const other = await fetch(getUrl.replace("/signed?", "/stream?"));
    const tokenless = await fetch(getUrl.replace(/X-Amz-Security-Token=[^&]+&?/, ""));
    return [
      new URL(getUrl).searchParams.get("X-Amz-Security-Token")?.length > 100,
      written.status,
      await read.text(),
      [refused.status, /Request has expired/.test(await refused.text())],
      other.status,
      tokenless.status,
    ];
  },
  async deletes() {
    await send(new DeleteObjectCommand({ Bucket, Key: "copy" }));
    await waitUntilObjectNotExists({ client, maxWaitTime: 10 }, { Bucket, Key: "copy" });
    await waitUntilObjectExists({ client, maxWaitTime: 10 }, { Bucket, Key: "stream" });
    const Objects = ["page/00", "page/01", "none", "ü/状態"].map((Key) => ({ Key }));
    const { Deleted, Errors = [] } = await send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    return [
      Deleted.length,
      Errors.length,
      await failure(bytesOf("page/00")),
      await failure(send(new DeleteBucketCommand({ Bucket }))),
    ];
  },
};

const report = {};
for (const [name, job] of Object.entries(jobs)) {
  try {
    report[name] = await job();
  } catch (error) {
    report[name] = { error: error.name, message: error.message };
  }
}
console.log(JSON.stringify(report));
