// What a running SDK program may do is what its instance's role may do now: policies revoked, roles swapped, presigned
// URLs, and metadata that is closed to it.
import {
  DescribeIamInstanceProfileAssociationsCommand,
  ModifyInstanceMetadataOptionsCommand,
  type ModifyInstanceMetadataOptionsCommandInput,
  ReplaceIamInstanceProfileAssociationCommand,
} from "@aws-sdk/client-ec2";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { documentOf, keysOf, metadata } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";
import { CHAINS, type Program, startProgram, untilHolds } from "../support/sdk-program.ts";

const CONFIG = `version: 1
rotation: { lifetime: 4m, renewEvery: 5s }
roles:
  reader: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] }
  writer: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess] }
instances: { web: { role: reader }, job: { role: writer } }
buckets: { demo: {} }
`;

let running: Running;
let program: Program;

beforeAll(async () => {
  running = await start({ config: CONFIG });
  program = startProgram(running);
});

beforeEach(async () => {
  await running.control("Reset");
  await running.control("SetClock", { Rate: 0 });
  await catchUp();
});

/** The program holds what metadata shows now. */
const catchUp = async () => untilHolds(program, (await documentOf(web().imds)).AccessKeyId);

const operator = () => clients(running.ready());
const web = () => running.ready().instances["web"]!;
const arn = (role: string) => `arn:aws:sts::111122223333:assumed-role/${role}/${web().instanceId}`;
const setOptions = (options: Omit<ModifyInstanceMetadataOptionsCommandInput, "InstanceId">) =>
  operator().ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId: web().instanceId, ...options }));

test("AWSRevokeOlderSessions ends the sessions from before, and the next rotation's are good", async () => {
  expect(await program.call("buckets")).toEqual({ ok: ["demo"] });
  const { Time } = await running.control("AdvanceClock", { By: "2s" });
  const Statement = [
    { Effect: "Deny", Action: ["*"], Resource: ["*"], Condition: { DateLessThan: { "aws:TokenIssueTime": Time } } },
  ];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const revoking = { RoleName: "reader", PolicyName: "AWSRevokeOlderSessions", PolicyDocument };
  await operator().iam.send(new PutRolePolicyCommand(revoking));
  const denied = await program.call("buckets");
  expect(denied).toMatchObject({ error: "AccessDenied", status: 403 });
  expect(denied.message).toContain("explicit deny");
  // GetCallerIdentity needs no right, as on AWS.
  expect(await program.call("whoami")).toEqual({ ok: arn("reader") });
  // Issue times are whole seconds: of the policy's own second a session counts as from before.
  await running.control("AdvanceClock", { By: "1s" });
  await running.control("RotateCredentials", { Instance: "web" });
  await catchUp();
  expect(await program.call("buckets")).toEqual({ ok: ["demo"] });
});

test("a role swap by ReplaceIamInstanceProfileAssociation changes what a running program may do", async () => {
  const write = { Bucket: "demo", Key: "swap", Body: "x" };
  expect(await program.call("put", write)).toMatchObject({ error: "AccessDenied" });
  const { ec2 } = operator();
  const Filters = [{ Name: "instance-id", Values: [web().instanceId] }];
  const { IamInstanceProfileAssociations } = await ec2.send(
    new DescribeIamInstanceProfileAssociationsCommand({ Filters }),
  );
  const { AssociationId } = IamInstanceProfileAssociations![0]!;
  const IamInstanceProfile = { Name: "writer" };
  await ec2.send(new ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile }));
  await catchUp();
  expect(await program.call("put", write)).toEqual({ ok: expect.stringMatching(/^"[0-9a-f]{32}"$/) });
  expect(await program.call("whoami")).toEqual({ ok: arn("writer") });
});

test("a presigned URL needs no credentials, holds through rotation, and ends with the session that signed it", async () => {
  await operator().s3.send(new PutObjectCommand({ Bucket: "demo", Key: "a", Body: "by url" }));
  const { ok: url } = await program.call("url", { Bucket: "demo", Key: "a" });
  const { searchParams } = new URL(url);
  const { AccessKeyId } = await documentOf(web().imds);
  expect(searchParams.get("X-Amz-Credential")).toMatch(new RegExp(`^${AccessKeyId}/`));
  const read = async () => {
    const response = await fetch(url);
    const text = await response.text();
    return [response.status, /<Code>(\w+)</.exec(text)?.[1] ?? text];
  };
  expect(await read()).toEqual([200, "by url"]);
  await running.control("RotateCredentials", { Instance: "web" });
  expect(await read()).toEqual([200, "by url"]);
  await catchUp();
  const { searchParams: next } = new URL((await program.call("url", { Bucket: "demo", Key: "a" })).ok);
  expect(next.get("X-Amz-Credential")).not.toBe(searchParams.get("X-Amz-Credential"));
  await running.control("ExpireCredentials", { AccessKeyId });
  expect(await read()).toEqual([400, "ExpiredToken"]);
});

test("tokens optional and required are one to the SDK, which always brings one; a caller without is let in or not", async () => {
  const withoutToken = () => metadata(web().imds, "/latest/meta-data/instance-id", null);
  expect((await withoutToken()).status).toBe(401);
  expect(await program.call("whoami")).toEqual({ ok: arn("reader") });
  await setOptions({ HttpTokens: "optional" });
  expect(await withoutToken()).toEqual({ status: 200, text: web().instanceId });
  expect(await program.call("whoami")).toEqual({ ok: arn("reader") });
  const [second, first] = [await keysOf(web().imds), await keysOf(web().imds, null)];
  await untilHolds(program, second.accessKeyId);
  expect(first.accessKeyId).not.toBe(second.accessKeyId);

  await setOptions({ HttpTokens: "required" });
  expect((await withoutToken()).status).toBe(401);
  expect(await program.call("buckets")).toEqual({ ok: ["demo"] });
});

test("with the endpoint off a new program has no credentials, and one that runs keeps what it has", async () => {
  const { ok: keys } = await program.call("keys");
  await setOptions({ HttpEndpoint: "disabled" });
  const late = startProgram(running);
  for (const chain of CHAINS) {
    const { error, status } = await late.call("buckets", {}, chain);
    expect({ error, status }).toEqual({ error: expect.stringMatching(/Error$/), status: undefined });
  }
  expect(await program.call("buckets")).toEqual({ ok: ["demo"] });
  expect(await program.call("keys")).toEqual({ ok: keys });

  await setOptions({ HttpEndpoint: "enabled" });
  for (const chain of CHAINS) {
    expect(await late.call("whoami", {}, chain)).toEqual({ ok: arn("reader") });
  }
});
