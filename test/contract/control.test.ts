// The actions of the control API: what each takes and gives, and what it does to an instance's credentials.

import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { expectError } from "../support/control.ts";
import { documentOf, keysOf } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";

const CONFIG = `version: 1
roles:
  app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess] }
  lambda: { trust: lambda.amazonaws.com }
instances:
  web: { role: app, metadata: { tokens: optional } }
  plain: {}
  stranger: { role: lambda }
buckets: { demo: {} }
users: { ci: { accessKeys: [{ id: AKIAIOSFODNN7EXAMPLE, secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY }], managedPolicies: [] } }
`;

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
});

const imds = () => running.ready().instances["web"]!.imds;
const DURATION = /^(?:\d+(?:ms|[dhms]))+$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

test("DescribeWorld", async () => {
  const world = await running.control("DescribeWorld");
  expect(world).toMatchObject({
    Time: expect.stringMatching(TIME),
    ClockRate: 1,
    Accounts: ["111122223333"],
    Rotation: {
      Profile: "ec2",
      Lifetime: expect.stringMatching(DURATION),
      RenewEvery: expect.stringMatching(DURATION),
    },
    Counts: { Roles: 2, Instances: 3, Buckets: 1, Users: 1 },
    Revision: expect.any(Number),
  });
  expect(Math.abs(Date.parse(world.Time) - Date.now())).toBeLessThan(60_000);
});

test("RotateCredentials gives the next generation once metadata shows it; the one before is still good", async () => {
  const before = await documentOf(imds());
  const old = await keysOf(imds());
  const listed = async () => (await running.control("ListInstances")).Instances[0];
  const { Generation } = await listed();
  const next = await running.control("RotateCredentials", { Instance: "web" });
  expect(next).toEqual({
    Generation: Generation + 1,
    AccessKeyId: expect.any(String),
    Expiration: expect.stringMatching(TIME),
  });
  const after = await documentOf(imds());
  expect(after).toMatchObject({ AccessKeyId: next.AccessKeyId, Expiration: next.Expiration });
  expect(after.AccessKeyId).not.toBe(before.AccessKeyId);
  expect(await listed()).toMatchObject(next);
  await clients(running.ready(), old).sts.send(new GetCallerIdentityCommand({}));
  const byId = await running.control("RotateCredentials", { Instance: running.ready().instances["web"]!.instanceId });
  expect(byId.Generation).toBe(Generation + 2);
});

test.each([
  ["without a profile", "plain", /profile/],
  ["whose role does not trust EC2", "stranger", /trust/],
])("RotateCredentials of an instance %s is 409", async (_, Instance, says) => {
  const answer = await running.ask("RotateCredentials", { Instance });
  expectError(answer, 409);
  expect(answer.body.message).toMatch(says);
});

test("a name that two running instances bear is 409 with their ids, for every action that takes one", async () => {
  const Tags = [{ Key: "Name", Value: "twin" }];
  const { ec2 } = clients(running.ready());
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ MinCount: 2, MaxCount: 2, TagSpecifications: [{ ResourceType: "instance", Tags }] }),
  );
  for (const [action, input] of [
    ["RotateCredentials", {}],
    ["ExpireCredentials", {}],
    ["SetRotation", { Profile: "fast" }],
    ["ListEvents", {}],
  ] as const) {
    const answer = await running.ask(action, { Instance: "twin", ...input });
    expectError(answer, 409);
    for (const { InstanceId } of Instances) expect(answer.body.message).toContain(InstanceId);
  }
  expect((await running.ask("ExpireCredentials", { Instance: Instances[0]!.InstanceId })).body).toEqual({
    AccessKeyIds: [],
  });
});

test("ExpireCredentials of a key: refused as expired from now on, metadata shows it until the next rotation", async () => {
  const keys = await keysOf(imds());
  const mine = clients(running.ready(), keys);
  await mine.sts.send(new GetCallerIdentityCommand({}));
  expect(await running.control("ExpireCredentials", { AccessKeyId: keys.accessKeyId })).toEqual({
    AccessKeyIds: [keys.accessKeyId],
  });
  expect(await refusal(mine.sts.send(new GetCallerIdentityCommand({})))).toMatchObject({
    name: "ExpiredToken",
    status: 403,
  });
  expect(await refusal(mine.s3.send(new ListObjectsV2Command({ Bucket: "demo" })))).toMatchObject({
    name: "ExpiredToken",
    status: 400,
  });
  expect(await keysOf(imds())).toEqual(keys);
  await running.control("RotateCredentials", { Instance: "web" });
  await clients(running.ready(), await keysOf(imds())).sts.send(new GetCallerIdentityCommand({}));
});

test("ExpireCredentials of an instance: every live key, of both versions and all generations", async () => {
  const sets = [await keysOf(imds()), await keysOf(imds(), null)];
  await running.control("RotateCredentials", { Instance: "web" });
  sets.push(await keysOf(imds()), await keysOf(imds(), null));
  const ids = sets.map(({ accessKeyId }) => accessKeyId);
  expect(new Set(ids).size).toBe(4);
  const { AccessKeyIds } = await running.control("ExpireCredentials", { Instance: "web" });
  expect(AccessKeyIds).toEqual(expect.arrayContaining(ids));
  for (const keys of sets) {
    const { sts } = clients(running.ready(), keys);
    expect((await refusal(sts.send(new GetCallerIdentityCommand({})))).name).toBe("ExpiredToken");
  }
  expect((await running.control("ExpireCredentials", { Instance: "web" })).AccessKeyIds).toEqual([]);
});

test("a session of AssumeRole can be expired too, a key of another account not", async () => {
  const Trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:user/ci" }, Action: "sts:AssumeRole" }],
  };
  const { iam } = clients(running.ready());
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: "session", AssumeRolePolicyDocument: JSON.stringify(Trust) }),
  );
  const ci = clients(running.ready(), {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  });
  const { Credentials } = await ci.sts.send(new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: "session" }));
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!;
  const session = clients(running.ready(), {
    accessKeyId: AccessKeyId!,
    secretAccessKey: SecretAccessKey!,
    sessionToken: SessionToken!,
  });
  await session.sts.send(new GetCallerIdentityCommand({}));
  expect((await running.control("ExpireCredentials", { AccessKeyId })).AccessKeyIds).toEqual([AccessKeyId]);
  expect((await refusal(session.sts.send(new GetCallerIdentityCommand({})))).name).toBe("ExpiredToken");
  expectError(await running.ask("ExpireCredentials", { AccessKeyId: "ASIAIOSFODNN7EXAMPLE" }), 404);
});

test("SetRotation gives the schedule that is in force, of the world or of one instance", async () => {
  expect(await running.control("SetRotation", { Profile: "tiny" })).toEqual({
    Profile: "tiny",
    Lifetime: "15m",
    RenewEvery: "5m",
  });
  expect((await running.control("DescribeWorld")).Rotation.Profile).toBe("tiny");
  const given = { Lifetime: "2h", RenewEvery: "90m", Overlap: "10m", Jitter: "1m30s" };
  expect(await running.control("SetRotation", { Instance: "web", ...given })).toEqual({
    ...given,
    RenewEvery: "1h30m",
  });
  expect((await running.control("DescribeWorld")).Rotation.Profile).toBe("tiny");
  expect(await running.control("SetRotation", { Profile: "ec2" })).toMatchObject({ Profile: "ec2" });
});
