// The same file again, a changed file, and `rolemint apply` on a world that runs: what is named is brought to what the
// file says and loses what the file gives no more, what was made by API is left alone, and what is no longer named is left
// and listed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, metadata } from "../support/metadata.ts";
import { directory, type Running, rolemint, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const allow = (Action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });

const FIRST = `version: 1
roles:
  app: { managedPolicies: [${READ}], inlinePolicies: { own: ${allow("s3:GetObject")} } }
  gone: {}
instances:
  web: { role: app }
  old: {}
buckets:
  demo: { objects: ./seed }
  past: {}
`;
const SECOND = `version: 1
roles:
  app: { managedPolicies: [${FULL}], inlinePolicies: { own: ${allow("s3:PutObject")} } }
  fresh: {}
instances:
  web: { role: app, metadata: { tokens: optional } }
  new: { role: fresh }
buckets:
  demo: { objects: ./seed }
  next: { objects: ./seed }
`;
const LEFT = ["role gone", "instance old", "bucket past"];

function folder(config = FIRST): string {
  const cwd = directory({ "rolemint.yaml": config });
  mkdirSync(join(cwd, "seed"));
  writeFileSync(join(cwd, "seed", "a.txt"), "A");
  return cwd;
}

/** What the API does beside the file. */
async function madeByApi(running: Running): Promise<string> {
  const { iam, ec2, s3 } = clients(running.ready());
  await iam.send(new CreateRoleCommand({ RoleName: "mine", AssumeRolePolicyDocument: TRUST }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: "gone", PolicyArn: READ }));
  await iam.send(
    new PutRolePolicyCommand({ RoleName: "app", PolicyName: "extra", PolicyDocument: allow("s3:DeleteObject") }),
  );
  await s3.send(new PutObjectCommand({ Bucket: "demo", Key: "mine.txt", Body: "mine" }));
  await s3.send(new PutObjectCommand({ Bucket: "demo", Key: "a.txt", Body: "changed" }));
  const Tags = [{ Key: "Name", Value: "mine" }];
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ MinCount: 1, MaxCount: 1, TagSpecifications: [{ ResourceType: "instance", Tags }] }),
  );
  return Instances![0]!.InstanceId!;
}

async function expectSecond(running: Running, mine: string): Promise<void> {
  const { iam, s3 } = clients(running.ready());
  const policyText = async (PolicyName: string) =>
    decodeURIComponent((await iam.send(new GetRolePolicyCommand({ RoleName: "app", PolicyName }))).PolicyDocument!);
  expect(await policyText("own")).toBe(allow("s3:PutObject"));
  expect(await policyText("extra")).toBe(allow("s3:DeleteObject"));
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "app" }));
  expect(AttachedPolicies?.map(({ PolicyArn }) => PolicyArn).sort()).toEqual([FULL]);
  for (const RoleName of ["mine", "gone", "fresh"]) await iam.send(new GetRoleCommand({ RoleName }));
  const { instances } = running.ready();
  expect(Object.keys(instances).sort()).toEqual(["mine", "new", "old", "web"]);
  expect(instances["mine"]!.instanceId).toBe(mine);
  expect((await documentOf(instances["new"]!.imds)).AccessKeyId).toMatch(/^ASIA/);
  expect((await metadata(instances["web"]!.imds, "/latest/meta-data/instance-id", null)).status).toBe(200);
  const keys = async (Bucket: string) =>
    (await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key);
  // Objects are put only when their bucket is made.
  expect(await keys("demo")).toEqual(["a.txt", "mine.txt"]);
  expect(await keys("next")).toEqual(["a.txt"]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "demo", Key: "a.txt" }));
  expect(await Body!.transformToString()).toBe("changed");
}

test("apply brings a world that runs to a changed file", async () => {
  const cwd = folder();
  const running = await start({ cwd });
  const mine = await madeByApi(running);
  const web = running.ready().instances["web"]!;
  const before = await documentOf(web.imds);
  writeFileSync(join(cwd, "rolemint.yaml"), SECOND);
  const find = ["--ready", running.readyFile];
  const { code, stdout, stderr } = await rolemint(["apply", "--json", ...find], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({ version: 1, left: LEFT });
  await expectSecond(running, mine);
  expect(running.ready().instances["web"]).toEqual(web);
  expect((await documentOf(web.imds)).AccessKeyId).toBe(before.AccessKeyId);

  // Again: nothing moves, and what is left is still said.
  const { Revision } = await running.control("DescribeWorld");
  const again = await rolemint(["apply", "rolemint.yaml", ...find], { cwd });
  expect(again.code).toBe(0);
  for (const name of LEFT) expect(again.stdout).toContain(name);
  expect((await running.control("DescribeWorld")).Revision).toBe(Revision);
  expect((await rolemint(["apply", "--quiet", ...find], { cwd })).stdout).toBe("");
});

test("a role loses its managed policy by apply: the next call of credentials that are in use is refused", async () => {
  const config = (role: string) =>
    `version: 1\nroles: { app: { ${role} } }\ninstances: { web: { role: app } }\nbuckets: { demo: {} }\n`;
  const running = await start({ config: config(`managedPolicies: [${READ}]`) });
  const { AccessKeyId, SecretAccessKey, Token } = await documentOf(running.ready().instances["web"]!.imds);
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
  const list = () => clients(running.ready(), credentials).s3.send(new ListObjectsV2Command({ Bucket: "demo" }));
  expect((await list()).KeyCount).toBe(0);
  writeFileSync(join(running.cwd, "rolemint.yaml"), config(""));
  const { code, stdout } = await rolemint(["apply", "--ready", running.readyFile], { cwd: running.cwd });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "applied\n" });
  expect(await refusal(list())).toMatchObject({ name: "AccessDenied", status: 403 });
});

test("a changed file at the next start does the same, and up lists what is left", async () => {
  const cwd = folder();
  const first = await start({ cwd, state: "state" });
  const mine = await madeByApi(first);
  const web = first.ready().instances["web"]!.instanceId;
  await first.stop();
  writeFileSync(join(cwd, "rolemint.yaml"), SECOND);
  const second = await start({ cwd, state: "state" });
  await expectSecond(second, mine);
  expect(second.ready().instances["web"]!.instanceId).toBe(web);
  for (const name of LEFT) await until(() => second.printed().stdout.includes(`${name}\n`));
  await second.stop();
  const third = await start({ cwd, state: "state", args: ["--json"] });
  const event = await until(() => third.printed().stdout || undefined);
  expect(JSON.parse(event).left).toEqual(LEFT);
});

test("a policy file that changed counts as a changed config", async () => {
  const cwd = directory({
    "rolemint.yaml": "version: 1\nroles: { app: { inlinePolicies: { own: { file: ./own.json } } } }\n",
    "own.json": allow("s3:GetObject"),
  });
  const document = async (running: Running) => {
    const { iam } = clients(running.ready());
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: "app", PolicyName: "own" }));
    return decodeURIComponent(PolicyDocument!);
  };
  const first = await start({ cwd, state: "state" });
  expect(await document(first)).toBe(allow("s3:GetObject"));
  await first.stop();
  writeFileSync(join(cwd, "own.json"), allow("s3:PutObject"));
  const second = await start({ cwd, state: "state" });
  expect(await document(second)).toBe(allow("s3:PutObject"));
  writeFileSync(join(cwd, "own.json"), allow("s3:DeleteObject"));
  expect((await rolemint(["apply", "--ready", second.readyFile], { cwd })).code).toBe(0);
  expect(await document(second)).toBe(allow("s3:DeleteObject"));
});

test("what apply refuses changes nothing: a wrong file is exit 2, another account or region exit 1", async () => {
  const cwd = folder();
  const running = await start({ cwd });
  const find = ["--ready", running.readyFile];
  const { Revision } = await running.control("DescribeWorld");
  const cases = [
    { text: FIRST.replace("instances:", "instnaces:"), code: 2, says: /^rolemint\.yaml:\d+:1: instnaces/ },
    { text: `${FIRST}account: "222233334444"\n`, code: 1, says: /111122223333/ },
    { text: `${FIRST}region: eu-west-1\n`, code: 1, says: /us-east-1/ },
    {
      text: FIRST.replace("gone: {}", "gone: {}\n  web: { path: /x/ }").replace("app: {", "app: { path: /moved/,"),
      code: 1,
      says: /path/,
    },
  ];
  for (const { text, code, says } of cases) {
    writeFileSync(join(cwd, "rolemint.yaml"), text);
    const ended = await rolemint(["apply", ...find], { cwd });
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: "" });
    expect(ended.stderr).toMatch(says);
    expect((await running.control("DescribeWorld")).Revision).toBe(Revision);
  }
  const missing = await rolemint(["apply", "none.yaml", ...find], { cwd });
  expect(missing).toMatchObject({ code: 2, stdout: "" });
});

test("a bucket that apply could not make leaves none of its objects behind", async () => {
  const cwd = folder();
  const running = await start({ cwd });
  const find = ["--ready", running.readyFile];
  const moved = FIRST.replace("app: {", "app: { path: /moved/,").replace("past: {}", "seeded: { objects: ./seed }");
  writeFileSync(join(cwd, "rolemint.yaml"), moved);
  expect((await rolemint(["apply", ...find], { cwd })).code).toBe(1);
  const { s3 } = clients(running.ready());
  await s3.send(new CreateBucketCommand({ Bucket: "seeded" }));
  expect((await s3.send(new ListObjectsV2Command({ Bucket: "seeded" }))).KeyCount).toBe(0);
});

test("what counts only from a start on is refused by apply, never ignored", async () => {
  const running = await start({ config: FIRST.replace("{ objects: ./seed }", "{}") });
  writeFileSync(join(running.cwd, "rolemint.yaml"), "version: 1\nclock: { strict: true }\n");
  const { code, stdout, stderr } = await rolemint(["apply", "--ready", running.readyFile], { cwd: running.cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^[^\n]*clock\.strict[^\n]*\n$/);
});

test("apply without a file and without ./rolemint.yaml is wrong usage, not the built-in world", async () => {
  const running = await start({ cwd: folder() });
  const { code, stdout, stderr } = await rolemint(["apply", "--ready", running.readyFile]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^[^\n]*rolemint\.yaml[^\n]*\n$/);
});

test("addresses and IPv6 are applied like everything else", async () => {
  const instance = "{ address: 169.254.10.2, metadata: { ipv6: enabled } }";
  const running = await start({ config: `version: 1\ninstances: { web: ${instance} }\n` });
  const text = `version: 1\ninstances: { web: ${instance}, more: ${instance.replace("10.2", "10.3")} }\n`;
  writeFileSync(join(running.cwd, "rolemint.yaml"), text);
  const { code, stderr } = await rolemint(["apply", "--ready", running.readyFile], { cwd: running.cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { Instances } = await running.control("ListInstances");
  const shown = Instances.map(({ Address, MetadataOptions }: any) => [Address, MetadataOptions.HttpProtocolIpv6]);
  expect(shown).toEqual([
    ["169.254.10.2", "enabled"],
    ["169.254.10.3", "enabled"],
  ]);
});

test("an instance of the file that was terminated comes back as a new one", async () => {
  const cwd = folder();
  const running = await start({ cwd });
  const { instanceId } = running.ready().instances["old"]!;
  await clients(running.ready()).ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  expect(running.ready().instances["old"]).toBeUndefined();
  expect((await rolemint(["apply", "--ready", running.readyFile], { cwd })).code).toBe(0);
  const again = running.ready().instances["old"]!;
  expect(again.instanceId).not.toBe(instanceId);
  expect((await metadata(again.imds, "/latest/meta-data/instance-id")).text).toBe(again.instanceId);
});

test("a config is remembered beside the state without its place in the world being taken on trust", async () => {
  const cwd = folder();
  const first = await start({ cwd, state: "state" });
  await first.stop();
  for (const text of ["", "{", "null", '{"key":"x"}', '{"key":"x","config":{}}']) {
    writeFileSync(join(cwd, "state", "config.json"), text);
    const running = await start({ cwd, state: "state" });
    expect(Object.keys(running.ready().instances)).toEqual(["web", "old"]);
    await running.stop();
  }
  expect(existsSync(join(cwd, "rolemint.yaml"))).toBe(true);
  expect(readFileSync(join(cwd, "rolemint.yaml"), "utf8")).toBe(FIRST);
});
