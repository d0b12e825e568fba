// Faults at S3 and STS as real SDK clients meet them: the error as AWS words it, and what a client that fetches new
// credentials can do after it.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { keysOf } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";

const CONFIG = `version: 1
roles:
  app:
    managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess]
    inlinePolicies:
      chain: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: sts:AssumeRole, Resource: "*" }] }
  next:
    trust: { Version: "2012-10-17", Statement: [{ Effect: Allow, Principal: { AWS: "111122223333" }, Action: sts:AssumeRole }] }
instances: { web: { role: app } }
buckets: { demo: {} }
`;

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
});
beforeEach(() => running.control("Reset"));

const web = () => running.ready().instances["web"]!.imds;
const put = (Name: string, more: object = {}) => running.control("PutFault", { Name, Target: "web", ...more });
/** Signing with what the instance's metadata shows now. */
const fresh = async () => clients(running.ready(), await keysOf(web()));

const EXPIRED_AT_S3 = { name: "ExpiredToken", message: "The provided token has expired.", status: 400 };
const EXPIRED_AT_STS = {
  name: "ExpiredToken",
  message: "The security token included in the request is expired",
  status: 403,
};
const FILE = { Bucket: "demo", Key: "file" };
const MIB_5 = randomBytes(5 * 1024 ** 2);

test("s3.expire-mid-multipart: the same upload goes on with new credentials", async () => {
  await put("s3.expire-mid-multipart", { Parameters: { Part: 2, Complete: true } });
  const first = await fresh();
  const { UploadId } = await first.s3.send(new CreateMultipartUploadCommand(FILE));
  const part = (PartNumber: number) =>
    new UploadPartCommand({ ...FILE, UploadId, PartNumber, Body: PartNumber === 1 ? MIB_5 : "end" });
  const one = await first.s3.send(part(1));
  expect(await refusal(first.s3.send(part(2)))).toEqual(EXPIRED_AT_S3);
  expect(await refusal(first.s3.send(part(2)))).toEqual(EXPIRED_AT_S3);
  const second = await fresh();
  const two = await second.s3.send(part(2));
  const { Parts } = await second.s3.send(new ListPartsCommand({ ...FILE, UploadId }));
  expect(Parts!.map(({ PartNumber }) => PartNumber)).toEqual([1, 2]);
  const parts = [one, two].map(({ ETag }, index) => ({ ETag, PartNumber: index + 1 }));
  const ending = () => new CompleteMultipartUploadCommand({ ...FILE, UploadId, MultipartUpload: { Parts: parts } });
  expect(await refusal(second.s3.send(ending()))).toEqual(EXPIRED_AT_S3);
  await (await fresh()).s3.send(ending());
  const { ContentLength } = await second.s3.send(new HeadObjectCommand(FILE));
  expect(ContentLength).toBe(MIB_5.length + 3);
});

test("s3.expire-mid-list: the listing goes on where it was", async () => {
  const operator = clients(running.ready());
  for (const Key of ["a", "b", "c"]) await operator.s3.send(new PutObjectCommand({ Bucket: "demo", Key, Body: Key }));
  await put("s3.expire-mid-list", { Parameters: { Page: 3 } });
  const first = await fresh();
  const page = (ContinuationToken?: string) =>
    new ListObjectsV2Command({ Bucket: "demo", MaxKeys: 1, ContinuationToken });
  const one = await first.s3.send(page());
  const two = await first.s3.send(page(one.NextContinuationToken));
  expect(await refusal(first.s3.send(page(two.NextContinuationToken)))).toEqual(EXPIRED_AT_S3);
  const three = await (await fresh()).s3.send(page(two.NextContinuationToken));
  expect(three.Contents!.map(({ Key }) => Key)).toEqual(["c"]);
});

test("s3.presign-dies: with the token, long before X-Amz-Expires; another is good", async () => {
  await clients(running.ready()).s3.send(new PutObjectCommand({ ...FILE, Body: "x" }));
  await put("s3.presign-dies", { Parameters: { After: "10m" } });
  const { s3 } = await fresh();
  const presign = () => getSignedUrl(s3, new GetObjectCommand(FILE), { expiresIn: 604_800 });
  const url = await presign();
  expect((await fetch(url)).status).toBe(200);
  await running.control("AdvanceClock", { By: "11m" });
  const dead = await fetch(url);
  const text = await dead.text();
  expect(dead.status).toBe(400);
  expect(text).toContain("<Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Token-0>");
  await running.control("AdvanceClock", { By: "-11m" });
  expect((await fetch(await presign())).status).toBe(200);
});

test.each([
  ["SlowDown", 503, "Please reduce your request rate."],
  ["ServiceUnavailable", 503, "Service is unable to handle request."],
  ["InternalError", 500, "We encountered an internal error. Please try again."],
])("s3.slow-down: %s, for the role and not for the operator", async (Code, status, message) => {
  await put("s3.slow-down", { Parameters: { Code }, Times: 1 });
  const { s3 } = await fresh();
  const list = new ListObjectsV2Command({ Bucket: "demo" });
  expect((await clients(running.ready()).s3.send(list)).KeyCount).toBe(0);
  expect(await refusal(s3.send(list))).toEqual({ name: Code, message, status });
  expect((await s3.send(list)).KeyCount).toBe(0);
});

test("the same seed refuses the same calls, in another world too, whose ids are others", async () => {
  const run = async (world: Running) => {
    await world.control("PutFault", { Name: "s3.slow-down", Target: "web", Probability: 0.5, Seed: "seventeen" });
    const { s3 } = clients(world.ready(), await keysOf(world.ready().instances["web"]!.imds));
    const found = [];
    for (let n = 0; n < 16; n++) {
      const listed = s3.send(new ListObjectsV2Command({ Bucket: "demo" }));
      found.push(
        await listed.then(
          () => "listed",
          ({ name }) => name,
        ),
      );
    }
    return found;
  };
  const first = await run(running);
  expect(new Set(first)).toEqual(new Set(["listed", "SlowDown"]));
  expect(await run(await start({ config: CONFIG }))).toEqual(first);
});

test("s3.expire-after-accept at the end: the body was read, and nothing is stored", async () => {
  await put("s3.expire-after-accept");
  const first = await fresh();
  const upload = () => new PutObjectCommand({ ...FILE, Body: MIB_5 });
  expect(await refusal(first.s3.send(upload()))).toEqual(EXPIRED_AT_S3);
  expect(await refusal(first.s3.send(new HeadObjectCommand(FILE)))).toMatchObject({ status: 404 });
  await (await fresh()).s3.send(upload());
});

test("s3.expire-after-accept at the start: the upload is stored, and was the credential's last call", async () => {
  await put("s3.expire-after-accept", { Parameters: { CheckPoint: "start" } });
  const first = await fresh();
  await first.s3.send(new PutObjectCommand({ ...FILE, Body: MIB_5 }));
  expect(await refusal(first.s3.send(new ListObjectsV2Command({ Bucket: "demo" })))).toEqual(EXPIRED_AT_S3);
  const { ContentLength } = await (await fresh()).s3.send(new HeadObjectCommand(FILE));
  expect(ContentLength).toBe(MIB_5.length);
});

test("s3.hang-on-expired: nothing comes until its time, or until the client goes", async () => {
  await put("s3.hang-on-expired", { Parameters: { Silence: "1h" } });
  const { s3 } = await fresh();
  await running.control("ExpireCredentials", { Instance: "web" });
  const patience = AbortSignal.timeout(300);
  await expect(s3.send(new ListObjectsV2Command({ Bucket: "demo" }), { abortSignal: patience })).rejects.toThrow();
  await expect(
    s3.send(new PutObjectCommand({ ...FILE, Body: MIB_5 }), { abortSignal: AbortSignal.timeout(300) }),
  ).rejects.toThrow();
  await running.control("DeleteFault", { All: true });
  expect(await refusal(s3.send(new ListObjectsV2Command({ Bucket: "demo" })))).toEqual(EXPIRED_AT_S3);
  // What hung was let go with its client: both are recorded as ended.
  const { Events } = await running.control("ListEvents");
  const refused = Events.filter((event: any) => event.Kind === "refusal" && event.Service === "s3");
  expect(refused.map((event: any) => event.Action)).toEqual(["ListObjectsV2", "PutObject", "ListObjectsV2"]);
});

test("sts.throttle and sts.5xx: AssumeRole alone", async () => {
  const { sts } = await fresh();
  const assume = () => sts.send(new AssumeRoleCommand({ RoleArn: ARN, RoleSessionName: "chain" }));
  const throttle = await put("sts.throttle");
  expect(await refusal(assume())).toEqual({ name: "Throttling", message: "Rate exceeded", status: 400 });
  await sts.send(new GetCallerIdentityCommand({}));
  await running.control("DeleteFault", { Id: throttle.Fault.Id });
  await put("sts.5xx", { Times: 1 });
  const message = "The request processing has failed because of an unknown error, exception or failure.";
  expect(await refusal(assume())).toEqual({ name: "InternalFailure", message, status: 500 });
  await put("sts.5xx", { Times: 1, Parameters: { Status: "503" } });
  expect(await refusal(assume())).toMatchObject({ name: "ServiceUnavailable", status: 503 });
  expect((await assume()).Credentials?.AccessKeyId).toMatch(/^ASIA/);
});

test("sts.source-expired: the chain goes on with new credentials of the instance", async () => {
  await put("sts.source-expired");
  const assume = new AssumeRoleCommand({ RoleArn: ARN, RoleSessionName: "chain" });
  const first = await fresh();
  expect(await refusal(first.sts.send(assume))).toEqual(EXPIRED_AT_STS);
  expect((await (await fresh()).sts.send(assume)).Credentials?.AccessKeyId).toMatch(/^ASIA/);
});

const ARN = "arn:aws:iam::111122223333:role/next";

test("who ends the simulator does not wait for what hangs", async () => {
  const other = await start({ config: CONFIG });
  await other.control("PutFault", { Name: "s3.hang-on-expired", Target: "web", Parameters: { Silence: "1h" } });
  const { s3 } = clients(other.ready(), await keysOf(other.ready().instances["web"]!.imds));
  await other.control("ExpireCredentials", { Instance: "web" });
  const hanging = s3.send(new ListObjectsV2Command({ Bucket: "demo" }));
  const outcome = expect(hanging).rejects.toThrow();
  const probe = connect(Number(new URL(other.ready().endpoints.aws).port), "127.0.0.1");
  await once(probe, "connect");
  expect(await other.stop()).toMatchObject({ code: 0 });
  await outcome;
});
