// What an instance's metadata shows, in every state that a profile and its role can be in, and when a change shows.
import { expect, test } from "@jest/globals";
import type { InstanceView } from "@rolemint/authority";
import {
  ACCOUNT,
  associateNow,
  EC2_TRUST,
  fresh,
  HOUR,
  MINUTE,
  makeCredentialed,
  makeInstance,
  makeProfile,
  makeRole,
  moveClock,
  NO_TRUST,
  openTestWorld,
  REGION,
  START,
  tick,
} from "../../../test/support/world.ts";
import { architectureOf, viewOf } from "./instance-view.ts";
import { disassociate, networkOf } from "./instances.ts";
import { PROFILES } from "./rotation.ts";
import type { Instance, InstanceProfile } from "./rows.ts";
import type { World } from "./world.ts";

const TROUBLESHOOTING =
  "Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.";

const shown = (world: World, instance: Instance): InstanceView => viewOf(world, fresh(world, instance));

/** What there is of `iam/`: the role that is listed, the documents' keys, and what `iam/info` says. */
function iam(world: World, instance: Instance) {
  const { Profile, Credentials } = shown(world, instance);
  return {
    role: Profile?.RoleName,
    info: Profile?.Code,
    message: Profile?.Message,
    documents: Credentials.map(({ Code, AccessKeyId, Generation }) => (AccessKeyId ? Generation : Code)),
  };
}

function setRole(world: World, profile: InstanceProfile, roleName: string | undefined): void {
  world.change(() => world.account(ACCOUNT).instanceProfiles.put({ ...profile, roleName }));
}

const OF_APP = { role: "app", info: "Success", message: undefined, documents: [1] };
const NOTHING = { role: undefined, info: undefined, message: undefined, documents: [] };
const NO_ROLE = `Instance Profile does not contain a role.  ${TROUBLESHOOTING}`;

test("without a profile there is nothing of iam", () => {
  const { world } = openTestWorld();
  const instance = makeInstance(world);
  expect(iam(world, instance)).toEqual(NOTHING);
  expect(shown(world, instance)).toMatchObject({
    Name: "web",
    InstanceId: instance.id,
    Credentials: [],
    Changed: START,
  });
});

test("with a profile: its role, and a document for callers with a token", () => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  const { Profile, Credentials, ValidUntil, Changed } = shown(world, instance);
  const [document] = Credentials;
  const [set] = world.rotation.current(instance)!.keys;
  expect(Profile).toEqual({ Arn: profile.arn, Id: profile.id, RoleName: "app", Code: "Success", LastUpdated: START });
  expect(Credentials).toHaveLength(1);
  expect(document).toEqual({
    Delivery: "2.0",
    Generation: 1,
    Code: "Success",
    LastUpdated: START,
    AccessKeyId: set!.accessKeyId,
    SecretAccessKey: set!.secret,
    Token: set!.token,
    Expiration: world.rotation.current(instance)!.stated,
  });
  expect(document!.Expiration! - START).toBeGreaterThanOrEqual(6 * HOUR);
  expect(document!.Expiration! - START).toBeLessThan(6 * HOUR + 36 * MINUTE);
  expect(document!.Expiration! % 1000).toBe(0);
  expect([ValidUntil, Changed]).toEqual([undefined, START]);
});

test("with tokens optional, callers without one get other keys", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world, { tokens: "optional" });
  const { Tokens, Credentials } = shown(world, instance);
  expect(Tokens).toBe("optional");
  expect(Credentials.map(({ Delivery }) => Delivery)).toEqual(["1.0", "2.0"]);
  expect(new Set(Credentials.map(({ AccessKeyId }) => AccessKeyId)).size).toBe(2);
  expect(new Set(Credentials.map(({ SecretAccessKey }) => SecretAccessKey)).size).toBe(2);
});

test("the same is shown byte for byte until the next rotation", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const before = shown(world, instance);
  clock.pass(HOUR - 1);
  await tick(world);
  expect(shown(world, instance)).toEqual(before);
  clock.pass(1);
  await tick(world);
  expect(iam(world, instance).documents).toEqual([2]);
  expect(shown(world, instance).Changed).toBe(START + HOUR);
});

test("associate, replace, disassociate: shown at once", () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  makeRole(world, "other");
  const other = makeProfile(world, "elsewhere", "other");
  expect(iam(world, instance)).toEqual(OF_APP);
  clock.pass(MINUTE);
  const replaced = associateNow(world, fresh(world, instance), other);
  expect(iam(world, instance)).toEqual({ ...OF_APP, role: "other", documents: [2] });
  expect(shown(world, instance).Profile).toMatchObject({ Arn: other.arn, Id: other.id, LastUpdated: START + MINUTE });
  clock.pass(MINUTE);
  world.change(() => world.rotation.unschedule(disassociate(world, replaced)));
  expect(iam(world, instance)).toEqual(NOTHING);
  expect(shown(world, instance).Changed).toBe(START + 2 * MINUTE);
});

test("a role swapped inside the profile shows only at the next rotation", async () => {
  const { world, clock } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  makeRole(world, "other");
  setRole(world, profile, "other");
  clock.pass(HOUR - 1);
  await tick(world);
  expect(iam(world, instance)).toEqual(OF_APP);
  clock.pass(1);
  await tick(world);
  expect(iam(world, instance)).toEqual({ ...OF_APP, role: "other", documents: [2] });
});

test("a removed role: the message at once, the document to its own expiry, then nothing", async () => {
  const { world, clock } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  const { stated } = world.rotation.current(instance)!;
  setRole(world, profile, undefined);
  expect(iam(world, instance)).toEqual({ ...OF_APP, message: NO_ROLE });
  expect(shown(world, instance).ValidUntil).toBe(stated);
  clock.pass(stated - START - 1);
  await tick(world);
  expect(iam(world, instance)).toEqual({ ...OF_APP, message: NO_ROLE });
  clock.pass(1);
  expect(iam(world, instance)).toEqual({ ...OF_APP, message: NO_ROLE, role: undefined, documents: [] });
  expect(shown(world, instance).ValidUntil).toBeUndefined();
});

test("a role put back: the old document stays, and the new role comes at the next rotation", async () => {
  const { world, clock } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  setRole(world, profile, undefined);
  clock.pass(90 * MINUTE);
  await tick(world);
  makeRole(world, "other");
  setRole(world, profile, "other");
  expect(iam(world, instance)).toEqual(OF_APP);
  clock.pass(30 * MINUTE);
  await tick(world);
  expect(iam(world, instance)).toEqual({ ...OF_APP, role: "other", documents: [2] });
});

test("a role put back when the old document was over: nothing until the next rotation", async () => {
  const { world, clock } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  setRole(world, profile, undefined);
  clock.pass(8 * HOUR);
  await tick(world);
  setRole(world, profile, "app");
  expect(iam(world, instance)).toEqual({ ...OF_APP, role: undefined, documents: [] });
  clock.pass(HOUR);
  await tick(world);
  expect(iam(world, instance)).toEqual({ ...OF_APP, documents: [2] });
});

test("a profile without a role from the start has a message, and its role comes with a rotation", async () => {
  const { world, clock } = openTestWorld();
  makeRole(world, "app");
  const profile = makeProfile(world, "empty");
  const instance = associateNow(world, makeInstance(world), profile);
  expect(iam(world, instance)).toEqual({ role: undefined, info: "Success", message: NO_ROLE, documents: [] });
  expect(shown(world, instance).Profile?.LastUpdated).toBe(START);
  setRole(world, profile, "app");
  expect(iam(world, instance).documents).toEqual([]);
  clock.pass(HOUR);
  await tick(world);
  expect(iam(world, instance)).toEqual(OF_APP);
});

test.each([
  ["deleted", () => {}],
  ["deleted and made anew under its name", (world: World) => void makeProfile(world, "app", "app")],
])("a profile that was %s cannot be found, and shows no role", async (_, then) => {
  const { world, clock } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  world.change(() => world.account(ACCOUNT).instanceProfiles.remove(profile));
  then(world);
  const message = `Instance Profile with Id ${profile.id} cannot be found.  ${TROUBLESHOOTING}`;
  const expected = { role: undefined, info: "InstanceProfileNotFound", message, documents: [] };
  expect(iam(world, instance)).toEqual(expected);
  clock.pass(2 * HOUR);
  await tick(world);
  expect(iam(world, instance)).toEqual(expected);
});

test("trust withdrawn: the document stays until the next rotation, which then says what is wrong", async () => {
  const { world, clock } = openTestWorld();
  const { instance, role } = makeCredentialed(world);
  makeRole(world, "app", { ...role, trust: NO_TRUST });
  clock.pass(HOUR - 1);
  await tick(world);
  expect(iam(world, instance)).toEqual(OF_APP);
  clock.pass(1);
  await tick(world);
  expect(iam(world, instance)).toEqual({
    ...OF_APP,
    documents: ["AssumeRoleUnauthorizedAccess", "AssumeRoleUnauthorizedAccess"],
  });
  const base = { Code: "AssumeRoleUnauthorizedAccess", Generation: 2, LastUpdated: START + HOUR };
  const Message = `EC2 cannot assume the role app.  ${TROUBLESHOOTING}`;
  expect(shown(world, instance).Credentials).toEqual([
    { ...base, Message, Delivery: "1.0" },
    { ...base, Message, Delivery: "2.0" },
  ]);
  makeRole(world, "app", { ...role, trust: EC2_TRUST });
  clock.pass(HOUR);
  await tick(world);
  expect(iam(world, instance)).toEqual({ ...OF_APP, documents: [3] });
});

test("a role that never trusted EC2 shows its name and the error", () => {
  const { world } = openTestWorld();
  makeRole(world, "app", { trust: NO_TRUST });
  const instance = associateNow(world, makeInstance(world), makeProfile(world, "app", "app"));
  expect(iam(world, instance)).toMatchObject({
    role: "app",
    documents: ["AssumeRoleUnauthorizedAccess", expect.anything()],
  });
});

test("frozen: the expired document is shown for good", async () => {
  const { world, clock } = openTestWorld();
  world.rotation.setSchedule(PROFILES.frozen);
  const { instance } = makeCredentialed(world);
  const before = shown(world, instance);
  clock.pass(1000 * HOUR);
  await tick(world);
  expect(shown(world, instance)).toEqual(before);
  expect(before.Credentials[0]!.Expiration).toBe(START + 15 * MINUTE);
  expect(before.ValidUntil).toBeUndefined();
});

test("the clock moved back un-mints nothing", async () => {
  const { world, clock } = openTestWorld();
  const { instance } = makeCredentialed(world);
  clock.pass(3 * HOUR);
  await tick(world);
  const before = shown(world, instance);
  moveClock(world, -48 * HOUR);
  await tick(world);
  expect(shown(world, instance)).toEqual(before);
});

test("options and tags are shown as they are, facts as they were derived", () => {
  const { world } = openTestWorld();
  const options = { tokens: "optional", hopLimit: 7, endpoint: "disabled", ipv6: "enabled", tags: "enabled" } as const;
  const instance = makeInstance(world, "web", options);
  const network = networkOf(world, instance);
  const view = shown(world, instance);
  expect(view).toMatchObject({
    Tokens: "optional",
    HopLimit: 7,
    Endpoint: "disabled",
    Ipv6: "enabled",
    TagsInMetadata: "enabled",
    Tags: [{ Key: "Name", Value: "web" }],
    AccountId: ACCOUNT,
    Region: REGION,
    AvailabilityZone: "us-east-1a",
    AvailabilityZoneId: "use1-az1",
    PrivateIp: network.privateIp,
    VpcId: network.vpcId,
    TokenKey: world.metadataTokenKey(instance.id),
  });
  expect(network.privateIp).toMatch(/^172\.31\.(?:\d|1[0-5])\.\d+$/);
  expect(network.mac).toMatch(/^02(?::[0-9a-f]{2}){5}$/);
  expect(network.subnetId).toMatch(/^subnet-0[0-9a-f]{16}$/);
  expect(networkOf(world, makeInstance(world, "other")).vpcId).toBe(network.vpcId);
});

test.each([
  ["us-east-1", "use1-az1"],
  ["eu-central-1", "euc1-az1"],
  ["ap-southeast-2", "apse2-az1"],
  ["us-gov-west-1", "usgw1-az1"],
])("the zone of %s goes by %s", (region, zoneId) => {
  const { world } = openTestWorld();
  expect(networkOf({ accountId: ACCOUNT, region }, makeInstance(world)).zoneId).toBe(zoneId);
});

test.each([
  ["t4g.micro", "arm64"],
  ["m7gd.large", "arm64"],
  ["c6gn.xlarge", "arm64"],
  ["a1.medium", "arm64"],
  ["t3.micro", "x86_64"],
  ["g5.xlarge", "x86_64"],
  ["m5ad.large", "x86_64"],
])("%s is of %s", (type, architecture) => {
  expect(architectureOf(type)).toBe(architecture);
});
