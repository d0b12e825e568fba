// Reset: back to the config. Operator key, token, the config's instance ids and ports stay; earlier sessions do not.
import { writeFileSync } from "node:fs";
import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  ModifyInstanceMetadataOptionsCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateRoleCommand,
  GetRoleCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { keysOf, metadata } from "../support/metadata.ts";
import { directory, rolemint, start, trouble } from "../support/rolemint.ts";

const CONFIG = `version: 1
rotation: fast
roles: { app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] } }
instances:
  web: { role: app, tags: { team: a } }
  second: { metadata: { tokens: optional } }
buckets: { demo: {} }
users: { ci: { accessKeys: [{ id: AKIAIOSFODNN7EXAMPLE, secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY }] } }
`;
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const ALLOW_ALL = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

test("everything is as the config says, and only what should stays", async () => {
  const state = `${directory()}/state`;
  const running = await start({ config: CONFIG, state });
  const before = running.ready();
  const list = async () => (await running.control("ListInstances")).Instances;
  const shape = (instances: any[]) =>
    instances.map(({ AccessKeyId: _, Expiration: __, Generation: ___, ...rest }) => rest);
  const first = await list();
  const { iam, ec2, s3 } = clients(before);
  const role = (await iam.send(new GetRoleCommand({ RoleName: "app" }))).Role!;
  const keys = await keysOf(before.instances["web"]!.imds);

  await iam.send(new CreateRoleCommand({ RoleName: "mine", AssumeRolePolicyDocument: TRUST }));
  await iam.send(new PutRolePolicyCommand({ RoleName: "app", PolicyName: "more", PolicyDocument: ALLOW_ALL }));
  await s3.send(new CreateBucketCommand({ Bucket: "mine" }));
  await s3.send(new PutObjectCommand({ Bucket: "mine", Key: "x", Body: Buffer.alloc(400_000) }));
  await s3.send(new PutObjectCommand({ Bucket: "demo", Key: "x", Body: "x" }));
  await s3.send(new CreateMultipartUploadCommand({ Bucket: "demo", Key: "upload" }));
  const { Instances } = await ec2.send(new RunInstancesCommand({ MinCount: 2, MaxCount: 2 }));
  await ec2.send(
    new ModifyInstanceMetadataOptionsCommand({
      InstanceId: before.instances["web"]!.instanceId,
      HttpTokens: "optional",
    }),
  );
  await running.control("SetRotation", { Profile: "tiny" });
  await running.control("SetRotation", { Instance: "web", Profile: "frozen" });
  await running.control("SetClock", { Time: "2040-01-01T00:00:00Z", Rate: 100 });
  await running.control("RotateCredentials", { Instance: "web" });
  const late = await keysOf(before.instances["web"]!.imds);

  expect(await running.control("Reset")).toEqual({});

  const after = running.ready();
  expect(after).toEqual(before);
  expect(shape(await list())).toEqual(shape(first));
  expect((await list())[0]).toMatchObject({ Name: "web", Role: "app", Generation: expect.any(Number) });
  const world = await running.control("DescribeWorld");
  expect(Math.abs(Date.parse(world.Time) - Date.now())).toBeLessThan(60_000);
  expect(world).toMatchObject({
    ClockRate: 1,
    Rotation: { Profile: "fast" },
    Counts: { Roles: 1, Instances: 2, Buckets: 1, Users: 1 },
  });
  for (const { InstanceId } of Instances!) expect(JSON.stringify(after)).not.toContain(InstanceId);

  const fresh = clients(after);
  expect((await fresh.iam.send(new ListRolesCommand({}))).Roles?.map(({ RoleName }) => RoleName)).toEqual(["app"]);
  expect((await fresh.iam.send(new GetRoleCommand({ RoleName: "app" }))).Role!.RoleId).not.toBe(role.RoleId);
  expect((await fresh.iam.send(new ListRolePoliciesCommand({ RoleName: "app" }))).PolicyNames).toEqual([]);
  expect((await fresh.iam.send(new ListUsersCommand({}))).Users).toHaveLength(1);
  expect((await fresh.s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(["demo"]);
  expect((await fresh.s3.send(new ListObjectsV2Command({ Bucket: "demo" }))).KeyCount).toBe(0);
  for (const old of [keys, late]) {
    expect((await refusal(clients(after, old).sts.send(new GetCallerIdentityCommand({})))).status).toBe(403);
    expect((await refusal(clients(after, old).s3.send(new ListBucketsCommand({})))).status).toBe(403);
  }
  const now = await keysOf(after.instances["web"]!.imds);
  expect((await clients(after, now).sts.send(new GetCallerIdentityCommand({}))).Arn).toContain("assumed-role/app/");
  expect((await metadata(after.instances["web"]!.imds, "/latest/meta-data/", null)).status).toBe(401);
  expect((await metadata(after.instances["second"]!.imds, "/latest/meta-data/", null)).status).toBe(200);
  const ci = clients(after, {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  });
  expect((await ci.sts.send(new GetCallerIdentityCommand({}))).Arn).toContain("user/ci");

  // What came before is in neither record.
  const { Events } = await fresh.trail.send(new LookupEventsCommand({}));
  expect(Events!.map(({ EventName }) => EventName)).not.toContain("CreateBucket");
  const timeline = await running.control("ListEvents");
  expect(timeline.Events.map(({ Action }: any) => Action)).not.toContain("CreateBucket");

  // And it survives a restart.
  await running.stop("SIGKILL");
  const again = await start({ cwd: running.cwd, state });
  expect(again.ready().operator).toEqual(before.operator);
});

test("an instance of the config that was terminated is back under its id", async () => {
  const running = await start({ config: CONFIG });
  const before = running.ready().instances;
  const { ec2 } = clients(running.ready());
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [before["web"]!.instanceId] }));
  await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }));
  await running.control("Reset");
  const after = running.ready().instances;
  expect(Object.keys(after)).toEqual(["web", "second"]);
  expect(after["web"]!.instanceId).toBe(before["web"]!.instanceId);
  expect(after["second"]).toEqual(before["second"]);
  expect((await keysOf(after["web"]!.imds)).accessKeyId).toMatch(/^ASIA/);
});

test("it goes back to the config that was applied last, with its first objects", async () => {
  const running = await start();
  const { s3 } = clients(running.ready());
  await s3.send(new DeleteObjectCommand({ Bucket: "demo", Key: "hello.txt" }));
  await running.control("Reset");
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "demo", Key: "hello.txt" }));
  expect(await Body!.transformToString()).toContain("Hello");

  writeFileSync(`${running.cwd}/other.yaml`, "version: 1\ninstances: { more: {} }\nbuckets: { next: {} }\n");
  expect((await rolemint(["apply", "other.yaml", "--ready", running.readyFile], { cwd: running.cwd })).code).toBe(0);
  await running.control("Reset");
  expect(Object.keys(running.ready().instances)).toEqual(["more"]);
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(["next"]);
});

test("a start time of the config is the time again", async () => {
  const running = await start({ config: "version: 1\nclock: { start: 2030-01-01T00:00:00Z }\n" });
  await running.control("AdvanceClock", { By: "1000d" });
  await running.control("Reset");
  expect((await running.control("DescribeWorld")).Time).toMatch(/^2030-01-01T00:0/);
});

test("unfinished uploads are gone, and several resets at once, amid calls, end in one world", async () => {
  const running = await start({ config: CONFIG });
  const { iam, s3 } = clients(running.ready());
  await s3.send(new CreateMultipartUploadCommand({ Bucket: "demo", Key: "upload" }));
  const calls = Array.from({ length: 40 }, (_, n) =>
    Promise.allSettled([
      iam.send(new CreateRoleCommand({ RoleName: `r${n}`, AssumeRolePolicyDocument: TRUST })),
      s3.send(new PutObjectCommand({ Bucket: "demo", Key: `k${n}`, Body: "x" })),
    ]),
  );
  const resets = Array.from({ length: 5 }, () => running.control("Reset"));
  await Promise.all([...calls, ...resets]);
  await running.control("Reset");
  expect(await running.control("DescribeWorld")).toMatchObject({ Counts: { Roles: 1, Instances: 2, Buckets: 1 } });
  expect((await s3.send(new ListObjectsV2Command({ Bucket: "demo" }))).KeyCount).toBe(0);
  expect((await s3.send(new ListMultipartUploadsCommand({ Bucket: "demo" }))).Uploads ?? []).toEqual([]);
  expect(trouble(running)).toBe("");
});
