// Instances by the EC2 API: each has a metadata listener of its own before the call that made it answers, and none
// after the call that ended it.
import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, keysOf, metadata } from "../support/metadata.ts";
import { type Running, rolemint, start, trouble } from "../support/rolemint.ts";

let running: Running;
let operator: ReturnType<typeof clients>;

beforeAll(async () => {
  running = await start({
    config: `version: 1
roles: { app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] } }
instances: { web: { role: app } }
`,
  });
  operator = clients(running.ready());
});

const named = (Name: string) => [{ ResourceType: "instance" as const, Tags: [{ Key: "Name", Value: Name }] }];
const run = async (input: object = {}) => {
  const { Instances } = await operator.ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ...input }));
  return Instances!.map(({ InstanceId }) => InstanceId!);
};
const terminate = (InstanceIds: string[]) => operator.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
const listed = async () => (await running.control("ListInstances")).Instances as any[];

test("a launched instance has its listener, profile and options, and shows everywhere, when RunInstances answers", async () => {
  const [id] = await run({
    TagSpecifications: named("api"),
    IamInstanceProfile: { Name: "app" },
    MetadataOptions: { HttpTokens: "optional", HttpPutResponseHopLimit: 2, InstanceMetadataTags: "enabled" },
    UserData: Buffer.from("#!/bin/sh\n").toString("base64"),
    InstanceType: "t4g.micro",
  });
  const told = running.ready().instances["api"]!;
  expect(told.instanceId).toBe(id);
  const entry = (await listed()).find(({ Name }) => Name === "api");
  expect(entry).toEqual({
    Name: "api",
    InstanceId: id,
    Endpoint: told.imds,
    Role: "app",
    InstanceProfileArn: "arn:aws:iam::111122223333:instance-profile/app",
    Generation: 1,
    AccessKeyId: (await documentOf(told.imds)).AccessKeyId,
    Expiration: (await documentOf(told.imds)).Expiration,
    Rotation: { Profile: "ec2", Lifetime: "6h", RenewEvery: "1h", Jitter: "36m" },
    MetadataOptions: {
      HttpTokens: "optional",
      HttpPutResponseHopLimit: 2,
      HttpEndpoint: "enabled",
      HttpProtocolIpv6: "disabled",
      InstanceMetadataTags: "enabled",
    },
  });
  const { Arn } = await clients(running.ready(), await keysOf(told.imds)).sts.send(new GetCallerIdentityCommand({}));
  expect(Arn).toBe(`arn:aws:sts::111122223333:assumed-role/app/${id}`);
  expect((await metadata(told.imds, "/latest/user-data", null)).text).toBe("#!/bin/sh\n");
  expect((await metadata(told.imds, "/latest/meta-data/instance-type")).text).toBe("t4g.micro");
  expect(JSON.parse((await metadata(told.imds, "/latest/dynamic/instance-identity/document")).text)).toMatchObject({
    instanceId: id,
    accountId: "111122223333",
    region: "us-east-1",
  });
  expect((await rolemint(["env", "api", "--json", "--ready", running.readyFile])).stdout).toContain(told.imds);
});

test("the Name tag is the name, as it is now", async () => {
  const [id] = await run();
  const nameOf = async () => (await listed()).find(({ InstanceId }) => InstanceId === id).Name;
  expect(await nameOf()).toBe(id);
  expect(running.ready().instances[id!]).toBeDefined();
  await operator.ec2.send(new CreateTagsCommand({ Resources: [id!], Tags: [{ Key: "Name", Value: "late" }] }));
  expect([await nameOf(), Object.keys(running.ready().instances)]).toEqual(["late", expect.arrayContaining(["late"])]);
  await operator.ec2.send(new DeleteTagsCommand({ Resources: [id!], Tags: [{ Key: "Name" }] }));
  expect(await nameOf()).toBe(id);
  expect(Object.keys(running.ready().instances)).not.toContain("late");
  expect((await metadata(running.ready().instances[id!]!.imds, "/latest/meta-data/instance-id")).text).toBe(id);
});

test.each([
  "__proto__",
  "constructor",
  "with space",
  "ünï 状態",
  "a\u001b[31mred",
  "quote'\"\\",
  "i-0123456789abcdef0",
])("an instance may be called %j, and is found by it", async (name) => {
  const [id] = await run({ TagSpecifications: named(name) });
  const entries = Object.entries(running.ready().instances);
  expect(entries.find(([, { instanceId }]) => instanceId === id)?.[0]).toBe(name);
  const { code, stdout } = await rolemint(["env", name, "--json", "--ready", running.readyFile]);
  expect({ code, imds: JSON.parse(stdout).set.AWS_EC2_METADATA_SERVICE_ENDPOINT }).toEqual({
    code: 0,
    imds: entries.find(([one]) => one === name)![1].imds,
  });
  expect((await running.ask("RotateCredentials", { Instance: name })).status).toBe(409);
  const status = await rolemint(["status", "--ready", running.readyFile]);
  expect({ code: status.code, escapes: status.stdout.includes("\u001b") }).toEqual({ code: 0, escapes: false });
  await terminate([id!]);
});

test("a name borne by two stands under its ids, until one of them ends", async () => {
  const [one, two] = await run({ MinCount: 2, MaxCount: 2, TagSpecifications: named("twin") });
  const names = () => Object.keys(running.ready().instances);
  expect(names()).toEqual(expect.arrayContaining([one, two]));
  expect(names()).not.toContain("twin");
  await terminate([one!]);
  expect(running.ready().instances["twin"]?.instanceId).toBe(two);
});

test("terminate closes the listener and its connections, and what is gone is refused", async () => {
  const [id] = await run({ TagSpecifications: named("short") });
  const { imds } = running.ready().instances["short"]!;
  const asking = Array.from({ length: 60 }, async (_, n) => {
    if (n === 30) await terminate([id!]);
    return metadata(imds, "/latest/meta-data/instance-id").then(
      ({ status }) => status,
      () => "closed",
    );
  });
  for (const outcome of await Promise.all(asking)) expect([200, "closed"]).toContain(outcome);
  await expect(fetch(imds)).rejects.toThrow();
  expect(running.ready().instances).not.toHaveProperty("short");
  const { TerminatingInstances } = await terminate([id!]);
  expect(TerminatingInstances![0]!.CurrentState?.Name).toBe("terminated");
  expect((await refusal(terminate(["i-00000000000000000"]))).name).toBe("InvalidInstanceID.NotFound");
  expect((await refusal(terminate(["nonsense"]))).name).toBe("InvalidInstanceID.Malformed");
  const { Reservations } = await operator.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id!] }));
  expect(Reservations![0]!.Instances![0]!.State?.Name).toBe("terminated");
});

test("a launch that is refused leaves nothing", async () => {
  const before = await listed();
  const refused = [
    { IamInstanceProfile: { Name: "nobody" } },
    { MinCount: 0, MaxCount: 0 },
    { MinCount: 2, MaxCount: 1 },
    { MinCount: 1, MaxCount: 1001 },
    { ImageId: "nonsense" },
    { UserData: "%%%" },
    { MetadataOptions: { HttpPutResponseHopLimit: 65 } },
    { SubnetId: "subnet-1" },
  ];
  for (const input of refused) {
    const { status } = await refusal(run(input));
    expect({ input, status: status! >= 400 && status! !== 500 }).toEqual({ input, status: true });
  }
  expect(await listed()).toEqual(before);
});

test("500 instances at once have 500 listeners, and go as they came", async () => {
  const ids = await run({ MinCount: 500, MaxCount: 500, IamInstanceProfile: { Name: "app" } });
  expect(ids).toHaveLength(500);
  const { instances } = running.ready();
  expect(new Set(ids.map((id) => instances[id]!.imds)).size).toBe(500);
  const some = ids.filter((_, index) => index % 50 === 0);
  for (const id of some) {
    expect((await documentOf(instances[id]!.imds)).AccessKeyId).toMatch(/^ASIA/);
    expect((await metadata(instances[id]!.imds, "/latest/meta-data/instance-id")).text).toBe(id);
  }
  await running.control("AdvanceClock", { By: "61m" });
  const after = await listed();
  expect(after.filter(({ InstanceId }) => ids.includes(InstanceId)).every(({ Generation }) => Generation === 2)).toBe(
    true,
  );
  await running.control("AdvanceClock", { By: "-61m" });
  await terminate(ids);
  for (const id of some) await expect(fetch(instances[id]!.imds)).rejects.toThrow();
  expect(Object.keys(running.ready().instances)).not.toEqual(expect.arrayContaining([ids[0]]));
  expect(trouble(running)).toBe("");
}, 60_000);
