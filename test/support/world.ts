// A world to test with: host time stands still until it is moved, chance is seeded, and what a test needs is made in a
// line, each time in a change of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import type { Identity } from "@rolemint/authority";
import { seededEntropy } from "@rolemint/host";
import {
  type AccessKey,
  addInstance,
  associate,
  type Generation,
  type Instance,
  type InstanceProfile,
  iamArn,
  type MetadataOptions,
  openWorld,
  principalIdsOf,
  type Role,
  type User,
  type World,
} from "@rolemint/world";
import { identify } from "@rolemint/world/identify";

export const ACCOUNT = "111122223333";
export const REGION = "us-east-1";
/** A whole second. */
export const START = Date.parse("2026-11-23T05:30:00Z");
export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export const EC2_TRUST = trusting({ Service: "ec2.amazonaws.com" });
export const NO_TRUST = trusting({ Service: "lambda.amazonaws.com" });

export function trusting(principal: object): string {
  const statement = { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

export interface TestClock {
  now(): number;
  pass(milliseconds: number): void;
}

export function testClock(): TestClock {
  let time = START;
  return {
    now: () => time,
    pass: (milliseconds) => {
      time += milliseconds;
    },
  };
}

export type TestWorldOptions = Partial<Parameters<typeof openWorld>[0]>;

/** In memory unless `state` says where; world time is host time unless the test moves it. */
export function openTestWorld(options: TestWorldOptions = {}): { readonly world: World; readonly clock: TestClock } {
  const clock = testClock();
  const entropy = seededEntropy("test world");
  const given = { state: "memory", accountId: ACCOUNT, region: REGION, clock, entropy, pid: process.pid };
  return { world: openWorld({ ...given, ...options }), clock };
}

const directories: string[] = [];

afterAll(() => {
  for (const each of directories) rmSync(each, { recursive: true, force: true });
});

/** A new directory that is gone when the tests of the file are. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "rolemint-"));
  directories.push(directory);
  return directory;
}

/** Everything due is issued. */
export function tick(world: World): Promise<void> {
  return world.rotation.tick(async () => {});
}

export function moveClock(world: World, by: number): void {
  world.setClock({ at: world.hostClock.now(), time: world.now() + by, rate: world.clockLine().rate });
}

function named(world: World, kind: string, name: string, path = "/") {
  return { accountId: ACCOUNT, name, path, arn: iamArn(ACCOUNT, kind, path, name), created: world.now(), tags: [] };
}

export function makeRole(world: World, name: string, given: Partial<Role> = {}): Role {
  const trust = given.trust ?? EC2_TRUST;
  return world.change(() =>
    world.account(ACCOUNT).roles.put({
      ...named(world, "role", name, given.path),
      id: world.ids.unique("AROA", ACCOUNT),
      trust,
      trustedIds: principalIdsOf(world, trust),
      maxSessionSeconds: 3600,
      attached: [],
      inline: {},
      ...given,
    }),
  );
}

export function makeUser(world: World, name: string, given: Partial<User> = {}): User {
  return world.change(() =>
    world.account(ACCOUNT).users.put({
      ...named(world, "user", name, given.path),
      id: world.ids.unique("AIDA", ACCOUNT),
      attached: [],
      inline: {},
      ...given,
    }),
  );
}

/** Of a user, or of root without a name. */
export function makeKey(world: World, userName?: string, given: Partial<AccessKey> = {}): AccessKey {
  return world.change(() =>
    world.tables.accessKeys.put({
      id: world.ids.accessKey("AKIA", ACCOUNT),
      secret: world.ids.secret(),
      accountId: ACCOUNT,
      status: "Active",
      created: world.now(),
      ...(userName !== undefined && { userName }),
      ...given,
    }),
  );
}

export function makeProfile(world: World, name: string, roleName?: string): InstanceProfile {
  return world.change(() =>
    world.account(ACCOUNT).instanceProfiles.put({
      ...named(world, "instance-profile", name),
      id: world.ids.unique("AIPA", ACCOUNT),
      ...(roleName !== undefined && { roleName }),
    }),
  );
}

/** A running instance without a profile. */
export function makeInstance(world: World, name = "web", options: Partial<MetadataOptions> = {}): Instance {
  return world.change(() => {
    const tags = [{ Key: "Name", Value: name }];
    return addInstance(world, { reservationId: world.ids.hex17("r-"), launchIndex: 0, tags, options });
  });
}

/** As the API does it: the association and the first credentials are one change. */
export function associateNow(world: World, instance: Instance, profile: InstanceProfile): Instance {
  return world.change(() => {
    const associated = associate(world, instance, profile);
    world.rotation.issueNow(associated);
    return associated;
  });
}

/** An instance with the credentials of the role `app`, all of it new. */
export function makeCredentialed(
  world: World,
  options: Partial<MetadataOptions> = {},
): { readonly instance: Instance; readonly role: Role; readonly profile: InstanceProfile } {
  const role = makeRole(world, "app");
  const profile = makeProfile(world, "app", "app");
  return { instance: associateNow(world, makeInstance(world, "web", options), profile), role, profile };
}

/** What the world says of a call signed with the newest keys of a generation. */
export function identityOf(world: World, { keys }: Generation): Identity {
  const { accessKeyId, token } = keys.at(-1)!;
  const query = { AccessKeyId: accessKeyId, Token: token, Date: "20261123", Region: REGION, Service: "s3" };
  return identify(world, query);
}

/** The instance as it stands now. */
export function fresh(world: World, { id }: Instance): Instance {
  return world.tables.instances.get(id)!;
}
