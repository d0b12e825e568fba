// When metadata shows a change of an instance's profile, role or options, and what becomes of keys given out before.
import {
  AssociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DisassociateIamInstanceProfileCommand,
  ModifyInstanceMetadataOptionsCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeEach, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, type Keys, keysOf, metadata, metadataToken, ROLES } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";

const INFO = "/latest/meta-data/iam/info";
const READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

let running: Running;
let operator: ReturnType<typeof clients>;

beforeEach(async () => {
  running = await start({
    config: `version: 1
clock: { start: 2026-11-23T05:30:00Z }
roles: { one: {}, two: {}, three: { managedPolicies: [${READ}] } }
instances: { web: {}, a: { role: one }, b: { role: two }, c: { role: three } }
`,
  });
  // SDKs go by the Date of answers, which is world time: after a move of the clock they correct themselves once.
  operator = clients(running.ready(), undefined, { maxAttempts: 3 });
});

const imds = (name = "web") => running.ready().instances[name]!.imds;
const idOf = (name = "web") => running.ready().instances[name]!.instanceId;
const arnOf = async (keys: Keys) =>
  (await clients(running.ready(), keys).sts.send(new GetCallerIdentityCommand({}))).Arn;
const roleShown = async () => {
  const { status, text } = await metadata(imds(), ROLES);
  return status === 200 ? text : status;
};
const listed = async (name = "web") =>
  (await running.control("ListInstances")).Instances.find((one: any) => one.Name === name);

async function associations() {
  const Filters = [{ Name: "instance-id", Values: [idOf()] }];
  const answer = await operator.ec2.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }));
  return answer.IamInstanceProfileAssociations!.map(({ AssociationId, State, IamInstanceProfile }) => ({
    id: AssociationId!,
    State,
    profile: IamInstanceProfile!.Arn!.split("/").at(-1),
  }));
}

async function associate(Name: string) {
  const answer = await operator.ec2.send(
    new AssociateIamInstanceProfileCommand({ InstanceId: idOf(), IamInstanceProfile: { Name } }),
  );
  return answer.IamInstanceProfileAssociation!;
}

test("associate: shown before it answers; associating, and associated from the next Describe on", async () => {
  expect(await roleShown()).toBe(404);
  const { State, AssociationId, InstanceId } = await associate("one");
  expect([State, InstanceId]).toEqual(["associating", idOf()]);
  expect(await roleShown()).toBe("one");
  expect(JSON.parse((await metadata(imds(), INFO)).text)).toMatchObject({
    Code: "Success",
    InstanceProfileArn: "arn:aws:iam::111122223333:instance-profile/one",
  });
  expect(await arnOf(await keysOf(imds()))).toBe(`arn:aws:sts::111122223333:assumed-role/one/${idOf()}`);
  expect(await listed()).toMatchObject({ Role: "one", Generation: 1 });
  expect(await associations()).toEqual([{ id: AssociationId, State: "associated", profile: "one" }]);
  expect((await refusal(associate("two"))).name).toBe("IncorrectState");
});

test("replace: the new role and its keys before it answers, a new association, the old keys to their own end", async () => {
  const { AssociationId } = await associate("one");
  const old = await keysOf(imds());
  const { IamInstanceProfileAssociation } = await operator.ec2.send(
    new ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile: { Name: "two" } }),
  );
  expect(IamInstanceProfileAssociation!.State).toBe("associating");
  expect(IamInstanceProfileAssociation!.AssociationId).not.toBe(AssociationId);
  expect(await roleShown()).toBe("two");
  expect((await metadata(imds(), `${ROLES}one`)).status).toBe(404);
  expect(await associations()).toEqual([
    { id: IamInstanceProfileAssociation!.AssociationId, State: "associated", profile: "two" },
  ]);
  expect(await arnOf(await keysOf(imds()))).toContain("assumed-role/two/");
  expect(await arnOf(old)).toContain("assumed-role/one/");
  expect(await listed()).toMatchObject({ Role: "two", Generation: 2 });
  await running.control("AdvanceClock", { By: "7h" });
  expect((await refusal(arnOf(old))).name).toBe("ExpiredToken");
});

test("disassociate: gone before it answers, no longer listed, the old keys to their own end; generations count on", async () => {
  const { AssociationId } = await associate("one");
  const old = await keysOf(imds());
  const token = await metadataToken(imds());
  const { IamInstanceProfileAssociation } = await operator.ec2.send(
    new DisassociateIamInstanceProfileCommand({ AssociationId }),
  );
  expect(IamInstanceProfileAssociation!.State).toBe("disassociating");
  for (const path of [ROLES, `${ROLES}one`, INFO]) expect((await metadata(imds(), path, token)).status).toBe(404);
  expect(await associations()).toEqual([]);
  expect(await arnOf(old)).toContain("assumed-role/one/");
  expect(await listed()).toEqual(expect.not.objectContaining({ Role: expect.anything() }));
  expect(await listed()).toEqual(expect.not.objectContaining({ Generation: expect.anything() }));
  expect((await running.ask("RotateCredentials", { Instance: "web" })).status).toBe(409);
  await running.control("AdvanceClock", { By: "2h" });
  expect(await roleShown()).toBe(404);
  await associate("two");
  expect(await listed()).toMatchObject({ Role: "two", Generation: 2 });
});

test("a role changed inside a profile shows at the next rotation, in list and document alike", async () => {
  await associate("one");
  const before = await documentOf(imds());
  const change = { InstanceProfileName: "one" };
  await operator.iam.send(new RemoveRoleFromInstanceProfileCommand({ ...change, RoleName: "one" }));
  await operator.iam.send(new AddRoleToInstanceProfileCommand({ ...change, RoleName: "two" }));
  expect(await roleShown()).toBe("one");
  expect(await documentOf(imds())).toEqual(before);
  expect(JSON.parse((await metadata(imds(), INFO)).text)).not.toHaveProperty("Message");
  await running.control("AdvanceClock", { By: "61m" });
  expect(await roleShown()).toBe("two");
  expect((await metadata(imds(), `${ROLES}one`)).status).toBe(404);
  expect(await arnOf(await keysOf(imds()))).toContain("assumed-role/two/");
});

test("a removed role: iam/info says so at once, the document stays to its own end, then there is none", async () => {
  await associate("one");
  const before = await documentOf(imds());
  const keys = await keysOf(imds());
  await operator.iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: "one", RoleName: "one" }));
  expect(JSON.parse((await metadata(imds(), INFO)).text).Message).toMatch(/does not contain a role/);
  expect(await documentOf(imds())).toEqual(before);
  await running.control("AdvanceClock", { By: "5h50m" });
  expect(await documentOf(imds())).toEqual(before);
  expect(await arnOf(keys)).toContain("assumed-role/one/");
  const left = Date.parse(before.Expiration) - Date.parse((await running.control("DescribeWorld")).Time);
  await running.control("AdvanceClock", { By: `${left + 1}ms` });
  expect(await roleShown()).toBe(404);
  expect((await metadata(imds(), `${ROLES}one`)).status).toBe(404);
  expect((await refusal(arnOf(keys))).name).toBe("ExpiredToken");
  const { status } = await running.ask("RotateCredentials", { Instance: "web" });
  expect(status).toBe(409);
  await operator.iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "one", RoleName: "two" }));
  await running.control("RotateCredentials", { Instance: "web" });
  expect(await roleShown()).toBe("two");
});

test("a profile without a role, and one that there is not, cannot be associated", async () => {
  await operator.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "empty" }));
  for (const name of ["empty", "nothing"]) expect((await refusal(associate(name))).name).toBe("InvalidParameterValue");
  expect(await associations()).toEqual([]);
});

test("a role that is deleted ends its sessions, also when one of its name is made again", async () => {
  const keys = await keysOf(imds("c"));
  expect(await arnOf(keys)).toContain("assumed-role/three/");
  await operator.iam.send(
    new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: "three", RoleName: "three" }),
  );
  await operator.iam.send(new DetachRolePolicyCommand({ RoleName: "three", PolicyArn: READ }));
  await operator.iam.send(new DeleteRoleCommand({ RoleName: "three" }));
  expect((await refusal(arnOf(keys))).status).toBe(403);
  const { CreateRoleCommand } = await import("@aws-sdk/client-iam");
  const Statement = [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await operator.iam.send(new CreateRoleCommand({ RoleName: "three", AssumeRolePolicyDocument }));
  expect((await refusal(arnOf(keys))).status).toBe(403);
});

test("metadata options take effect before they are answered", async () => {
  await associate("one");
  const modify = (options: object) =>
    operator.ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId: idOf(), ...options }));
  const token = await metadataToken(imds());
  const status = async (given: string | null) =>
    (await metadata(imds(), "/latest/meta-data/instance-id", given)).status;
  expect([await status(null), await status(token)]).toEqual([401, 200]);
  const { InstanceMetadataOptions } = await modify({ HttpTokens: "optional" });
  expect(InstanceMetadataOptions).toMatchObject({ State: "pending", HttpTokens: "optional" });
  expect([await status(null), await status(token)]).toEqual([200, 200]);
  await modify({ HttpEndpoint: "disabled" });
  expect([await status(null), await status(token)]).toEqual([403, 403]);
  await modify({
    HttpEndpoint: "enabled",
    HttpTokens: "required",
    HttpPutResponseHopLimit: 3,
    InstanceMetadataTags: "enabled",
  });
  expect([await status(null), await status(token)]).toEqual([401, 200]);
  expect((await metadata(imds(), "/latest/meta-data/tags/instance/Name", token)).text).toBe("web");
  expect((await listed()).MetadataOptions).toEqual({
    HttpTokens: "required",
    HttpPutResponseHopLimit: 3,
    HttpEndpoint: "enabled",
    HttpProtocolIpv6: "disabled",
    InstanceMetadataTags: "enabled",
  });
  await modify({ HttpProtocolIpv6: "enabled" });
  expect((await listed()).MetadataOptions).toMatchObject({ HttpProtocolIpv6: "enabled", HttpTokens: "required" });
});

test("callers with and without a token get different keys, both good", async () => {
  await associate("one");
  await operator.ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId: idOf(), HttpTokens: "optional" }));
  const [second, first] = [await keysOf(imds()), await keysOf(imds(), null)];
  expect(first.accessKeyId).not.toBe(second.accessKeyId);
  expect(await arnOf(first)).toBe(await arnOf(second));
  expect((await listed()).AccessKeyId).toBe(second.accessKeyId);
  expect(await keysOf(imds())).toEqual(second);
  expect(await keysOf(imds(), null)).toEqual(first);
});

test("a metadata token is good for its own instance and time only", async () => {
  const [web, other] = [await metadataToken(imds()), await metadataToken(imds("a"), 60)];
  expect((await metadata(imds("a"), "/latest/meta-data/", web)).status).toBe(401);
  expect((await metadata(imds(), "/latest/meta-data/", other)).status).toBe(401);
  expect((await metadata(imds("a"), "/latest/meta-data/", other)).status).toBe(200);
  await running.control("AdvanceClock", { By: "61s" });
  expect((await metadata(imds("a"), "/latest/meta-data/", other)).status).toBe(401);
  expect((await metadata(imds(), "/latest/meta-data/", web)).status).toBe(200);
});

test("a terminated instance has no metadata, is not listed, and its keys live to their own end", async () => {
  const keys = await keysOf(imds("a"));
  const url = imds("a");
  await operator.ec2.send(new TerminateInstancesCommand({ InstanceIds: [idOf("a")] }));
  await expect(fetch(url)).rejects.toThrow();
  expect(await listed("a")).toBeUndefined();
  expect(running.ready().instances).not.toHaveProperty("a");
  expect(await arnOf(keys)).toContain("assumed-role/one/");
  expect((await running.ask("RotateCredentials", { Instance: "a" })).status).toBe(404);
});
