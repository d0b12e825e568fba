// What a file gave and the next one gives no more: gone if it stands as it was given, left and listed if the API has
// changed it since; and what no file gave is left alone. Each by `apply` and by a second start.
import { describe, expect, test } from "@jest/globals";
import { type Instance, PROFILES, terminate, viewOf, type World } from "@rolemint/world";
import {
  ACCOUNT,
  associateNow,
  EC2_TRUST,
  makeKey,
  makeProfile,
  makeRole,
  openTestWorld,
  temporaryDirectory,
} from "../../../test/support/world.ts";
import { apply } from "./apply-from.fixture.ts";
import { configuredInstance } from "./index.ts";

const READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
const KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const BY_API = "AKIAI44QH8DHBEXAMPLE";
const document = (Effect: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect, Action: "s3:*", Resource: "*" }],
});
const [ALLOW, DENY] = [document("Allow"), document("Deny")];
const bucketPolicy = (Action: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: ACCOUNT }, Action, Resource: "arn:aws:s3:::demo/*" }],
});
const [READ, WRITE] = [bucketPolicy("s3:GetObject"), bucketPolicy("s3:PutObject")].map((one) => JSON.stringify(one));

const role = (world: World) => world.account(ACCOUNT).roles.get("app")!;
const user = (world: World) => world.account(ACCOUNT).users.get("ci")!;
const web = (world: World) => configuredInstance(world, "web")!;
const bucket = (world: World) => world.tables.buckets.get("demo")!;
const setRole = (world: World, given: object) => makeRole(world, "app", { ...role(world), ...given });
const setUser = (world: World, given: object) =>
  world.change(() => void world.account(ACCOUNT).users.put({ ...user(world), ...given }));
const setWeb = (world: World, given: object) =>
  world.change(() => void world.tables.instances.put({ ...web(world), ...given }));
const setBucket = (world: World, given: object) =>
  world.change(() => void world.tables.buckets.put({ ...bucket(world), ...given }));
const associateOther = (world: World) => {
  const account = world.account(ACCOUNT);
  if (!account.roles.get("other")) makeRole(world, "other");
  associateNow(world, web(world), account.instanceProfiles.get("other") ?? makeProfile(world, "other", "other"));
};
const tagsOf = (tags: Instance["tags"]) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

interface Case {
  readonly given: object;
  readonly dropped: object;
  /** What the world has of it. */
  shown(world: World): unknown;
  readonly gone?: unknown;
  /** The API's change of what the file gave, where there can be one. */
  change?(world: World): void;
  /** What the API makes of the same kind. */
  make(world: World): void;
  readonly listed?: string;
}

const roles = (given: object) => ({ roles: { app: given } });
const users = (given: object) => ({ users: { ci: given } });
const instances = (given: object) => ({ roles: { app: {} }, instances: { web: given } });
const buckets = (given: object) => ({ buckets: { demo: given } });

const CASES: Readonly<Record<string, Case>> = {
  "a role's managed policy": {
    given: roles({ managedPolicies: [READ_ONLY] }),
    dropped: roles({}),
    shown: (world) => role(world).attached,
    gone: [],
    make: (world) => setRole(world, { attached: [...role(world).attached, FULL] }),
  },
  "a role's inline policy": {
    given: roles({ inlinePolicies: { own: ALLOW } }),
    dropped: roles({ inlinePolicies: {} }),
    shown: (world) => role(world).inline,
    gone: {},
    change: (world) => setRole(world, { inline: { own: JSON.stringify(DENY) } }),
    make: (world) => setRole(world, { inline: { ...role(world).inline, more: JSON.stringify(ALLOW) } }),
    listed: "inline policy own of role app",
  },
  "a role's permissions boundary": {
    given: roles({ permissionsBoundary: READ_ONLY }),
    dropped: roles({}),
    shown: (world) => role(world).boundary,
    change: (world) => setRole(world, { boundary: FULL }),
    make: (world) => setRole(world, { boundary: role(world).boundary ?? FULL }),
    listed: "permissions boundary of role app",
  },
  "a role's tag": {
    given: roles({ tags: { team: "a" } }),
    dropped: roles({ tags: {} }),
    shown: (world) => tagsOf(role(world).tags),
    gone: {},
    change: (world) => setRole(world, { tags: [{ Key: "Team", Value: "b" }] }),
    make: (world) => setRole(world, { tags: [...role(world).tags, { Key: "more", Value: "a" }] }),
    listed: "tag Team of role app",
  },
  "a user's managed policy": {
    given: users({ managedPolicies: [READ_ONLY] }),
    dropped: users({ managedPolicies: [] }),
    shown: (world) => user(world).attached,
    gone: [],
    make: (world) => setUser(world, { attached: [...user(world).attached, FULL] }),
  },
  "a user's inline policy": {
    given: users({ inlinePolicies: { own: ALLOW } }),
    dropped: users({}),
    shown: (world) => user(world).inline,
    gone: {},
    change: (world) => setUser(world, { inline: { own: JSON.stringify(DENY) } }),
    make: (world) => setUser(world, { inline: { ...user(world).inline, more: JSON.stringify(ALLOW) } }),
    listed: "inline policy own of user ci",
  },
  "a user's access key": {
    given: users({ accessKeys: [KEY] }),
    dropped: users({}),
    shown: (world) => world.account(ACCOUNT).accessKeysOf("ci"),
    gone: [],
    change: (world) => void makeKey(world, "ci", { ...KEY, status: "Inactive" }),
    make: (world) => void makeKey(world, "ci", { id: BY_API }),
    listed: `access key ${KEY.id} of user ci`,
  },
  "an instance's role": {
    given: instances({ role: "app" }),
    dropped: instances({}),
    shown: (world) => viewOf(world, web(world)).Profile?.RoleName,
    change: associateOther,
    make: associateOther,
    listed: "instance profile of instance web",
  },
  "an instance's profile": {
    given: { roles: { app: {} }, instances: { api: { role: "app" }, web: { instanceProfile: "app" } } },
    dropped: { roles: { app: {} }, instances: { api: { role: "app" }, web: {} } },
    shown: (world) => viewOf(world, web(world)).Profile?.RoleName,
    change: associateOther,
    make: associateOther,
    listed: "instance profile of instance web",
  },
  "an instance's tag": {
    given: instances({ tags: { team: "a" } }),
    dropped: instances({}),
    shown: (world) => tagsOf(web(world).tags),
    gone: { Name: "web" },
    change: (world) =>
      setWeb(world, { tags: web(world).tags.map((tag) => (tag.Key === "team" ? { ...tag, Value: "b" } : tag)) }),
    make: (world) => setWeb(world, { tags: [...web(world).tags, { Key: "Team", Value: "a" }] }),
    listed: "tag team of instance web",
  },
  "an instance's user data": {
    given: instances({ userData: "#!/bin/sh" }),
    dropped: instances({}),
    shown: (world) => web(world).userData,
    change: (world) => setWeb(world, { userData: "bW9yZQ==" }),
    make: (world) => setWeb(world, { userData: "bW9yZQ==" }),
    listed: "user data of instance web",
  },
  "an instance's address": {
    given: instances({ address: "169.254.10.2" }),
    dropped: instances({}),
    shown: (world) => web(world).address,
    change: (world) => setWeb(world, { address: "169.254.10.3" }),
    make: (world) => setWeb(world, { address: "169.254.10.3" }),
    listed: "address of instance web",
  },
  "a bucket's policy": {
    given: buckets({ policy: JSON.parse(READ!) }),
    dropped: buckets({}),
    shown: (world) => bucket(world).policy,
    change: (world) => setBucket(world, { policy: WRITE }),
    make: (world) => setBucket(world, { policy: WRITE }),
    listed: "policy of bucket demo",
  },
};
const ALL = Object.entries(CASES);

describe.each(["apply", "a second start"])("dropped by %s", (door) => {
  function opened() {
    const state = temporaryDirectory();
    let { world, clock } = openTestWorld({ state });
    return {
      world: () => world,
      /** What was left is said the same again, and nothing moves. */
      async next(settings: object): Promise<readonly string[]> {
        if (door !== "apply") {
          world.close();
          world = openTestWorld({ state, clock }).world;
        }
        const { left } = await apply(world, settings);
        const revision = world.revision();
        expect(await apply(world, settings)).toEqual({ left });
        expect(world.revision()).toBe(revision);
        return left;
      },
    };
  }

  test.each(ALL)("%s that stands as it was given is gone", async (_, { given, dropped, shown, gone }) => {
    const { world, next } = opened();
    await apply(world(), given);
    expect(shown(world())).not.toEqual(gone);
    expect(await next(dropped)).toEqual([]);
    expect(shown(world())).toEqual(gone);
  });

  test.each(ALL.filter(([, { change }]) => change))(
    "%s that the API has changed stays, and is listed",
    async (_, one) => {
      const { world, next } = opened();
      await apply(world(), one.given);
      one.change!(world());
      const before = one.shown(world());
      expect(await next(one.dropped)).toEqual([one.listed]);
      expect(one.shown(world())).toEqual(before);
      expect(await next(one.dropped)).toEqual([one.listed]);
    },
  );

  test.each(ALL)("%s that the API made stays", async (_, { dropped, shown, make }) => {
    const { world, next } = opened();
    await apply(world(), dropped);
    make(world());
    const before = shown(world());
    expect(await next(dropped)).toEqual([]);
    expect(shown(world())).toEqual(before);
  });

  test("settings with a default go back to it", async () => {
    const { world, next } = opened();
    const trust = JSON.parse(EC2_TRUST.replace("ec2", "lambda"));
    await apply(world(), {
      rotation: { lifetime: "20m", renewEvery: "5m", overlap: "1m", jitter: "1m" },
      roles: { app: { trust, maxSessionDuration: "2h" } },
      instances: { web: { metadata: { tokens: "optional", hopLimit: 2, endpoint: "disabled", tags: "enabled" } } },
      buckets: { demo: { publicAccessBlock: false } },
    });
    const { options } = web(world());
    expect(await next({ roles: { app: {} }, instances: { web: {} }, buckets: { demo: {} } })).toEqual([]);
    expect(world().schedule()).toEqual(PROFILES.ec2);
    expect(role(world())).toMatchObject({ trust: EC2_TRUST, maxSessionSeconds: 3600 });
    expect(web(world()).options).toEqual({
      ...options,
      tokens: "required",
      hopLimit: 1,
      endpoint: "enabled",
      tags: "disabled",
    });
    expect(bucket(world()).publicAccessBlock).toBeDefined();
  });
});

test("what is dropped goes, and what the API made beside it stays", async () => {
  const { world } = openTestWorld();
  await apply(world, roles({ managedPolicies: [READ_ONLY], inlinePolicies: { own: ALLOW, kept: ALLOW } }));
  const more = { more: JSON.stringify(ALLOW) };
  setRole(world, { attached: [READ_ONLY, FULL], inline: { ...role(world).inline, ...more } });
  await apply(world, roles({ inlinePolicies: { kept: ALLOW } }));
  expect(role(world)).toMatchObject({ attached: [FULL], inline: { kept: JSON.stringify(ALLOW), ...more } });
});

test("an instance without its role has no credentials, and is not renewed; what it has got lives on", async () => {
  const { world } = openTestWorld();
  await apply(world, instances({ role: "app" }));
  const generation = world.rotation.current(web(world))!;
  await apply(world, instances({}));
  expect(viewOf(world, web(world)).Credentials).toEqual([]);
  expect(world.rotation.nextDue()).toBeUndefined();
  expect(world.tables.generations.get(generation.instanceId, generation.number)).toEqual(generation);
  expect(generation.keys.map(({ accessKeyId }) => world.rotation.endOf(accessKeyId))).toEqual([undefined]);
});

test("what is given again is the file's again", async () => {
  const { world } = openTestWorld();
  const settings = roles({ permissionsBoundary: READ_ONLY });
  await apply(world, settings);
  setRole(world, { boundary: FULL });
  expect((await apply(world, roles({}))).left).toHaveLength(1);
  expect((await apply(world, settings)).left).toEqual([]);
  expect(role(world).boundary).toBe(READ_ONLY);
  expect((await apply(world, roles({}))).left).toEqual([]);
  expect(role(world).boundary).toBeUndefined();
});

test("what is dropped while its holder is not named goes when the holder is named again", async () => {
  const { world } = openTestWorld();
  const settings = { hopLimit: 5 };
  await apply(world, { roles: { app: { managedPolicies: [READ_ONLY] } }, instances: { web: { metadata: settings } } });
  expect((await apply(world, {})).left).toEqual(["role app", "instance web"]);
  expect(role(world).attached).toEqual([READ_ONLY]);
  expect((await apply(world, { roles: { app: {} }, instances: { web: {} } })).left).toEqual([]);
  expect([role(world).attached, web(world).options.hopLimit]).toEqual([[], 1]);
});

test("a role in other capitals is the same role", async () => {
  const { world } = openTestWorld();
  await apply(world, roles({ managedPolicies: [READ_ONLY] }));
  expect((await apply(world, { roles: { App: {} } })).left).toEqual([]);
  expect(role(world).attached).toEqual([]);
});

test("an access key can go from one user to another", async () => {
  const { world } = openTestWorld();
  await apply(world, { users: { ci: { accessKeys: [KEY] }, other: {} } });
  await apply(world, { users: { ci: {}, other: { accessKeys: [KEY] } } });
  expect(world.tables.accessKeys.get(KEY.id)).toMatchObject({ userName: "other" });
});

test("what the API has removed since is neither taken away nor listed", async () => {
  const { world } = openTestWorld();
  await apply(world, { ...instances({ role: "app" }), ...users({ accessKeys: [KEY] }), ...buckets({}) });
  world.change(() => {
    world.rotation.unschedule(terminate(world, web(world)));
    world.tables.accessKeys.remove(world.tables.accessKeys.get(KEY.id)!);
  });
  expect((await apply(world, { ...instances({}), ...users({}), ...buckets({}) })).left).toEqual([]);
  expect(viewOf(world, web(world)).Credentials).toEqual([]);
});
