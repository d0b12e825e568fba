// A file applied to a world: the sentences of the manual on what a file is, one by one.
import { expect, test } from "@jest/globals";
import {
  BLOCKS_ALL,
  type Bucket,
  type Instance,
  localAuthority,
  PROFILES,
  shownTrust,
  storedTrust,
  terminate,
  viewOf,
  type World,
} from "@rolemint/world";
import {
  ACCOUNT,
  associateNow,
  EC2_TRUST,
  makeInstance,
  makeKey,
  makeProfile,
  makeRole,
  makeUser,
  openTestWorld,
  START,
  temporaryDirectory,
  trusting,
} from "../../../test/support/world.ts";
import { apply, configOf } from "./apply-from.fixture.ts";
import { ApplyError, applyConfig, builtinConfig, configuredInstance } from "./index.ts";
import { loadFrom } from "./load-from.fixture.ts";

const READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
const own = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`;
const ALLOW = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
const DENY = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "s3:*", Resource: "*" }] };
const [ALLOW_TEXT, DENY_TEXT] = [JSON.stringify(ALLOW), JSON.stringify(DENY)];
const bucketPolicy = (Action: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: ACCOUNT }, Action, Resource: "arn:aws:s3:::demo/*" }],
});
const [READ, WRITE] = [bucketPolicy("s3:GetObject"), bucketPolicy("s3:PutObject")];
const KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };

/** Applies, and gives how far the revision went. */
async function moves(world: World, settings: object): Promise<number> {
  const before = world.revision();
  await apply(world, settings);
  return world.revision() - before;
}

async function refusal(work: () => Promise<unknown>): Promise<string> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApplyError);
  return (error as ApplyError).message;
}

const roleNamed = (world: World, name: string) => world.account(ACCOUNT).roles.get(name)!;
const instanceNamed = (world: World, name: string) => configuredInstance(world, name)!;
const roleShown = (world: World, instance: Instance) => viewOf(world, instance).Profile?.RoleName;

const EVERYTHING = {
  rotation: "fast",
  policies: { reports: ALLOW },
  roles: {
    app: {
      path: "/service/",
      managedPolicies: [READ_ONLY, own("reports")],
      inlinePolicies: { own: ALLOW },
      permissionsBoundary: FULL,
      maxSessionDuration: "2h",
      tags: { team: "a" },
    },
    plain: {},
  },
  users: { ci: { accessKeys: [KEY], managedPolicies: [READ_ONLY], inlinePolicies: { own: DENY } } },
  instances: {
    web: { role: "app", metadata: { tokens: "optional", hopLimit: 2 }, tags: { team: "a" }, userData: "#!/bin/sh" },
    idle: {},
  },
  buckets: { demo: { policy: READ }, empty: {} },
};

test("what a file names is made, as it says", async () => {
  const { world } = openTestWorld();
  expect(await apply(world, EVERYTHING)).toEqual({ left: [] });
  const account = world.account(ACCOUNT);
  expect(world.schedule()).toEqual(PROFILES.fast);
  expect(account.policies.get("reports")).toMatchObject({ arn: own("reports"), path: "/", defaultVersion: "v1" });
  expect(roleNamed(world, "app")).toMatchObject({
    arn: `arn:aws:iam::${ACCOUNT}:role/service/app`,
    path: "/service/",
    trust: EC2_TRUST,
    attached: [READ_ONLY, own("reports")],
    inline: { own: ALLOW_TEXT },
    boundary: FULL,
    maxSessionSeconds: 7200,
    tags: [{ Key: "team", Value: "a" }],
    created: START,
  });
  expect(roleNamed(world, "plain")).toMatchObject({ path: "/", maxSessionSeconds: 3600, attached: [], tags: [] });
  expect(account.users.get("ci")).toMatchObject({ attached: [READ_ONLY], inline: { own: DENY_TEXT } });
  expect(account.accessKeysOf("ci")).toMatchObject([{ ...KEY, status: "Active" }]);
  expect(account.instanceProfiles.list()).toMatchObject([{ name: "app", roleName: "app", path: "/" }]);
  expect(account.instances().map(({ configName }) => configName)).toEqual(["web", "idle"]);
  expect(world.tables.buckets.list().map(({ name, policy }) => [name, policy])).toEqual([
    ["demo", JSON.stringify(READ)],
    ["empty", undefined],
  ]);
});

test("an instance has what its entry says, and the credentials of its role", async () => {
  const { world } = openTestWorld();
  await apply(world, EVERYTHING);
  const web = instanceNamed(world, "web");
  expect(web).toMatchObject({
    options: { tokens: "optional", hopLimit: 2, endpoint: "enabled", ipv6: "disabled", tags: "disabled" },
    userData: Buffer.from("#!/bin/sh").toString("base64"),
  });
  expect(new Map(web.tags.map(({ Key, Value }) => [Key, Value]))).toEqual(
    new Map([
      ["Name", "web"],
      ["team", "a"],
    ]),
  );
  expect(viewOf(world, web)).toMatchObject({
    Profile: { RoleName: "app" },
    Credentials: [{ Delivery: "1.0" }, { Delivery: "2.0" }],
  });
  const idle = instanceNamed(world, "idle");
  expect(idle.options).toEqual({
    tokens: "required",
    hopLimit: 1,
    endpoint: "enabled",
    ipv6: "disabled",
    tags: "disabled",
  });
  expect([idle.userData, viewOf(world, idle).Profile]).toEqual([undefined, undefined]);
});

test("the built-in world: an instance without a profile, a bucket, and no role", () => {
  const { world } = openTestWorld();
  applyConfig(world, builtinConfig());
  expect(viewOf(world, instanceNamed(world, "web"))).toMatchObject({
    Name: "web",
    Tokens: "required",
    Credentials: [],
  });
  expect(world.tables.buckets.list().map(({ name }) => name)).toEqual(["demo"]);
  expect(world.account(ACCOUNT).roles.count()).toBe(0);
});

test("applied again, it moves nothing, also after a restart", async () => {
  const state = temporaryDirectory();
  const { world, clock } = openTestWorld({ state });
  await apply(world, EVERYTHING);
  expect(await moves(world, EVERYTHING)).toBe(0);
  world.close();
  clock.pass(60_000);
  const again = openTestWorld({ state, clock }).world;
  const before = again.account(ACCOUNT).instances();
  expect(await moves(again, EVERYTHING)).toBe(0);
  expect(again.account(ACCOUNT).instances()).toEqual(before);
  again.close();
});

test("a first application is one change", async () => {
  const { world } = openTestWorld();
  expect(await moves(world, EVERYTHING)).toBe(1);
});

test("what the API made is left alone: whole things, and what it attached to named ones", async () => {
  const { world } = openTestWorld();
  await apply(world, EVERYTHING);
  const made = makeRole(world, "by-api");
  const instance = associateNow(world, makeInstance(world, "by-api"), makeProfile(world, "by-api", "by-api"));
  const app = roleNamed(world, "app");
  const more = {
    attached: [FULL, ...app.attached],
    inline: { ...app.inline, more: DENY_TEXT },
    tags: [...app.tags, { Key: "more", Value: "b" }],
    description: "by hand",
  };
  makeRole(world, "app", { ...app, ...more });
  makeKey(world, "ci", { id: "AKIABYAPIEXAMPLE" });
  expect(await moves(world, EVERYTHING)).toBe(0);
  expect(roleNamed(world, "app")).toEqual({ ...app, ...more });
  expect(roleNamed(world, "by-api")).toEqual(made);
  expect(world.account(ACCOUNT).accessKeysOf("ci")).toHaveLength(2);
  expect(roleShown(world, world.tables.instances.get(instance.id)!)).toBe("by-api");
});

test("what it names is brought back to what it says", async () => {
  const { world } = openTestWorld();
  await apply(world, EVERYTHING);
  const account = world.account(ACCOUNT);
  const app = roleNamed(world, "app");
  makeRole(world, "app", {
    ...app,
    trust: "{}",
    attached: [],
    inline: { own: DENY_TEXT },
    boundary: READ_ONLY,
    maxSessionSeconds: 4000,
    tags: [{ Key: "TEAM", Value: "b" }],
  });
  const web = instanceNamed(world, "web");
  const options = { ...web.options, tokens: "required", hopLimit: 9 } as const;
  world.change(() => {
    account.users.remove(account.users.get("ci")!);
    world.tables.accessKeys.put({ ...world.tables.accessKeys.get(KEY.id)!, secret: "another" });
    world.tables.instances.put({ ...web, options, tags: [], userData: undefined });
    world.tables.buckets.put({ ...world.tables.buckets.get("demo")!, policy: JSON.stringify(WRITE) });
    world.tables.buckets.remove(world.tables.buckets.get("empty")!);
    world.rotation.setSchedule(PROFILES.tiny);
  });
  await apply(world, EVERYTHING);
  expect(roleNamed(world, "app")).toEqual(app);
  expect(account.users.get("ci")?.attached).toEqual([READ_ONLY]);
  expect(account.accessKeysOf("ci")).toMatchObject([KEY]);
  expect(instanceNamed(world, "web")).toMatchObject({ options: web.options, userData: web.userData });
  expect(instanceNamed(world, "web").tags).toHaveLength(2);
  expect(world.tables.buckets.get("demo")?.policy).toBe(JSON.stringify(READ));
  expect(world.tables.buckets.get("empty")).toBeDefined();
  expect(world.schedule()).toEqual(PROFILES.fast);
});

test("a key that was made inactive stays so", async () => {
  const { world } = openTestWorld();
  await apply(world, EVERYTHING);
  const key = world.tables.accessKeys.get(KEY.id)!;
  world.change(() => world.tables.accessKeys.put({ ...key, status: "Inactive", secret: "another" }));
  await apply(world, EVERYTHING);
  expect(world.tables.accessKeys.get(KEY.id)).toMatchObject({ ...KEY, status: "Inactive" });
});

test("an instance that was terminated is started anew, and one that was put elsewhere is put back", async () => {
  const { world } = openTestWorld();
  const settings = { roles: { app: {} }, instances: { web: { role: "app" } } };
  await apply(world, settings);
  const first = instanceNamed(world, "web");
  makeRole(world, "other");
  associateNow(world, first, makeProfile(world, "other", "other"));
  expect(roleShown(world, instanceNamed(world, "web"))).toBe("other");
  await apply(world, settings);
  expect(roleShown(world, instanceNamed(world, "web"))).toBe("app");
  expect(world.rotation.current(instanceNamed(world, "web"))?.number).toBe(3);
  world.change(() => world.rotation.unschedule(terminate(world, instanceNamed(world, "web"))));
  await apply(world, settings);
  expect(instanceNamed(world, "web").id).not.toBe(first.id);
  expect(roleShown(world, instanceNamed(world, "web"))).toBe("app");
});

test("what an earlier file made and this one does not name is left, and listed while it is there", async () => {
  const { world } = openTestWorld();
  await apply(world, EVERYTHING);
  const { left } = await apply(world, { roles: { plain: {} }, instances: { idle: {} } });
  expect(left).toEqual(["role app", "policy reports", "user ci", "instance web", "bucket demo", "bucket empty"]);
  expect(roleShown(world, instanceNamed(world, "web"))).toBe("app");
  expect(world.account(ACCOUNT).accessKeysOf("ci")).toHaveLength(1);

  world.change(() => {
    world.account(ACCOUNT).roles.remove(roleNamed(world, "app"));
    world.rotation.unschedule(terminate(world, instanceNamed(world, "web")));
    world.tables.buckets.remove(world.tables.buckets.get("empty")!);
  });
  expect((await apply(world, { users: { ci: {} } })).left).toEqual([
    "role plain",
    "policy reports",
    "instance idle",
    "bucket demo",
  ]);
  makeRole(world, "app");
  expect((await apply(world, {})).left).not.toContain("role app");
});

test("a setting that the file takes back to its default is brought there; one it never set is not", async () => {
  const { world } = openTestWorld();
  const settings = (metadata: object, duration?: string) => ({
    rotation: "ec2",
    roles: { app: duration === undefined ? {} : { maxSessionDuration: duration } },
    instances: { web: { role: "app", metadata } },
  });
  await apply(world, settings({ hopLimit: 5 }));
  const row = instanceNamed(world, "web");
  world.change(() => {
    world.tables.instances.put({ ...row, options: { ...row.options, tokens: "optional", hopLimit: 7 } });
    world.rotation.setSchedule(PROFILES.tiny);
  });
  makeRole(world, "app", { ...roleNamed(world, "app"), maxSessionSeconds: 7200 });

  await apply(world, settings({ hopLimit: 5 }));
  expect(instanceNamed(world, "web").options).toMatchObject({ tokens: "optional", hopLimit: 5 });
  expect(roleNamed(world, "app").maxSessionSeconds).toBe(7200);
  expect(world.schedule()).toEqual(PROFILES.tiny);

  await apply(world, settings({}));
  expect(instanceNamed(world, "web").options).toMatchObject({ tokens: "optional", hopLimit: 1 });

  await apply(world, { ...settings({ tokens: "optional" }, "2h"), rotation: "fast" });
  await apply(world, settings({}, "1h"));
  expect(instanceNamed(world, "web").options.tokens).toBe("required");
  expect(roleNamed(world, "app").maxSessionSeconds).toBe(3600);
  expect(world.schedule()).toEqual(PROFILES.ec2);
});

test("tokens made optional by the file: callers without one get keys at once", async () => {
  const { world } = openTestWorld();
  const settings = (metadata: object) => ({ roles: { app: {} }, instances: { web: { role: "app", metadata } } });
  await apply(world, settings({}));
  await apply(world, settings({ tokens: "optional" }));
  const view = viewOf(world, instanceNamed(world, "web"));
  expect(view.Credentials.map(({ Delivery, Generation }) => [Delivery, Generation])).toEqual([
    ["1.0", 1],
    ["2.0", 1],
  ]);
});

test("a role cannot be moved to another path, and nothing else of such a file is done", async () => {
  const { world } = openTestWorld();
  makeRole(world, "app", { path: "/by-hand/" });
  const settings = {
    rotation: "tiny",
    policies: { p: ALLOW },
    roles: { app: { path: "/service/" } },
    buckets: { demo: {} },
  };
  const revision = world.revision();
  expect(await refusal(() => apply(world, settings))).toBe(
    "role app exists with path /by-hand/, and a role cannot be moved: delete it first",
  );
  expect([
    world.revision(),
    world.schedule(),
    world.account(ACCOUNT).policies.count(),
    world.tables.buckets.count(),
  ]).toEqual([revision, PROFILES.ec2, 0, 0]);
  await apply(world, { roles: { app: {} } });
  expect(roleNamed(world, "app").path).toBe("/by-hand/");
  await apply(world, { roles: { app: { path: "/by-hand/" } } });
  expect(await refusal(() => apply(world, { roles: { app: {} } }))).toContain("cannot be moved");
});

test.each([
  ["another user's", "other", "other"],
  ["the root user's", undefined, "the root user"],
])("a key that is %s already is refused", async (_, owner, shown) => {
  const { world } = openTestWorld();
  if (owner) makeUser(world, owner);
  makeKey(world, owner, { id: KEY.id });
  expect(await refusal(() => apply(world, { users: { ci: { accessKeys: [KEY] } } }))).toBe(
    `access key ${KEY.id} of user ci belongs to ${shown} already`,
  );
  expect(world.account(ACCOUNT).users.get("ci")).toBeUndefined();
});

test("a user that is there under another case is the same user", async () => {
  const { world } = openTestWorld();
  makeUser(world, "CI");
  await apply(world, { users: { ci: { accessKeys: [KEY], managedPolicies: [READ_ONLY] } } });
  expect(world.account(ACCOUNT).users.list()).toMatchObject([{ name: "CI", attached: [READ_ONLY] }]);
  expect(world.account(ACCOUNT).accessKeysOf("CI")).toMatchObject([KEY]);
});

test.each([
  [
    "attaches",
    { roles: { app: { managedPolicies: [own("gone")] } } },
    `role app names the managed policy ${own("gone")}`,
  ],
  [
    "is bound by",
    { roles: { app: { permissionsBoundary: own("gone") } } },
    `role app names the managed policy ${own("gone")}`,
  ],
  [
    "gives a user",
    { users: { ci: { managedPolicies: [own("gone")] } } },
    `user ci names the managed policy ${own("gone")}`,
  ],
])("a managed policy that is not there when the file %s it is refused", async (_, settings, message) => {
  const { world } = openTestWorld();
  const known = { policies: { gone: ALLOW } };
  const config = { ...(await configOf({ ...known, ...settings })), policies: [] };
  expect(await refusal(async () => applyConfig(world, config))).toContain(message);
});

test("an instance profile that the API made can be named", async () => {
  const { world } = openTestWorld();
  makeRole(world, "by-api");
  const profile = makeProfile(world, "elsewhere", "by-api");
  await apply(world, { instances: { web: { instanceProfile: "elsewhere" } } }, new Set(["elsewhere"]));
  expect(roleShown(world, instanceNamed(world, "web"))).toBe("by-api");
  expect(world.account(ACCOUNT).instanceProfiles.get("elsewhere")).toEqual(profile);
});

test("an instance profile that another instance's role makes can be named before it", async () => {
  const { world } = openTestWorld();
  await apply(world, { roles: { app: {} }, instances: { api: { instanceProfile: "app" }, web: { role: "app" } } });
  expect(roleShown(world, instanceNamed(world, "api"))).toBe("app");
  expect(instanceNamed(world, "api").association?.profileId).toBe(instanceNamed(world, "web").association?.profileId);
});

test("an instance profile that is not there is refused", async () => {
  const { world } = openTestWorld();
  const config = await configOf({ instances: { web: { instanceProfile: "gone" } } }, new Set(["gone"]));
  expect(await refusal(async () => applyConfig(world, config))).toBe(
    "instance web names the instance profile gone, which does not exist",
  );
});

test("a role brings the profile of its name, puts itself into one that is there, and shows at the next rotation", async () => {
  const { world } = openTestWorld();
  makeRole(world, "other");
  makeProfile(world, "app", "other");
  await apply(world, { roles: { app: {} }, instances: { web: { role: "app" } } });
  expect(world.account(ACCOUNT).instanceProfiles.get("app")?.roleName).toBe("app");
  expect(roleShown(world, instanceNamed(world, "web"))).toBe("app");
});

test("a role changed in the file is another profile: the new credentials are there at once", async () => {
  const { world } = openTestWorld();
  const roles = { app: {}, next: {} };
  await apply(world, { roles, instances: { web: { role: "app" } } });
  const { id } = instanceNamed(world, "web");
  await apply(world, { roles, instances: { web: { role: "next" } } });
  expect(instanceNamed(world, "web").id).toBe(id);
  expect(roleShown(world, instanceNamed(world, "web"))).toBe("next");
});

test("a trust policy stands for the users and roles of the same file, in whatever order", async () => {
  const { world } = openTestWorld();
  const [ci, late] = [`arn:aws:iam::${ACCOUNT}:user/ci`, `arn:aws:iam::${ACCOUNT}:role/late`];
  const trust = JSON.parse(trusting({ AWS: [ci, late] }));
  const settings = { roles: { app: { trust }, late: {} }, users: { ci: {} } };
  await apply(world, settings);
  const app = roleNamed(world, "app");
  const user = world.account(ACCOUNT).users.get("ci")!;
  expect(app.trustedIds).toEqual({ [ci]: user.id, [late]: roleNamed(world, "late").id });
  expect(shownTrust(world, app)).toBe(JSON.stringify(trust));

  world.change(() => world.account(ACCOUNT).users.remove(user));
  await apply(world, settings);
  const anew = world.account(ACCOUNT).users.get("ci")!;
  expect(anew.id).not.toBe(user.id);
  expect(storedTrust(roleNamed(world, "app"))).toContain(anew.id);
  expect(await moves(world, settings)).toBe(0);
});

test("a changed policy is a new default version; of five the oldest that is not the default goes", async () => {
  const { world } = openTestWorld();
  const policy = () => world.account(ACCOUNT).policies.get("reports")!;
  const withSid = (Sid: string) => ({ ...ALLOW, Statement: [{ Sid, ...ALLOW.Statement[0] }] });
  for (const sid of ["one", "two", "two", "three", "four", "five"])
    await apply(world, { policies: { reports: withSid(sid) } });
  expect(policy().versions.map(({ id }) => id)).toEqual(["v1", "v2", "v3", "v4", "v5"]);
  expect(policy().defaultVersion).toBe("v5");
  world.change(() => world.account(ACCOUNT).policies.put({ ...policy(), defaultVersion: "v1" }));
  await apply(world, { policies: { reports: withSid("five") } });
  expect(policy().versions.map(({ id }) => id)).toEqual(["v1", "v3", "v4", "v5", "v6"]);
  expect([policy().defaultVersion, policy().nextVersion]).toEqual(["v6", 7]);
  expect(policy().versions.at(-1)?.text).toBe(JSON.stringify(withSid("five")));
});

test("a bucket's policy is what the file says", async () => {
  const { world } = openTestWorld();
  await apply(world, { buckets: { demo: { policy: READ } } });
  const { created } = world.tables.buckets.get("demo")!;
  await apply(world, { buckets: { demo: { policy: WRITE } } });
  expect(world.tables.buckets.get("demo")).toMatchObject({ policy: JSON.stringify(WRITE), created });
  const { Bucket } = await localAuthority(world).bucket({ Name: "demo" });
  expect(Bucket?.Policy).toBe(JSON.stringify(WRITE));
});

test("a bucket's policy is for the users and roles of the same file, bound to them", async () => {
  const { world } = openTestWorld();
  const ci = `arn:aws:iam::${ACCOUNT}:user/ci`;
  const policy = { ...READ, Statement: [{ ...READ.Statement[0], Principal: { AWS: ci } }] };
  const settings = { users: { ci: {} }, buckets: { demo: { policy } } };
  await apply(world, settings);
  const facts = async () => (await localAuthority(world).bucket({ Name: "demo" })).Bucket!;
  const user = world.account(ACCOUNT).users.get("ci")!;
  expect(await facts()).toMatchObject({
    Policy: JSON.stringify(policy).replace(ci, user.id),
    ShownPolicy: JSON.stringify(policy),
  });
  world.change(() => world.account(ACCOUNT).users.remove(user));
  expect((await facts()).ShownPolicy).toContain(user.id);
  await apply(world, settings);
  expect((await facts()).Policy).toContain(world.account(ACCOUNT).users.get("ci")!.id);
  expect(await moves(world, settings)).toBe(0);
});

test("a principal that is not there when the file is applied is refused", async () => {
  const { world } = openTestWorld();
  const gone = `arn:aws:iam::${ACCOUNT}:role/gone`;
  const policy = { ...READ, Statement: [{ ...READ.Statement[0], Principal: { AWS: gone } }] };
  const of = async (settings: object) => ({ ...(await configOf({ roles: { gone: {} }, ...settings })) });
  const bucket = await of({ buckets: { demo: { policy } } });
  expect(await refusal(async () => applyConfig(world, { ...bucket, roles: [] }))).toBe(
    `the policy of bucket demo names ${gone}, which does not exist`,
  );
  const roles = { gone: {}, app: { trust: JSON.parse(trusting({ AWS: gone })) } };
  const role = await of({ roles });
  expect(await refusal(async () => applyConfig(world, { ...role, roles: role.roles.slice(1) }))).toBe(
    `the trust policy of role app names ${gone}, which does not exist`,
  );
  makeRole(world, "gone");
  applyConfig(world, { ...bucket, roles: [] });
  expect(world.tables.buckets.get("demo")?.policyIds).toEqual({ [gone]: roleNamed(world, "gone").id });
});

test("a principal that the state has can be named", async () => {
  const gone = `arn:aws:iam::${ACCOUNT}:role/gone`;
  const roles = { app: { trust: JSON.parse(trusting({ AWS: gone })) } };
  const files = { "rolemint.yaml": JSON.stringify({ version: 1, roles }) };
  expect((await loadFrom(files)).lines).toHaveLength(1);
  expect((await loadFrom(files, { principals: new Set([gone]) })).lines).toEqual([]);
});

test("a new bucket blocks public access unless the file says no; what the API set stays", async () => {
  const { world } = openTestWorld();
  const open = { ...READ, Statement: [{ ...READ.Statement[0], Principal: "*" }] };
  const settings = { buckets: { demo: { policy: open, publicAccessBlock: false }, empty: {} } };
  const blocked = (name: string) => world.tables.buckets.get(name)!.publicAccessBlock?.RestrictPublicBuckets;
  await apply(world, settings);
  expect([blocked("demo"), blocked("empty")]).toEqual([undefined, true]);
  const set = (name: string, publicAccessBlock: Bucket["publicAccessBlock"]) =>
    world.change(() => world.tables.buckets.put({ ...world.tables.buckets.get(name)!, publicAccessBlock }));
  set("empty", undefined);
  set("demo", BLOCKS_ALL);
  await apply(world, settings);
  expect([blocked("demo"), blocked("empty")]).toEqual([undefined, undefined]);
  await apply(world, { buckets: { demo: { policy: READ }, empty: {} } });
  expect([blocked("demo"), blocked("empty")]).toEqual([true, undefined]);
});

test.each([
  ["account", { account: "444455556666" }],
  ["region", { region: "eu-west-1" }],
])("another %s is refused", async (_, settings) => {
  const { world } = openTestWorld();
  const message = await refusal(() => apply(world, { ...settings, roles: { app: {} } }));
  expect(message).toContain("this world is account 111122223333 in us-east-1");
  expect([world.revision(), world.account(ACCOUNT).roles.count()]).toEqual([0, 0]);
});
