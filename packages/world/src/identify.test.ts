// Identify: every verdict, and what it brings with it.
import { expect, test } from "@jest/globals";
import type { IdentifyQuery, Identity } from "@rolemint/authority";
import { deriveSigningKey } from "@rolemint/sigv4/key";
import {
  ACCOUNT,
  fresh,
  HOUR,
  makeCredentialed,
  makeKey,
  makeRole,
  makeUser,
  moveClock,
  openTestWorld,
  REGION,
  SECOND,
  START,
  tick,
} from "../../../test/support/world.ts";
import { identify } from "./identify.ts";
import { terminate } from "./instances.ts";
import { PROFILES } from "./rotation.ts";
import type { KeySet } from "./rows.ts";
import type { Session } from "./sessions.ts";
import type { World } from "./world.ts";

const SCOPE = { Date: "20261123", Region: REGION, Service: "s3" };
const READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

function asked(world: World, AccessKeyId: string, Token?: string): Identity {
  const query: IdentifyQuery = { AccessKeyId, ...SCOPE, ...(Token !== undefined && { Token }) };
  return identify(world, query);
}

const byKeys = (world: World, { accessKeyId, token }: KeySet) => asked(world, accessKeyId, token);

/** A session as AssumeRole makes one. */
function assumed(world: World, given: Partial<Session> = {}): KeySet {
  const role = world.account(ACCOUNT).roles.get("app") ?? makeRole(world, "app");
  const session: Session = {
    accessKeyId: world.ids.accessKey("ASIA", ACCOUNT),
    accountId: ACCOUNT,
    roleId: role.id,
    roleName: role.name,
    sessionName: "job",
    issued: world.now(),
    expires: world.now() + HOUR,
    ...given,
  };
  return { delivery: "2.0", accessKeyId: session.accessKeyId, ...world.sealer.seal(session) };
}

test("root's key: no policies, and the keys of the scope's day and the next", () => {
  const { world } = openTestWorld();
  const key = makeKey(world);
  const arn = `arn:aws:iam::${ACCOUNT}:root`;
  const derived = (date: string) =>
    deriveSigningKey(key.secret, { date, region: REGION, service: "s3" }).export().toString("base64");
  expect(asked(world, key.id)).toEqual({
    Verdict: "ok",
    Principal: {
      Type: "Account",
      AccountId: ACCOUNT,
      Arn: arn,
      PrincipalArn: arn,
      UserId: ACCOUNT,
      AccessKeyId: key.id,
      Tags: [],
      TransitiveTagKeys: [],
    },
    SigningKeys: ["20261123", "20261124"].map((day) => ({ Date: day, Key: derived(day) })),
    IdentityPolicies: [],
    SessionPolicies: [],
  });
});

test.each([
  ["20261130", "20261201"],
  ["20261231", "20270101"],
  ["20280228", "20280229"],
])("after %s comes %s", (today, tomorrow) => {
  const { world } = openTestWorld();
  const key = makeKey(world);
  const { SigningKeys } = identify(world, { ...SCOPE, Date: today, AccessKeyId: key.id });
  expect(SigningKeys?.map((each) => each.Date)).toEqual([today, tomorrow]);
});

test("a user's key: its inline and managed policies, its boundary, its tags", () => {
  const { world } = openTestWorld();
  const tags = [{ Key: "team", Value: "a" }];
  const user = makeUser(world, "CI", { inline: { own: "{}" }, attached: [READ_ONLY], boundary: READ_ONLY, tags });
  const key = makeKey(world, "ci");
  const identity = asked(world, key.id);
  expect(identity.Principal).toMatchObject({
    Type: "User",
    Arn: user.arn,
    UserId: user.id,
    UserName: "CI",
    Tags: tags,
  });
  expect(identity.IdentityPolicies?.map(({ Name }) => Name)).toEqual(["own", READ_ONLY]);
  expect(identity.IdentityPolicies?.[1]?.Text).toContain("s3:Get*");
  expect(identity.Boundary?.Name).toBe(READ_ONLY);
});

test("a managed policy that is gone allows nothing, and still limits as a boundary", () => {
  const { world } = openTestWorld();
  const gone = `arn:aws:iam::${ACCOUNT}:policy/gone`;
  makeUser(world, "ci", { attached: [gone], boundary: gone });
  const { IdentityPolicies, Boundary } = asked(world, makeKey(world, "ci").id);
  const empty = { Name: gone, Text: '{"Version":"2012-10-17","Statement":[]}' };
  expect([IdentityPolicies, Boundary]).toEqual([[empty], empty]);
});

test("an instance's key: the role's session, with the instance it was given to", () => {
  const { world } = openTestWorld();
  const { instance, role } = makeCredentialed(world, { tokens: "optional" });
  const { keys, enforced } = world.rotation.current(instance)!;
  for (const set of keys) {
    expect(byKeys(world, set)).toMatchObject({
      Verdict: "ok",
      Principal: {
        Type: "AssumedRole",
        Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/${instance.id}`,
        PrincipalArn: role.arn,
        UserId: `${role.id}:${instance.id}`,
        AccessKeyId: set.accessKeyId,
        SessionName: instance.id,
        InstanceId: instance.id,
        Delivery: set.delivery,
        Generation: 1,
        IssuedAt: START,
        ExpiresAt: enforced,
      },
    });
  }
  expect(keys.map(({ delivery }) => delivery)).toEqual(["1.0", "2.0"]);
});

test("a session: its tags over the role's, its policies as limits", () => {
  const { world } = openTestWorld();
  const tags = [
    { Key: "Team", Value: "role" },
    { Key: "kept", Value: "role" },
  ];
  makeRole(world, "app", { tags });
  const given = { tags: [{ Key: "team", Value: "session" }], transitiveTagKeys: ["team"], sourceIdentity: "ann" };
  const identity = byKeys(world, assumed(world, { ...given, policy: "{}", policyArns: [READ_ONLY] }));
  expect(identity.Principal).toMatchObject({
    Tags: [
      { Key: "kept", Value: "role" },
      { Key: "team", Value: "session" },
    ],
    TransitiveTagKeys: ["team"],
    SourceIdentity: "ann",
  });
  expect(identity.SessionPolicies?.map(({ Name }) => Name)).toEqual(["session policy", READ_ONLY]);
});

test.each<[why: string, verdict: string, ask: (world: World) => Identity]>([
  ["no such key", "unknown-key", (world) => asked(world, "AKIAEXAMPLE")],
  ["no key id at all", "unknown-key", (world) => asked(world, "")],
  ["a temporary key without a token", "token-missing", (world) => asked(world, "ASIAEXAMPLE")],
  ["a temporary key with an empty token", "token-missing", (world) => asked(world, "ASIAEXAMPLE", "")],
  ["a token that is none", "token-invalid", (world) => asked(world, "ASIAEXAMPLE", "x")],
  [
    "a token of another key",
    "token-invalid",
    (world) => asked(world, assumed(world).accessKeyId, assumed(world).token),
  ],
  ["a user's key with a token", "token-invalid", (world) => asked(world, makeKey(world).id, assumed(world).token)],
  ["an inactive key", "inactive-key", (world) => asked(world, makeKey(world, undefined, { status: "Inactive" }).id)],
  ["a key whose user is gone", "unknown-key", (world) => asked(world, makeKey(world, "gone").id)],
  ["a session of a role that is not there", "unknown-key", (world) => byKeys(world, assumed(world, { roleName: "x" }))],
  [
    "a session of another account's role",
    "unknown-key",
    (world) => byKeys(world, assumed(world, { accountId: "444455556666" })),
  ],
])("%s: %s, and nothing more", (_, Verdict, ask) => {
  expect(ask(openTestWorld().world)).toEqual({ Verdict });
});

test("a token that another world sealed is invalid here", () => {
  const other = openTestWorld({ entropy: (size) => Buffer.alloc(size, 3) }).world;
  expect(byKeys(openTestWorld().world, assumed(other))).toEqual({ Verdict: "token-invalid" });
});

test("a session is good to the millisecond before its expiry", () => {
  const { world, clock } = openTestWorld();
  const keys = assumed(world, { expires: START + 1500 });
  clock.pass(1499);
  expect(byKeys(world, keys).Verdict).toBe("ok");
  clock.pass(1);
  expect(byKeys(world, keys)).toMatchObject({ Verdict: "token-expired" });
});

test("sessions go by world time", () => {
  const { world } = openTestWorld();
  const keys = assumed(world);
  moveClock(world, HOUR);
  expect(byKeys(world, keys).Verdict).toBe("token-expired");
  moveClock(world, -HOUR);
  expect(byKeys(world, keys).Verdict).toBe("ok");
});

test("a role made anew under the same name does not revive its sessions", () => {
  const { world } = openTestWorld();
  const keys = assumed(world);
  const { roles } = world.account(ACCOUNT);
  world.change(() => roles.remove(roles.get("app")!));
  expect(byKeys(world, keys)).toEqual({ Verdict: "unknown-key" });
  makeRole(world, "app");
  expect(byKeys(world, keys)).toEqual({ Verdict: "unknown-key" });
});

test("a key ended by hand is refused as expired from then on, and only that key", () => {
  const { world } = openTestWorld();
  const [ended, other] = [assumed(world), assumed(world)];
  world.rotation.endKeys([ended.accessKeyId], world.now());
  expect(byKeys(world, ended)).toMatchObject({ Verdict: "token-expired" });
  expect(byKeys(world, other).Verdict).toBe("ok");
});

test("a key's end can lie ahead, shows in the answer, and the earliest holds", () => {
  const { world, clock } = openTestWorld();
  const keys = assumed(world);
  for (const ahead of [20, 10, 30]) world.rotation.endKeys([keys.accessKeyId], START + ahead * SECOND);
  expect(byKeys(world, keys).Principal?.ExpiresAt).toBe(START + 10 * SECOND);
  clock.pass(10 * SECOND - 1);
  expect(byKeys(world, keys).Verdict).toBe("ok");
  clock.pass(1);
  expect(byKeys(world, keys).Verdict).toBe("token-expired");
});

test("an end after the expiry changes nothing", () => {
  const { world } = openTestWorld();
  const keys = assumed(world);
  world.rotation.endKeys([keys.accessKeyId], START + 9 * HOUR);
  expect(byKeys(world, keys).Principal?.ExpiresAt).toBe(START + HOUR);
});

test("with an overlap the old generation ends that long after its successor, to the millisecond", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule({ lifetime: HOUR, renewEvery: 600 * SECOND, overlap: 30 * SECOND });
  const { instance } = makeCredentialed(world);
  const [old] = world.rotation.current(instance)!.keys;
  clock.pass(600 * SECOND);
  await tick(world);
  const [young] = world.rotation.current(instance)!.keys;
  expect(byKeys(world, old!).Principal?.ExpiresAt).toBe(START + 630 * SECOND);
  clock.pass(30 * SECOND - 1);
  expect(byKeys(world, old!).Verdict).toBe("ok");
  clock.pass(1);
  expect(byKeys(world, old!).Verdict).toBe("token-expired");
  expect(byKeys(world, young!).Verdict).toBe("ok");
});

test("an overlap that is longer than what is left does not lengthen a life", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule({ lifetime: HOUR, renewEvery: 0.75 * HOUR, overlap: HOUR });
  const { instance } = makeCredentialed(world);
  const [old] = world.rotation.current(instance)!.keys;
  clock.pass(0.75 * HOUR);
  await tick(world);
  expect(byKeys(world, old!).Principal?.ExpiresAt).toBe(START + HOUR);
});

test("without an overlap the old generation lives to its own expiry", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule(PROFILES.tiny);
  const { instance } = makeCredentialed(world);
  const [old] = world.rotation.current(instance)!.keys;
  clock.pass(900 * SECOND - 1);
  await tick(world);
  expect(byKeys(world, old!).Verdict).toBe("ok");
  clock.pass(1);
  expect(byKeys(world, old!).Verdict).toBe("token-expired");
});

test("the keys of a terminated instance live to their own end", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const [keys] = world.rotation.current(instance)!.keys;
  world.change(() => world.rotation.unschedule(terminate(world, fresh(world, instance))));
  expect(byKeys(world, keys!).Verdict).toBe("ok");
});
