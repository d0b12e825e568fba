// What a rolemint.yaml says has its effect: every key of it, over every door by which it can be seen.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import {
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
} from "@aws-sdk/client-iam";
import { GetBucketPolicyCommand, GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, metadata } from "../support/metadata.ts";
import { directory, rolemint, start } from "../support/rolemint.ts";

const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::seeded/*" }],
};
const BUCKET_POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::seeded/secret.txt" }],
};
const TRUST = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] },
      Action: "sts:AssumeRole",
    },
  ],
};

const EVERYTHING = `version: 1
account: "012345678901"
region: eu-central-1
rotation: { lifetime: 6h20m, renewEvery: 1h }
clock: { start: 2027-03-04T05:06:07Z }
roles:
  app:
    trust: { file: ../policies/trust.json }
    path: /service/
    managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess, "arn:aws:iam::012345678901:policy/reports"]
    inlinePolicies: { own: { file: ../policies/own.json } }
    permissionsBoundary: arn:aws:iam::aws:policy/AmazonS3FullAccess
    maxSessionDuration: 2h
    tags: { team: a }
  plain: {}
policies: { reports: ${JSON.stringify(POLICY)} }
users:
  ci:
    accessKeys: [{ id: AKIAIOSFODNN7EXAMPLE, secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY }]
    managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
    inlinePolicies: { own: ${JSON.stringify(POLICY)} }
instances:
  web:
    role: app
    metadata: { tokens: optional, hopLimit: 3, tags: enabled }
    tags: { team: storefront }
    userData: "#!/bin/sh\\necho hello\\n"
  second: { instanceProfile: app }
  dark: { metadata: { endpoint: disabled } }
  renamed: { tags: { Name: other } }
buckets:
  seeded: { objects: ../seed, policy: ${JSON.stringify(BUCKET_POLICY)} }
  empty: {}
`;

function world(): { cwd: string; file: string } {
  const cwd = directory();
  for (const name of ["conf", "policies", "seed", "seed/deep"]) mkdirSync(join(cwd, name));
  const files = {
    "conf/world.yaml": EVERYTHING,
    "policies/trust.json": JSON.stringify(TRUST),
    "policies/own.json": JSON.stringify(POLICY, null, 2),
    "seed/a.txt": "A",
    "seed/secret.txt": "S",
    "seed/deep/ü.txt": "U",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return { cwd, file: "conf/world.yaml" };
}

test("every key of a file has its effect", async () => {
  const { cwd, file } = world();
  const running = await start({ cwd, args: ["--config", file] });
  const ready = running.ready();
  const { iam, ec2, s3 } = clients(ready);
  const account = "012345678901";

  const { Role } = await iam.send(new GetRoleCommand({ RoleName: "app" }));
  expect(Role).toMatchObject({
    Path: "/service/",
    Arn: `arn:aws:iam::${account}:role/service/app`,
    MaxSessionDuration: 7200,
    PermissionsBoundary: { PermissionsBoundaryArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" },
  });
  expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!))).toEqual(TRUST);
  const plain = await iam.send(new GetRoleCommand({ RoleName: "plain" }));
  expect(plain.Role).toMatchObject({ Path: "/", MaxSessionDuration: 3600 });
  expect(decodeURIComponent(plain.Role!.AssumeRolePolicyDocument!)).toContain('"ec2.amazonaws.com"');
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "app" }));
  expect(attached.AttachedPolicies?.map(({ PolicyName }) => PolicyName).sort()).toEqual([
    "AmazonS3ReadOnlyAccess",
    "reports",
  ]);
  const own = await iam.send(new GetRolePolicyCommand({ RoleName: "app", PolicyName: "own" }));
  expect(JSON.parse(decodeURIComponent(own.PolicyDocument!))).toEqual(POLICY);
  expect((await iam.send(new ListRoleTagsCommand({ RoleName: "app" }))).Tags).toEqual([{ Key: "team", Value: "a" }]);
  const reports = await iam.send(new GetPolicyCommand({ PolicyArn: `arn:aws:iam::${account}:policy/reports` }));
  expect(reports.Policy?.AttachmentCount).toBe(1);
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: "app" }));
  expect(InstanceProfile?.Roles?.map(({ RoleName }) => RoleName)).toEqual(["app"]);

  expect((await iam.send(new GetUserPolicyCommand({ UserName: "ci", PolicyName: "own" }))).UserName).toBe("ci");
  expect((await iam.send(new ListAttachedUserPoliciesCommand({ UserName: "ci" }))).AttachedPolicies).toHaveLength(1);
  const ci = clients(ready, {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  });
  expect((await ci.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${account}:user/ci`);

  const { Instances } = await running.control("ListInstances");
  expect(Instances.map((one: any) => [one.Name, one.Role, one.InstanceProfileArn, one.Generation])).toEqual([
    ["web", "app", `arn:aws:iam::${account}:instance-profile/app`, 1],
    ["second", "app", `arn:aws:iam::${account}:instance-profile/app`, 1],
    ["dark", undefined, undefined, undefined],
    ["other", undefined, undefined, undefined],
  ]);
  expect(Instances[0].MetadataOptions).toEqual({
    HttpTokens: "optional",
    HttpPutResponseHopLimit: 3,
    HttpEndpoint: "enabled",
    HttpProtocolIpv6: "disabled",
    InstanceMetadataTags: "enabled",
  });
  expect(Object.keys(ready.instances)).toEqual(["web", "second", "dark", "other"]);
  const { imds } = ready.instances["web"]!;
  expect((await metadata(imds, "/latest/meta-data/tags/instance/team", null)).text).toBe("storefront");
  expect((await metadata(imds, "/latest/meta-data/tags/instance/Name")).text).toBe("web");
  expect((await metadata(imds, "/latest/user-data")).text).toBe("#!/bin/sh\necho hello\n");
  expect((await metadata(imds, "/latest/meta-data/placement/region")).text).toBe("eu-central-1");
  expect((await metadata(ready.instances["dark"]!.imds, "/latest/meta-data/", null)).status).toBe(403);
  const { LastUpdated, Expiration } = await documentOf(imds);
  expect(LastUpdated).toMatch(/^2027-03-04T05:06:/);
  expect(Date.parse(Expiration) - Date.parse(LastUpdated)).toBe((6 * 60 + 20) * 60_000);
  const { Reservations } = await ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: "tag:team", Values: ["storefront"] }] }),
  );
  expect(Reservations?.flatMap((one) => one.Instances?.map(({ InstanceId }) => InstanceId))).toEqual([
    ready.instances["web"]!.instanceId,
  ]);

  const objects = await s3.send(new ListObjectsV2Command({ Bucket: "seeded" }));
  expect(objects.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([
    ["a.txt", 1],
    ["deep/ü.txt", 1],
    ["secret.txt", 1],
  ]);
  const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: "seeded" }));
  expect(JSON.parse(Policy!)).toEqual(BUCKET_POLICY);
  expect(await refusal(ci.s3.send(new GetObjectCommand({ Bucket: "seeded", Key: "secret.txt" })))).toMatchObject({
    name: "AccessDenied",
    status: 403,
  });
  const { Body } = await ci.s3.send(new GetObjectCommand({ Bucket: "seeded", Key: "a.txt" }));
  expect(await Body!.transformToString()).toBe("A");

  const described = await running.control("DescribeWorld");
  expect(described).toMatchObject({
    Time: expect.stringMatching(/^2027-03-04T05:0[67]:/),
    ClockRate: 1,
    Accounts: [account],
    Rotation: { Lifetime: "6h20m", RenewEvery: "1h" },
    Counts: { Roles: 2, Users: 1, Policies: 1, InstanceProfiles: 1, Instances: 4, Buckets: 2 },
  });
});

test("JSON does as well as YAML, and numbers in quotes keep their zeros", async () => {
  const config = JSON.stringify({ version: 1, account: "000000000001", instances: { one: {} } });
  const cwd = directory({ "world.json": config });
  const running = await start({ cwd, args: ["--config", "world.json"] });
  expect(running.ready().operator.accountId).toBe("000000000001");
});

test("status --json is ListInstances with a version, and never shows a secret", async () => {
  const { cwd, file } = world();
  const running = await start({ cwd, args: ["--config", file] });
  const [json, text] = await Promise.all([
    rolemint(["status", "--json", "--ready", running.readyFile]),
    rolemint(["status", "--ready", running.readyFile]),
  ]);
  const { Instances } = await running.control("ListInstances");
  expect(JSON.parse(json.stdout)).toEqual({ version: 1, instances: Instances });
  expect(json.stdout.trim().split("\n")).toHaveLength(1);
  const { SecretAccessKey, Token, AccessKeyId } = await documentOf(running.ready().instances["web"]!.imds);
  for (const shown of [json.stdout, text.stdout]) {
    expect(shown).not.toContain(SecretAccessKey);
    expect(shown).not.toContain(Token.slice(0, 40));
    expect(shown).not.toContain(running.ready().controlToken);
    expect(shown).toContain(AccessKeyId);
    expect(shown).toContain("app");
  }
  expect(text.stdout).toMatch(/6h\d\dm/);
});

test("a policy of the world's own kind is enforced: what a file does not allow is refused", async () => {
  const running = await start({
    config: `version: 1
roles: { app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] } }
instances: { web: { role: app } }
buckets: { demo: {} }
`,
  });
  const { AccessKeyId, SecretAccessKey, Token } = await documentOf(running.ready().instances["web"]!.imds);
  const mine = clients(running.ready(), {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
  });
  expect((await mine.s3.send(new ListObjectsV2Command({ Bucket: "demo" }))).KeyCount).toBe(0);
  const denied = await refusal(mine.iam.send(new ListRolesCommand({})));
  expect(denied).toMatchObject({ name: "AccessDenied", status: 403 });
  expect(denied.message).toContain("iam:ListRoles");
});
