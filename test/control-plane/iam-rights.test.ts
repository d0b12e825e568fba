// Who may do what to whom: nothing gets through that IAM would refuse, and a change of rights holds at once.
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import {
  arn,
  done,
  EC2_TRUST,
  policyOf,
  READ,
  refusal,
  roleFor,
  sessionOf,
  signerIn,
  texts,
  trustOf,
} from "../support/iam-calls.ts";
import { openTestPlane, type TestPlane } from "../support/plane.ts";

let plane: TestPlane;
beforeEach(() => {
  plane = openTestPlane();
});
afterEach(() => plane.close());

const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";
const S3 = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const DENIED = /^AccessDenied: User: .* is not authorized to perform: /;
const allow = (Action: string | string[], Resource: string, Condition?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const userWith = (name: string, ...statements: object[]) =>
  plane.userWith(name, { Version: "2012-10-17", Statement: statements });
const createRole = (RoleName: string, more: Record<string, string> = {}) =>
  done(plane, "CreateRole", { RoleName, AssumeRolePolicyDocument: EC2_TRUST, ...more });

test("who may attach one policy may attach no other", async () => {
  await createRole("app");
  const isS3 = { ArnEquals: { "iam:PolicyARN": S3 } };
  const alice = userWith("alice", allow(["iam:AttachRolePolicy", "iam:AttachUserPolicy"], "*", isS3));
  await done(plane, "AttachRolePolicy", { RoleName: "app", PolicyArn: S3 }, alice);
  for (const PolicyArn of [ADMIN, S3.toUpperCase(), `${S3}/`, arn("policy/AmazonS3ReadOnlyAccess")]) {
    expect(await refusal(plane, "AttachRolePolicy", { RoleName: "app", PolicyArn }, alice)).toMatch(DENIED);
  }
  expect(await refusal(plane, "AttachUserPolicy", { UserName: "alice", PolicyArn: ADMIN }, alice)).toMatch(DENIED);
  expect(await refusal(plane, "DetachRolePolicy", { RoleName: "app", PolicyArn: S3 }, alice)).toMatch(DENIED);
});

test("who must give a boundary cannot leave it out, swap it or take it away", async () => {
  await done(plane, "CreatePolicy", { PolicyName: "edge", PolicyDocument: READ });
  const edge = arn("policy/edge");
  const isEdge = { StringEquals: { "iam:PermissionsBoundary": edge } };
  const actions = ["iam:CreateRole", "iam:CreateUser", "iam:PutRolePolicy", "iam:AttachRolePolicy"];
  const alice = userWith("alice", allow([...actions, "iam:PutRolePermissionsBoundary"], "*", isEdge));
  const role = { RoleName: "new", AssumeRolePolicyDocument: EC2_TRUST };
  expect(await refusal(plane, "CreateRole", role, alice)).toMatch(DENIED);
  expect(await refusal(plane, "CreateRole", { ...role, PermissionsBoundary: ADMIN }, alice)).toMatch(DENIED);
  expect(await refusal(plane, "CreateUser", { UserName: "bob" }, alice)).toMatch(DENIED);
  await done(plane, "CreateRole", { ...role, PermissionsBoundary: edge }, alice);
  await createRole("free");
  const put = { PolicyName: "p", PolicyDocument: READ };
  await done(plane, "PutRolePolicy", { RoleName: "new", ...put }, alice);
  await done(plane, "AttachRolePolicy", { RoleName: "new", PolicyArn: S3 }, alice);
  expect(await refusal(plane, "PutRolePolicy", { RoleName: "free", ...put }, alice)).toMatch(DENIED);
  expect(await refusal(plane, "AttachRolePolicy", { RoleName: "free", PolicyArn: S3 }, alice)).toMatch(DENIED);
  expect(await refusal(plane, "AttachRolePolicy", { RoleName: "not-there", PolicyArn: S3 }, alice)).toMatch(DENIED);
  const swap = { RoleName: "new", PermissionsBoundary: ADMIN };
  expect(await refusal(plane, "PutRolePermissionsBoundary", swap, alice)).toMatch(DENIED);
  expect(await refusal(plane, "DeleteRolePermissionsBoundary", { RoleName: "new" }, alice)).toMatch(DENIED);
});

test("a role is put into a profile only by one who may pass it to EC2", async () => {
  for (const name of ["app", "admin"]) await createRole(name);
  await done(plane, "CreateInstanceProfile", { InstanceProfileName: "web" });
  const add = allow("iam:AddRoleToInstanceProfile", "*");
  const toEc2 = { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } };
  const toLambda = { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } };
  const alice = userWith("alice", add, allow("iam:PassRole", arn("role/app"), toEc2));
  const bob = userWith("bob", add, allow("iam:PassRole", "*", toLambda));
  const into = (RoleName: string) => ({ InstanceProfileName: "web", RoleName });
  expect(await refusal(plane, "AddRoleToInstanceProfile", into("app"), bob)).toMatch(DENIED);
  expect(await refusal(plane, "AddRoleToInstanceProfile", into("admin"), alice)).toMatch(/iam:PassRole on resource/);
  await done(plane, "AddRoleToInstanceProfile", into("APP"), alice);
});

test("one's own name does not open another's key", async () => {
  await done(plane, "CreateUser", { UserName: "bob" });
  const bob = signerIn(await done(plane, "CreateAccessKey", { UserName: "bob" }));
  const alice = userWith("alice", allow("iam:*AccessKey*", arn("user/$" + "{aws:username}")));
  const key = { AccessKeyId: bob.accessKeyId };
  for (const who of [{}, { UserName: "alice" }]) {
    expect(await refusal(plane, "DeleteAccessKey", { ...key, ...who }, alice)).toMatch("NoSuchEntity");
    expect(await refusal(plane, "UpdateAccessKey", { ...key, ...who, Status: "Inactive" }, alice)).toMatch(
      "NoSuchEntity",
    );
  }
  for (const action of ["CreateAccessKey", "ListAccessKeys"]) {
    expect(await refusal(plane, action, { UserName: "bob" }, alice)).toMatch(DENIED);
  }
  await done(plane, "GetCallerIdentity", {}, bob);
});

test("rights by the tags of a role, and by the tags that a call brings", async () => {
  await createRole("mine", { "Tags.member.1.Key": "Team", "Tags.member.1.Value": "a" });
  await createRole("theirs", { "Tags.member.1.Key": "Team", "Tags.member.1.Value": "b" });
  const isMine = { StringEquals: { "iam:ResourceTag/team": "a" } };
  const setsColour = { "ForAllValues:StringEquals": { "aws:TagKeys": ["colour"] }, Null: { "aws:TagKeys": "false" } };
  const alice = userWith(
    "alice",
    allow(["iam:GetRole", "iam:PutRolePolicy"], "*", isMine),
    allow(["iam:TagRole", "iam:UntagRole"], "*", setsColour),
  );
  await done(plane, "GetRole", { RoleName: "mine" }, alice);
  expect(await refusal(plane, "GetRole", { RoleName: "theirs" }, alice)).toMatch(DENIED);
  expect(await refusal(plane, "GetRole", { RoleName: "not-there" }, alice)).toMatch(DENIED);
  const tag = (Key: string) => ({ RoleName: "theirs", "Tags.member.1.Key": Key, "Tags.member.1.Value": "a" });
  await done(plane, "TagRole", tag("colour"), alice);
  expect(await refusal(plane, "TagRole", tag("Team"), alice)).toMatch(DENIED);
  expect(await refusal(plane, "UntagRole", { RoleName: "theirs", "TagKeys.member.1": "Team" }, alice)).toMatch(DENIED);
  const both = { ...tag("colour"), "Tags.member.2.Key": "Team", "Tags.member.2.Value": "a" };
  expect(await refusal(plane, "TagRole", both, alice)).toMatch(DENIED);
});

test.each([
  ["CreateRole", "TagRole", { RoleName: "new", AssumeRolePolicyDocument: EC2_TRUST }, "role/new"],
  ["CreateUser", "TagUser", { UserName: "new" }, "user/new"],
  ["CreatePolicy", "TagPolicy", { PolicyName: "new", PolicyDocument: READ }, "policy/new"],
  ["CreateInstanceProfile", "TagInstanceProfile", { InstanceProfileName: "new" }, "instance-profile/new"],
])("%s with tags needs %s", async (action, tagging, parameters, made) => {
  const tagged = { ...parameters, "Tags.member.1.Key": "Team", "Tags.member.1.Value": "a" };
  const alice = userWith("alice", allow(`iam:${action}`, "*"));
  const says = `iam:${tagging} on resource: ${arn(made)} because no identity-based policy allows the iam:${tagging} action`;
  expect(await refusal(plane, action, tagged, alice)).toContain(says);
  await done(plane, action, parameters, alice);
  const remove = { ...parameters, PolicyArn: arn(made) };
  await done(plane, action.replace("Create", "Delete"), remove);
  const isTeam = { StringEquals: { "aws:RequestTag/Team": "a" } };
  await done(plane, action, tagged, userWith("bob", allow(`iam:${action}`, "*"), allow(`iam:${tagging}`, "*", isTeam)));
});

test("`iam:ResourceTag` is a key of roles and users only", async () => {
  const tags = { "Tags.member.1.Key": "Team", "Tags.member.1.Value": "a" };
  await done(plane, "CreateInstanceProfile", { InstanceProfileName: "web", ...tags });
  const alice = userWith(
    "alice",
    allow("iam:GetInstanceProfile", "*", { StringEquals: { "iam:ResourceTag/Team": "a" } }),
  );
  const bob = userWith("bob", allow("iam:GetInstanceProfile", "*", { StringEquals: { "aws:ResourceTag/Team": "a" } }));
  expect(await refusal(plane, "GetInstanceProfile", { InstanceProfileName: "web" }, alice)).toMatch(DENIED);
  await done(plane, "GetInstanceProfile", { InstanceProfileName: "web" }, bob);
});

test("rights on a path hold for the path that a role has, not for one that a caller makes up", async () => {
  await done(plane, "CreateRole", { RoleName: "app", Path: "/team/", AssumeRolePolicyDocument: EC2_TRUST });
  await createRole("other");
  const alice = userWith("alice", allow(["iam:GetRole", "iam:ListRoles", "iam:CreateRole"], arn("role/team/*")));
  await done(plane, "GetRole", { RoleName: "APP" }, alice);
  expect(await refusal(plane, "GetRole", { RoleName: "other" }, alice)).toMatch(DENIED);
  expect(texts(await done(plane, "ListRoles", { PathPrefix: "/team/" }, alice), "RoleName")).toEqual(["app"]);
  expect(await refusal(plane, "ListRoles", {}, alice)).toMatch(DENIED);
  const role = { RoleName: "new", AssumeRolePolicyDocument: EC2_TRUST };
  expect(await refusal(plane, "CreateRole", role, alice)).toMatch(DENIED);
  await done(plane, "CreateRole", { ...role, Path: "/team/" }, alice);
});

test("a boundary limits what a user's policies allow", async () => {
  await done(plane, "CreatePolicy", { PolicyName: "edge", PolicyDocument: policyOf(allow("iam:Get*", "*")) });
  await done(plane, "CreateUser", { UserName: "alice", PermissionsBoundary: arn("policy/edge") });
  await done(plane, "AttachUserPolicy", { UserName: "alice", PolicyArn: ADMIN });
  const alice = signerIn(await done(plane, "CreateAccessKey", { UserName: "alice" }));
  await done(plane, "GetUser", {}, alice);
  expect(await refusal(plane, "ListUsers", {}, alice)).toMatch(
    /because no permissions boundary allows the iam:ListUsers action$/,
  );
  const PolicyDocument = policyOf({ Effect: "Deny", Action: "iam:GetUser", Resource: "*" }, allow("*", "*"));
  await done(plane, "CreatePolicyVersion", { PolicyArn: arn("policy/edge"), PolicyDocument, SetAsDefault: "true" });
  expect(await refusal(plane, "GetUser", {}, alice)).toMatch(/with an explicit deny in a permissions boundary$/);
  await done(plane, "ListUsers", {}, alice);
});

test("a session's rights are those that its role has now", async () => {
  const alice = userWith("alice");
  await roleFor(plane, "app");
  const session = await sessionOf(plane, "app", alice);
  expect(await refusal(plane, "ListUsers", {}, session)).toMatch(DENIED);
  await done(plane, "AttachRolePolicy", { RoleName: "app", PolicyArn: ADMIN });
  await done(plane, "ListUsers", {}, session);
  await done(plane, "DetachRolePolicy", { RoleName: "app", PolicyArn: ADMIN });
  expect(await refusal(plane, "ListUsers", {}, session)).toMatch(DENIED);
});

test("AWSRevokeOlderSessions ends the sessions that are older, and no newer one", async () => {
  const alice = userWith("alice");
  await roleFor(plane, "app", allow("iam:ListUsers", "*"));
  const older = await sessionOf(plane, "app", alice);
  plane.pass(60_000);
  const since = new Date(plane.world.now()).toISOString();
  const PolicyDocument = policyOf({
    Effect: "Deny",
    Action: ["*"],
    Resource: ["*"],
    Condition: { DateLessThan: { "aws:TokenIssueTime": since } },
  });
  await done(plane, "PutRolePolicy", { RoleName: "app", PolicyName: "AWSRevokeOlderSessions", PolicyDocument });
  const newer = await sessionOf(plane, "app", alice);
  expect(await refusal(plane, "ListUsers", {}, older)).toMatch(/with an explicit deny in an identity-based policy$/);
  await done(plane, "ListUsers", {}, newer);
});

test("a session does not outlive its role, even if one of the same name is made", async () => {
  const alice = userWith("alice");
  await roleFor(plane, "app");
  const session = await sessionOf(plane, "app", alice);
  await done(plane, "GetCallerIdentity", {}, session);
  await done(plane, "DeleteRole", { RoleName: "app" });
  await roleFor(plane, "app");
  expect(await refusal(plane, "GetCallerIdentity", {}, session)).toMatch(/^InvalidClientTokenId/);
  await done(plane, "GetCallerIdentity", {}, await sessionOf(plane, "app", alice));
});

test("a trusted user who is made anew is a stranger, and the policy shows the old one's id", async () => {
  await done(plane, "CreateUser", { UserName: "alice" });
  const [id] = texts(await done(plane, "GetUser", { UserName: "alice" }), "UserId");
  await roleFor(plane, "app");
  const trust = async () => {
    const body = await done(plane, "GetRole", { RoleName: "app" });
    return decodeURIComponent(texts(body, "AssumeRolePolicyDocument")[0]!);
  };
  const assume = { RoleArn: arn("role/app"), RoleSessionName: "nightly" };
  const first = signerIn(await done(plane, "CreateAccessKey", { UserName: "alice" }));
  await done(plane, "AssumeRole", assume, first);
  expect(await trust()).toBe(trustOf({ AWS: arn("user/alice") }));
  await done(plane, "DeleteAccessKey", { UserName: "alice", AccessKeyId: first.accessKeyId });
  await done(plane, "DeleteUser", { UserName: "alice" });
  expect(await trust()).toBe(trustOf({ AWS: id }));
  await done(plane, "CreateUser", { UserName: "alice" });
  const second = signerIn(await done(plane, "CreateAccessKey", { UserName: "alice" }));
  expect(await trust()).toBe(trustOf({ AWS: id }));
  expect(await refusal(plane, "AssumeRole", assume, second)).toMatch(DENIED);
  const shown = { RoleName: "app", PolicyDocument: await trust() };
  expect(await refusal(plane, "UpdateAssumeRolePolicy", shown)).toBe(
    `MalformedPolicyDocument: Invalid principal in policy: "AWS":"${id}"`,
  );
  await done(plane, "UpdateAssumeRolePolicy", { RoleName: "app", PolicyDocument: trustOf({ AWS: arn("user/alice") }) });
  await done(plane, "AssumeRole", assume, second);
});

test("policies of other accounts are neither read, attached nor taken for a boundary", async () => {
  await createRole("app");
  const PolicyArn = "arn:aws:iam::999988887777:policy/read";
  plane.world.change(() =>
    plane.world.account("999988887777").policies.put({
      accountId: "999988887777",
      name: "read",
      path: "/",
      id: "ANPAEXAMPLEEXAMPLEEXA",
      arn: PolicyArn,
      created: 0,
      updated: 0,
      defaultVersion: "v1",
      nextVersion: 2,
      versions: [{ id: "v1", text: READ, created: 0 }],
      tags: [],
    }),
  );
  expect(await refusal(plane, "GetPolicy", { PolicyArn })).toMatch(/^AccessDenied/);
  expect(await refusal(plane, "DeletePolicy", { PolicyArn })).toMatch(/^AccessDenied/);
  expect(await refusal(plane, "AttachRolePolicy", { RoleName: "app", PolicyArn })).toMatch(/^NoSuchEntity/);
  const boundary = { RoleName: "app", PermissionsBoundary: PolicyArn };
  expect(await refusal(plane, "PutRolePermissionsBoundary", boundary)).toMatch(/^NoSuchEntity/);
});

test.each([
  { action: "DeletePolicy", more: {} },
  { action: "CreatePolicyVersion", more: { PolicyDocument: READ } },
  { action: "DeletePolicyVersion", more: { VersionId: "v1" } },
  { action: "SetDefaultPolicyVersion", more: { VersionId: "v1" } },
])("$action: AWS's own policies are changed by nobody", async ({ action, more }) => {
  const admin = userWith("admin", allow("*", "*"));
  for (const signer of [plane.root, admin]) {
    expect(await refusal(plane, action, { PolicyArn: ADMIN, ...more }, signer)).toMatch(
      /^AccessDenied: User: .* on resource: policy arn:aws:iam::aws:policy\/AdministratorAccess$/,
    );
  }
  await done(plane, "GetPolicy", { PolicyArn: ADMIN }, admin);
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html
test("IAM is called in us-east-1 wherever the world is", async () => {
  const away = openTestPlane("eu-central-1");
  try {
    const elsewhere = { StringNotEquals: { "aws:RequestedRegion": "eu-central-1" } };
    const document = {
      Version: "2012-10-17",
      Statement: [allow("*", "*"), { ...allow("*", "*", elsewhere), Effect: "Deny" }],
    };
    const alice = away.userWith("alice", document);
    expect(await refusal(away, "GetUser", { UserName: "alice" }, alice)).toMatch(DENIED);
    await done(away, "DescribeInstances", {}, alice);
    await done(away, "GetCallerIdentity", {}, alice);
    await done(away, "CreateUser", { UserName: "bob" });
    await done(away, "RunInstances", { MinCount: "1", MaxCount: "1" });
    const { body } = await away.trail("LookupEvents", {}, alice);
    const { Events } = JSON.parse(String(body)) as { Events: { CloudTrailEvent: string }[] };
    const regions = Events.map(({ CloudTrailEvent }) => {
      const { eventName, awsRegion } = JSON.parse(CloudTrailEvent) as { eventName: string; awsRegion: string };
      return `${eventName} ${awsRegion}`;
    });
    expect(regions).toEqual(expect.arrayContaining(["CreateUser us-east-1", "RunInstances eu-central-1"]));
  } finally {
    away.close();
  }
});
