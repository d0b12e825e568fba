// What holds where no file says otherwise: the built-in world, an instance's options, and the named rotations.
import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { ListInstanceProfilesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { metadata } from "../support/metadata.ts";
import { start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const DEFAULT_OPTIONS = {
  HttpTokens: "required",
  HttpPutResponseHopLimit: 1,
  HttpEndpoint: "enabled",
  HttpProtocolIpv6: "disabled",
  InstanceMetadataTags: "disabled",
};
const DEFAULT_ROTATION = { Profile: "ec2", Lifetime: "6h", RenewEvery: "1h", Jitter: "36m" };

test("without a file: account 111122223333 in us-east-1, web without a profile, demo with hello.txt, no role", async () => {
  const running = await start();
  const ready = running.ready();
  expect([ready.operator.accountId, ready.region, Object.keys(ready.instances)]).toEqual([
    "111122223333",
    "us-east-1",
    ["web"],
  ]);
  expect(await running.control("ListInstances")).toEqual({
    Instances: [
      {
        Name: "web",
        InstanceId: ready.instances["web"]!.instanceId,
        Endpoint: ready.instances["web"]!.imds,
        MetadataOptions: DEFAULT_OPTIONS,
        Rotation: DEFAULT_ROTATION,
      },
    ],
  });
  const { iam, s3, sts } = clients(ready);
  expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
  expect((await iam.send(new ListInstanceProfilesCommand({}))).InstanceProfiles).toEqual([]);
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(["demo"]);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: "demo" }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(["hello.txt"]);
  expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe("arn:aws:iam::111122223333:root");
  const { imds } = ready.instances["web"]!;
  expect((await metadata(imds, "/latest/meta-data/iam/info")).status).toBe(404);
  expect((await metadata(imds, "/latest/meta-data/", null)).status).toBe(401);
});

test("an instance of RunInstances has the same defaults; without a Name it goes by its id", async () => {
  const running = await start({ config: "version: 1\n" });
  expect(running.ready().instances).toEqual({});
  expect((await running.control("ListInstances")).Instances).toEqual([]);
  const { ec2 } = clients(running.ready());
  const { Instances } = await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }));
  const id = Instances![0]!.InstanceId!;
  expect((await running.control("ListInstances")).Instances).toEqual([
    {
      Name: id,
      InstanceId: id,
      Endpoint: running.ready().instances[id]!.imds,
      MetadataOptions: DEFAULT_OPTIONS,
      Rotation: DEFAULT_ROTATION,
    },
  ]);
});

test.each([
  ["ec2", { Profile: "ec2", Lifetime: "6h", RenewEvery: "1h", Jitter: "36m" }],
  ["fast", { Profile: "fast", Lifetime: "1h", RenewEvery: "10m" }],
  ["edge", { Profile: "edge", Lifetime: "30m", RenewEvery: "26m" }],
  ["tiny", { Profile: "tiny", Lifetime: "15m", RenewEvery: "5m" }],
  ["frozen", { Profile: "frozen", Lifetime: "15m" }],
  [
    "{ lifetime: 1h, renewEvery: 20m, overlap: 5m, jitter: 30s }",
    { Lifetime: "1h", RenewEvery: "20m", Overlap: "5m", Jitter: "30s" },
  ],
])("rotation: %s", async (rotation, expected) => {
  const running = await start({ config: `version: 1\nrotation: ${rotation}\n` });
  expect((await running.control("DescribeWorld")).Rotation).toEqual(expected);
});

test("up --json prints one line for programs, without secrets; --quiet prints nothing", async () => {
  const json = await start({ args: ["--json"] });
  const stdout = await until(() => json.printed().stdout || undefined);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  const event = JSON.parse(stdout);
  const { endpoints, instances, region } = json.ready();
  expect(event).toMatchObject({ version: 1, event: "ready", region, endpoints, accountId: "111122223333", instances });
  expect(stdout).not.toContain(json.ready().controlToken);
  expect(stdout).not.toContain(json.ready().operator.secretAccessKey);
  const quiet = await start({ args: ["--quiet"] });
  expect(await quiet.stop()).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(await json.stop()).toMatchObject({ code: 0, stderr: "" });
});
