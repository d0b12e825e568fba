// What IAM does over several calls: names, pages, policies as they were given, versions, keys, what an instance sees.
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { runningInstances, viewOf } from "@rolemint/world";
import { arn, done, EC2_TRUST, policyOf, READ, refusal, signerIn, texts } from "../support/iam-calls.ts";
import { openTestPlane, type TestPlane } from "../support/plane.ts";

let plane: TestPlane;
beforeEach(() => {
  plane = openTestPlane();
});
afterEach(() => plane.close());

const createRole = (RoleName: string) => done(plane, "CreateRole", { RoleName, AssumeRolePolicyDocument: EC2_TRUST });

test("names are the same regardless of case and shown as they were given", async () => {
  await createRole("AppRole");
  await done(plane, "CreateUser", { UserName: "Alice" });
  await done(plane, "CreatePolicy", { PolicyName: "Read", PolicyDocument: READ });
  await done(plane, "CreateInstanceProfile", { InstanceProfileName: "Web" });
  await done(plane, "AddRoleToInstanceProfile", { InstanceProfileName: "wEB", RoleName: "approle" });
  await done(plane, "PutRolePolicy", { RoleName: "APPROLE", PolicyName: "p", PolicyDocument: READ });
  await done(plane, "CreateAccessKey", { UserName: "aLICE" });
  expect(texts(await done(plane, "GetRole", { RoleName: "approle" }), "RoleName")).toEqual(["AppRole"]);
  expect(texts(await done(plane, "GetRolePolicy", { RoleName: "approle", PolicyName: "p" }), "RoleName")).toEqual([
    "AppRole",
  ]);
  expect(texts(await done(plane, "ListAccessKeys", { UserName: "ALICE" }), "UserName")).toEqual(["Alice"]);
  expect(texts(await done(plane, "GetInstanceProfile", { InstanceProfileName: "WEB" }), "RoleName")).toEqual([
    "AppRole",
  ]);
  expect(await refusal(plane, "CreateInstanceProfile", { InstanceProfileName: "WEB" })).toMatch("EntityAlreadyExists");
  expect(await refusal(plane, "GetPolicy", { PolicyArn: arn("policy/read") })).toMatch("NoSuchEntity");
  expect(await refusal(plane, "DeleteRole", { RoleName: "approle" })).toMatch("DeleteConflict");
  expect(await refusal(plane, "DeleteUser", { UserName: "alice" })).toMatch("DeleteConflict");
});

/** The bodies of a list, page after page; a list that never ends is cut. */
async function* pages(list: string, parameters: Record<string, string | undefined>) {
  let Marker: string | undefined;
  for (let count = 0; count < 50; count++) {
    const body = await done(plane, list, { ...parameters, Marker });
    [Marker] = texts(body, "Marker");
    expect(texts(body, "IsTruncated")).toEqual([String(Marker !== undefined)]);
    yield body;
    if (Marker === undefined) return;
  }
  throw new Error(`${list} never ends`);
}

test("250 roles come in pages that neither repeat nor skip, whatever is deleted in between", async () => {
  const names = Array.from(
    { length: 250 },
    (_, index) => `${index % 2 ? "Role" : "role"}-${String(index).padStart(3, "0")}`,
  );
  for (const name of names) await createRole(name);
  const seen: string[] = [];
  for await (const body of pages("ListRoles", { MaxItems: "37" })) {
    const page = texts(body, "RoleName");
    seen.push(...page);
    if (seen.length > 220) continue;
    // The one that the marker names, and one that is still to come.
    for (const gone of [page.at(-1)!, names[names.indexOf(page.at(-1)!) + 5]!]) {
      await done(plane, "DeleteRole", { RoleName: gone });
    }
  }
  expect(seen).toEqual([...new Set(seen)]);
  expect(names.filter((name) => !seen.includes(name))).toHaveLength(5);
  expect(seen).toHaveLength(245);
  expect(texts(await done(plane, "ListRoles", { MaxItems: "1000" }), "RoleName")).toHaveLength(240);
});

test.each([
  { list: "ListRolePolicies", owner: { RoleName: "app" }, element: "member", count: 3 },
  { list: "ListAttachedRolePolicies", owner: { RoleName: "app" }, element: "PolicyArn", count: 3 },
  { list: "ListRoleTags", owner: { RoleName: "app" }, element: "Key", count: 3 },
  { list: "ListPolicyVersions", owner: { PolicyArn: arn("policy/read") }, element: "VersionId", count: 3 },
  { list: "ListPolicies", owner: { Scope: "Local" }, element: "PolicyName", count: 1 },
  { list: "ListEntitiesForPolicy", owner: { PolicyArn: arn("policy/read") }, element: "RoleName|UserName", count: 2 },
  { list: "ListInstanceProfilesForRole", owner: { RoleName: "app" }, element: "InstanceProfileName", count: 2 },
  { list: "ListUsers", owner: {}, element: "UserName", count: 1 },
  { list: "ListAccessKeys", owner: { UserName: "alice" }, element: "AccessKeyId", count: 2 },
])("$list one at a time gives all of them once", async ({ list, owner, element, count }) => {
  await createRole("app");
  await done(plane, "CreateUser", { UserName: "alice" });
  await done(plane, "CreatePolicy", { PolicyName: "read", PolicyDocument: READ });
  const PolicyArn = arn("policy/read");
  await done(plane, "CreatePolicyVersion", { PolicyArn, PolicyDocument: READ });
  await done(plane, "CreatePolicyVersion", { PolicyArn, PolicyDocument: READ });
  for (const one of [PolicyArn, "arn:aws:iam::aws:policy/AWSDenyAll", "arn:aws:iam::aws:policy/IAMFullAccess"]) {
    await done(plane, "AttachRolePolicy", { RoleName: "app", PolicyArn: one });
  }
  await done(plane, "AttachUserPolicy", { UserName: "alice", PolicyArn });
  for (const name of ["a", "B", "__proto__"]) {
    await done(plane, "PutRolePolicy", { RoleName: "app", PolicyName: name, PolicyDocument: READ });
    await done(plane, "TagRole", { RoleName: "app", "Tags.member.1.Key": name, "Tags.member.1.Value": "" });
  }
  for (const InstanceProfileName of ["one", "two"]) {
    await done(plane, "CreateInstanceProfile", { InstanceProfileName });
    await done(plane, "AddRoleToInstanceProfile", { InstanceProfileName, RoleName: "app" });
    await done(plane, "CreateAccessKey", { UserName: "alice" });
  }
  const seen: string[] = [];
  for await (const body of pages(list, { ...owner, MaxItems: "1" })) {
    seen.push(...[...body.matchAll(new RegExp(`<(?:${element})>([^<]*)<`, "g"))].map(([whole]) => whole));
  }
  expect(seen).toHaveLength(count);
  expect(new Set(seen).size).toBe(count);
});

test("a policy comes back as it was given, percent-encoded as RFC 3986 says", async () => {
  const text = `{ "Version": "2012-10-17",\n\t"Statement": [ { "Sid": "ThisOne", "Effect": "Allow", "Action": [ "s3:*" ], "Resource": "arn:aws:s3:::b/(é)!'*" } ] }`;
  await createRole("app");
  await done(plane, "PutRolePolicy", { RoleName: "app", PolicyName: "p", PolicyDocument: text });
  await done(plane, "CreatePolicy", { PolicyName: "p", PolicyDocument: text });
  const inline = await done(plane, "GetRolePolicy", { RoleName: "app", PolicyName: "p" });
  const managed = await done(plane, "GetPolicyVersion", { PolicyArn: arn("policy/p"), VersionId: "v1" });
  for (const encoded of [texts(inline, "PolicyDocument")[0]!, texts(managed, "Document")[0]!]) {
    expect(encoded).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})+$/);
    expect(decodeURIComponent(encoded)).toBe(text);
  }
});

test("`__proto__` and the like are names of policies as any other", async () => {
  await createRole("app");
  for (const PolicyName of ["__proto__", "constructor", "toString"]) {
    expect(await refusal(plane, "GetRolePolicy", { RoleName: "app", PolicyName })).toMatch("NoSuchEntity");
    expect(await refusal(plane, "DeleteRolePolicy", { RoleName: "app", PolicyName })).toMatch("NoSuchEntity");
    await done(plane, "PutRolePolicy", { RoleName: "app", PolicyName, PolicyDocument: READ });
    const body = await done(plane, "GetRolePolicy", { RoleName: "app", PolicyName });
    expect(decodeURIComponent(texts(body, "PolicyDocument")[0]!)).toBe(READ);
  }
  await done(plane, "DeleteRolePolicy", { RoleName: "app", PolicyName: "__proto__" });
  expect(texts(await done(plane, "ListRolePolicies", { RoleName: "app" }), "member")).toEqual([
    "constructor",
    "toString",
  ]);
});

test("inline policies are counted together, without white space", async () => {
  await done(plane, "CreateUser", { UserName: "alice" });
  const long = (length: number) =>
    policyOf({ Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${"b".repeat(length)}` });
  const put = { UserName: "alice", PolicyDocument: long(900) };
  await done(plane, "PutUserPolicy", { ...put, PolicyName: "one" });
  await done(plane, "PutUserPolicy", { ...put, PolicyName: "one", PolicyDocument: `${long(900)}${" ".repeat(9000)}` });
  expect(await refusal(plane, "PutUserPolicy", { ...put, PolicyName: "two", PolicyDocument: long(1100) })).toBe(
    "LimitExceeded: Maximum policy size of 2048 bytes exceeded for user alice",
  );
  await done(plane, "DeleteUserPolicy", { UserName: "alice", PolicyName: "one" });
  await done(plane, "PutUserPolicy", { ...put, PolicyName: "two", PolicyDocument: long(1100) });
});

test("a policy has five versions at the most, and no number is used twice", async () => {
  const PolicyArn = arn("policy/read");
  await done(plane, "CreatePolicy", { PolicyName: "read", PolicyDocument: READ });
  const create = async () =>
    texts(await done(plane, "CreatePolicyVersion", { PolicyArn, PolicyDocument: READ }), "VersionId")[0];
  expect([await create(), await create(), await create(), await create()]).toEqual(["v2", "v3", "v4", "v5"]);
  expect(await refusal(plane, "CreatePolicyVersion", { PolicyArn, PolicyDocument: READ })).toMatch(/^LimitExceeded/);
  await done(plane, "DeletePolicyVersion", { PolicyArn, VersionId: "v5" });
  expect(await create()).toBe("v6");
  expect(await refusal(plane, "DeletePolicyVersion", { PolicyArn, VersionId: "v1" })).toMatch(/^DeleteConflict/);
  await done(plane, "SetDefaultPolicyVersion", { PolicyArn, VersionId: "v6" });
  await done(plane, "DeletePolicyVersion", { PolicyArn, VersionId: "v1" });
  const listed = await done(plane, "ListPolicyVersions", { PolicyArn });
  expect(texts(listed, "VersionId")).toEqual(["v6", "v4", "v3", "v2"]);
  expect(texts(listed, "IsDefaultVersion")).toEqual(["true", "false", "false", "false"]);
});

test("an entity goes once nothing hangs on it", async () => {
  await createRole("app");
  await done(plane, "CreateInstanceProfile", { InstanceProfileName: "web" });
  await done(plane, "AddRoleToInstanceProfile", { InstanceProfileName: "web", RoleName: "app" });
  await done(plane, "CreatePolicy", { PolicyName: "edge", PolicyDocument: READ });
  const PolicyArn = arn("policy/edge");
  await done(plane, "PutRolePermissionsBoundary", { RoleName: "app", PermissionsBoundary: PolicyArn });
  expect(await refusal(plane, "DeletePolicy", { PolicyArn })).toMatch("DeleteConflict");
  await done(plane, "DeleteRolePermissionsBoundary", { RoleName: "app" });
  await done(plane, "DeletePolicy", { PolicyArn });
  await done(plane, "RemoveRoleFromInstanceProfile", { InstanceProfileName: "web", RoleName: "app" });
  await done(plane, "DeleteRole", { RoleName: "app" });
  await done(plane, "DeleteInstanceProfile", { InstanceProfileName: "web" });
  expect(texts(await done(plane, "ListRoles"), "RoleName")).toEqual([]);
  expect(texts(await done(plane, "ListInstanceProfiles"), "InstanceProfileName")).toEqual([]);
});

test("UpdateRole changes what it is given and nothing else", async () => {
  await done(plane, "CreateRole", { RoleName: "app", AssumeRolePolicyDocument: EC2_TRUST, Description: "first" });
  await done(plane, "UpdateRole", { RoleName: "app", MaxSessionDuration: "7200" });
  await done(plane, "UpdateRole", { RoleName: "app" });
  const longer = await done(plane, "GetRole", { RoleName: "app" });
  expect([texts(longer, "Description"), texts(longer, "MaxSessionDuration")]).toEqual([["first"], ["7200"]]);
  await done(plane, "UpdateRole", { RoleName: "app", Description: "" });
  expect(texts(await done(plane, "GetRole", { RoleName: "app" }), "Description")).toEqual([""]);
});

test("a tag with a key that is there in another case takes its place; fifty is the most", async () => {
  await createRole("app");
  const tag = (Key: string, Value: string) => ({ "Tags.member.1.Key": Key, "Tags.member.1.Value": Value });
  await done(plane, "TagRole", { RoleName: "app", ...tag("Env", "a") });
  await done(plane, "TagRole", { RoleName: "app", ...tag("env", "b") });
  const listed = await done(plane, "ListRoleTags", { RoleName: "app" });
  expect([texts(listed, "Key"), texts(listed, "Value")]).toEqual([["env"], ["b"]]);
  for (let index = 1; index < 50; index++) await done(plane, "TagRole", { RoleName: "app", ...tag(`k${index}`, "") });
  expect(await refusal(plane, "TagRole", { RoleName: "app", ...tag("one-more", "") })).toMatch(/^LimitExceeded/);
  await done(plane, "TagRole", { RoleName: "app", ...tag("ENV", "c") });
});

test("a secret is shown once: neither lists nor the trail have it", async () => {
  await done(plane, "CreateUser", { UserName: "alice" });
  const { accessKeyId, secretAccessKey } = signerIn(await done(plane, "CreateAccessKey", { UserName: "alice" }));
  expect(secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
  const listed = await done(plane, "ListAccessKeys", { UserName: "alice" });
  expect(texts(listed, "AccessKeyId")).toEqual([accessKeyId]);
  const trail = await plane.trail("LookupEvents", {});
  expect(trail.body).toMatch("CreateAccessKey");
  expect(listed + trail.body).not.toContain(secretAccessKey);
});

test("an access key works while it is active and there", async () => {
  const right = { Effect: "Allow", Action: "iam:*", Resource: arn("user/$" + "{aws:username}") };
  await done(plane, "CreateUser", { UserName: "alice" });
  await done(plane, "PutUserPolicy", { UserName: "alice", PolicyName: "self", PolicyDocument: policyOf(right) });
  const first = signerIn(await done(plane, "CreateAccessKey", { UserName: "alice" }));
  const second = signerIn(await done(plane, "CreateAccessKey", {}, first));
  const key = { AccessKeyId: first.accessKeyId };
  await done(plane, "UpdateAccessKey", { ...key, Status: "Inactive" }, second);
  const refused = "InvalidClientTokenId: The security token included in the request is invalid.";
  expect(await refusal(plane, "GetCallerIdentity", {}, first)).toBe(refused);
  await done(plane, "UpdateAccessKey", { ...key, Status: "Active" }, second);
  expect(texts(await done(plane, "GetUser", {}, first), "UserName")).toEqual(["alice"]);
  await done(plane, "DeleteAccessKey", key, second);
  expect(await refusal(plane, "GetCallerIdentity", {}, first)).toBe(refused);
  expect(texts(await done(plane, "ListAccessKeys", {}, second), "AccessKeyId")).toEqual([second.accessKeyId]);
});

test("root's own keys are root's when nobody is named", async () => {
  const made = signerIn(await done(plane, "CreateAccessKey"));
  expect(texts(await done(plane, "GetUser", {}, made), "Arn")).toEqual([arn("root")]);
  expect(texts(await done(plane, "ListAccessKeys"), "AccessKeyId")).toContain(made.accessKeyId);
  await done(plane, "CreateUser", { UserName: "alice" });
  const parameters = { UserName: "alice", AccessKeyId: made.accessKeyId };
  expect(await refusal(plane, "DeleteAccessKey", parameters)).toMatch("NoSuchEntity");
  await done(plane, "DeleteAccessKey", { AccessKeyId: made.accessKeyId });
});

test("ListPolicies shows the account's own, AWS's, or both, by path and by use", async () => {
  await createRole("app");
  await done(plane, "CreatePolicy", { PolicyName: "own", Path: "/team/", PolicyDocument: READ });
  const S3 = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  await done(plane, "AttachRolePolicy", { RoleName: "app", PolicyArn: S3 });
  await done(plane, "PutRolePermissionsBoundary", { RoleName: "app", PermissionsBoundary: arn("policy/team/own") });
  const listed = async (parameters: Record<string, string>) =>
    texts(await done(plane, "ListPolicies", { MaxItems: "1000", ...parameters }), "Arn");
  const published = await listed({ Scope: "AWS" });
  expect(published).toContain(S3);
  expect(published.every((one) => one.startsWith("arn:aws:iam::aws:policy/"))).toBe(true);
  expect(await listed({})).toEqual([arn("policy/team/own"), ...published]);
  expect(await listed({ Scope: "Local" })).toEqual([arn("policy/team/own")]);
  expect(await listed({ PathPrefix: "/team/" })).toEqual([arn("policy/team/own")]);
  expect(await listed({ OnlyAttached: "true" })).toEqual([S3]);
  expect(await listed({ PolicyUsageFilter: "PermissionsPolicy" })).toEqual([S3]);
  expect(await listed({ PolicyUsageFilter: "PermissionsBoundary" })).toEqual([arn("policy/team/own")]);
  const shown = await done(plane, "GetPolicyVersion", { PolicyArn: S3, VersionId: "v3" });
  expect(decodeURIComponent(texts(shown, "Document")[0]!)).toMatch("s3:Get*");
});

test("an instance sees that its profile's role, and then the profile, is gone", async () => {
  await createRole("app");
  await done(plane, "CreateInstanceProfile", { InstanceProfileName: "web" });
  await done(plane, "AddRoleToInstanceProfile", { InstanceProfileName: "web", RoleName: "app" });
  const one = { MinCount: "1", MaxCount: "1", "IamInstanceProfile.Name": "web" };
  await done(plane, "RunInstances", one);
  const shown = () => viewOf(plane.world, runningInstances(plane.world)[0]!).Profile;
  expect(shown()).toMatchObject({ Code: "Success", RoleName: "app" });
  await done(plane, "RemoveRoleFromInstanceProfile", { InstanceProfileName: "web", RoleName: "app" });
  expect(shown()).toMatchObject({ Message: expect.stringMatching("does not contain a role") });
  await done(plane, "DeleteInstanceProfile", { InstanceProfileName: "web" });
  expect(shown()).toMatchObject({ Code: "InstanceProfileNotFound" });
});
