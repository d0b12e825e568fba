// The trail: records with the members that CloudTrail's own have, and looking them up as LookupEvents does.
import { expect, test } from "@jest/globals";
import type { Principal } from "@rolemint/authority";
import {
  ACCOUNT,
  DAY,
  HOUR,
  makeCredentialed,
  makeKey,
  makeUser,
  moveClock,
  openTestWorld,
  REGION,
  SECOND,
  START,
} from "../../../test/support/world.ts";
import recorded from "../../../test/vectors/cloudtrail-members.json" with { type: "json" };
import { identify } from "./identify.ts";
import { isoSeconds, type ManagementCall, trailExpiration, userIdentityOf, userNameOf } from "./trail.ts";
import type { World } from "./world.ts";

const SCOPE = { Date: "20261123", Region: REGION, Service: "iam" };

/** Facts of a call, as the control plane gives them. */
function call(given: Partial<ManagementCall> = {}): ManagementCall {
  return {
    time: START,
    region: REGION,
    accountId: ACCOUNT,
    eventSource: "iam.amazonaws.com",
    eventName: "CreateRole",
    readOnly: false,
    identity: { type: "IAMUser" },
    sourceIp: "192.0.2.1",
    userAgent: "test",
    requestId: "r-1",
    ...given,
  };
}

function add(world: World, given: Partial<ManagementCall> = {}): void {
  world.change(() => world.trail.add(call(given)));
}

const names = (world: World, query: Partial<Parameters<World["trail"]["lookUp"]>[0]> = {}) =>
  world.trail.lookUp({ limit: 50, ...query }).map(({ eventName }) => eventName);

function principals(world: World): Record<"root" | "user" | "instance", Principal> {
  makeUser(world, "ci");
  const { instance } = makeCredentialed(world);
  const [set] = world.rotation.current(instance)!.keys;
  const of = (AccessKeyId: string, Token?: string) => identify(world, { ...SCOPE, AccessKeyId, Token }).Principal!;
  return {
    root: of(makeKey(world).id),
    user: of(makeKey(world, "ci").id),
    instance: of(set!.accessKeyId, set!.token),
  };
}

/** Whether CloudTrail writes null there. */
const isNull = (event: { readonly nulls: readonly string[] }, member: string) => event.nulls.includes(member);
const sorted = (value: object) => Object.keys(value).sort();
const record = (world: World) => JSON.parse(world.trail.lookUp({ limit: 1 })[0]!.record);

test.each(recorded.events.filter(({ type }) => type !== "AWSService"))(
  "a record has the members of CloudTrail's own: $eventName, $what",
  (event) => {
    const { world } = openTestWorld();
    const who = principals(world);
    const isError = event.keys.includes("errorCode");
    add(world, {
      identity: userIdentityOf(event.type === "IAMUser" ? who.user : who.instance),
      requestParameters: isNull(event, "requestParameters") ? undefined : { a: 1 },
      responseElements: isNull(event, "responseElements") ? undefined : { b: 2 },
      resources: event.resources ? [{ type: "AWS::IAM::Role", arn: "arn:aws:iam::1:role/a" }] : undefined,
      ...(isError && { errorCode: "AccessDenied", errorMessage: "no" }),
    });
    const ours = record(world);
    expect(sorted(ours)).toEqual(event.keys);
    expect(sorted(ours).filter((key) => ours[key] === null)).toEqual(event.nulls);
    expect(sorted(ours.userIdentity)).toEqual(event.userIdentity);
    expect(ours.userIdentity.type).toBe(event.type);
    if (event.resources) expect(sorted(ours.resources[0])).toEqual(event.resources);
    if (!event.sessionContext) return;
    const { sessionContext } = ours.userIdentity;
    expect(sorted(sessionContext)).toEqual(expect.arrayContaining(event.sessionContext));
    expect(sorted(sessionContext.sessionIssuer)).toEqual(event.sessionIssuer);
    expect(sorted(sessionContext.attributes)).toEqual(event.attributes);
  },
);

test("EC2's own AssumeRole has the members of the recorded one, and the newer ones that every event has", () => {
  const event = recorded.events.find(({ type }) => type === "AWSService")!;
  const { world } = openTestWorld();
  const { instance, role } = makeCredentialed(world);
  const { accessKeyId, token } = world.rotation.current(instance)!.keys[0]!;
  const ours = record(world);
  expect(sorted(ours)).toEqual([...event.keys, "eventCategory", "managementEvent", "readOnly"].sort());
  expect(sorted(ours.requestParameters)).toEqual(event.requestParameters);
  expect(sorted(ours.responseElements.credentials)).toEqual(event.credentials);
  expect(ours).toMatchObject({
    userIdentity: { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
    sourceIPAddress: "ec2.amazonaws.com",
    requestParameters: { roleArn: role.arn, roleSessionName: instance.id },
    responseElements: { credentials: { accessKeyId, sessionToken: token } },
    resources: [{ accountId: ACCOUNT, type: "AWS::IAM::Role", ARN: role.arn }],
    eventTime: "2026-11-23T05:30:00Z",
    recipientAccountId: ACCOUNT,
  });
});

test("who called: root, a user, an instance", () => {
  const { world } = openTestWorld();
  const { root, user, instance } = principals(world);
  expect(userIdentityOf(root)).toEqual({
    type: "Root",
    principalId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    accountId: ACCOUNT,
    accessKeyId: root.AccessKeyId,
  });
  expect(userIdentityOf(user)).toMatchObject({ type: "IAMUser", principalId: user.UserId, userName: "ci" });
  expect(userIdentityOf(instance)).toEqual({
    type: "AssumedRole",
    principalId: instance.UserId,
    arn: instance.Arn,
    accountId: ACCOUNT,
    accessKeyId: instance.AccessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: instance.RoleId,
        arn: instance.PrincipalArn,
        accountId: ACCOUNT,
        userName: "app",
      },
      webIdFederationData: {},
      attributes: { creationDate: "2026-11-23T05:30:00Z", mfaAuthenticated: "false" },
      ec2RoleDelivery: "2.0",
    },
  });
  expect([root, user, instance].map(userNameOf)).toEqual(["root", "ci", instance.InstanceId]);
});

test.each([
  ["2026-11-23T05:30:00Z", "Nov 23, 2026, 5:30:00 AM"],
  ["2026-01-01T00:00:09Z", "Jan 1, 2026, 12:00:09 AM"],
  ["2024-07-30T21:46:15Z", "Jul 30, 2024, 9:46:15 PM"],
  ["2026-12-31T12:05:59Z", "Dec 31, 2026, 12:05:59 PM"],
])("%s is written as %s in an expiry", (iso, text) => {
  expect(trailExpiration(Date.parse(iso))).toBe(text);
  expect(isoSeconds(Date.parse(iso) + 999)).toBe(iso);
});

test("newest first; of the same second the one added last", () => {
  const { world } = openTestWorld();
  add(world, { eventName: "A", time: START });
  add(world, { eventName: "B", time: START + 5 * SECOND });
  add(world, { eventName: "C", time: START + 900 });
  add(world, { eventName: "D", time: START + 100 });
  expect(names(world)).toEqual(["B", "D", "C", "A"]);
});

test.each([
  ["EventName", "CreateUser"],
  ["EventSource", "iam.amazonaws.com"],
  ["ReadOnly", "true"],
  ["Username", "ci"],
  ["AccessKeyId", "AKIAEXAMPLE"],
  ["ResourceType", "AWS::IAM::User"],
  ["ResourceName", "arn:aws:iam::1:user/ci"],
] as const)("looked up by %s", (key, value) => {
  const { world } = openTestWorld();
  const resources = [
    { type: "AWS::IAM::Group", arn: "arn:aws:iam::1:group/all" },
    { type: "AWS::IAM::User", arn: "arn:aws:iam::1:user/ci" },
  ];
  const wanted = { eventName: "CreateUser", readOnly: true, userName: "ci", accessKeyId: "AKIAEXAMPLE", resources };
  add(world, { eventSource: "ec2.amazonaws.com", eventName: "RunInstances" });
  add(world, wanted);
  add(world, { eventSource: "sts.amazonaws.com", resources: [{ type: "AWS::IAM::Role", arn: "ci" }] });
  expect(names(world, { attribute: { key, value } })).toEqual(["CreateUser"]);
  expect(names(world, { attribute: { key, value: "another" } })).toEqual([]);
});

test("looked up by its id, with all that LookupEvents shows", () => {
  const { world } = openTestWorld();
  add(world, { eventName: "A", userName: "ci", accessKeyId: "AKIAEXAMPLE", resources: [{ type: "T", arn: "N" }] });
  add(world, { eventName: "B" });
  const [, first] = world.trail.lookUp({ limit: 2 });
  const { record: text, ...facts } = world.trail.lookUp({
    limit: 9,
    attribute: { key: "EventId", value: first!.eventId },
  })[0]!;
  expect(facts).toEqual({
    id: first!.id,
    time: START,
    eventId: JSON.parse(text).eventID,
    eventName: "A",
    eventSource: "iam.amazonaws.com",
    readOnly: "false",
    userName: "ci",
    accessKeyId: "AKIAEXAMPLE",
    resources: [{ ResourceType: "T", ResourceName: "N" }],
  });
});

test("a time range holds both of its ends, to the second", () => {
  const { world } = openTestWorld();
  for (let second = 0; second < 5; second++) {
    add(world, { eventName: String(second), time: START + second * SECOND + 700 });
  }
  expect(names(world, { from: START + SECOND, to: START + 3 * SECOND })).toEqual(["3", "2", "1"]);
});

test("pages join without a gap, also while events of the same second come", () => {
  const { world } = openTestWorld();
  for (let n = 0; n < 25; n++) add(world, { eventName: String(n), time: START + (n % 3) * SECOND });
  const all = names(world);
  const paged: string[] = [];
  let before: number | undefined;
  for (;;) {
    const page = world.trail.lookUp({ limit: 4, before });
    if (page.length === 0) break;
    paged.push(...page.map(({ eventName }) => eventName));
    before = page.at(-1)!.id;
    add(world, { eventName: "new", time: START + 9 * SECOND });
  }
  expect(paged).toEqual(all);
});

test("what is older than 90 days is not shown, and in time not kept", () => {
  const { world } = openTestWorld();
  add(world, { eventName: "old", time: START });
  add(world, { eventName: "older", time: START - HOUR });
  moveClock(world, 90 * DAY);
  expect(names(world)).toEqual(["old"]);
  expect(names(world, { from: START - DAY })).toEqual(["old"]);
  moveClock(world, SECOND);
  expect(names(world)).toEqual([]);
  moveClock(world, -SECOND);
  expect(names(world)).toEqual(["old"]);
  moveClock(world, DAY);
  world.change(() => {
    for (let n = 0; n < 1000; n++) world.trail.add(call({ time: world.now() }));
  });
  expect(world.trail.count()).toBe(1000);
});

test("a read is recorded a moment later, and before anyone looks", async () => {
  const { world } = openTestWorld();
  world.trail.later(call({ eventName: "GetRole" }));
  expect(world.trail.count()).toBe(0);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(world.trail.count()).toBe(1);
  world.trail.later(call({ eventName: "GetUser" }));
  expect(names(world)).toEqual(["GetUser", "GetRole"]);
  world.trail.later(call());
  world.trail.clear();
  expect(names(world)).toEqual([]);
});

test("a read that a full disk does not take is recorded when there is room again", async () => {
  const { world } = openTestWorld();
  const limitPages = (count: number) => world.store.db.exec(`PRAGMA max_page_count = ${count}`);
  limitPages(1);
  const userAgent = "a".repeat(20_000);
  world.trail.later(call({ eventName: "GetRole", userAgent }));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(world.trail.count()).toBe(0);
  expect(() => add(world, { userAgent })).toThrow("full");
  limitPages(10_000);
  world.trail.later(call({ eventName: "GetUser" }));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(names(world)).toEqual(["GetUser", "GetRole"]);
});

test("an event is part of the change that it records", () => {
  const { world } = openTestWorld();
  const work = () =>
    world.change(() => {
      world.trail.add(call());
      throw new Error("no");
    });
  expect(work).toThrow("no");
  expect(world.trail.count()).toBe(0);
});
