// The faults of roles: who has which, what its policies say and are believed to say, and what stands in the trail.
import { expect, test } from "@jest/globals";
import {
  ACCOUNT,
  associateNow,
  fresh,
  HOUR,
  identityOf,
  MINUTE,
  makeCredentialed,
  makeInstance,
  makeKey,
  makeProfile,
  makeRole,
  moveClock,
  openTestWorld,
  SECOND,
  START,
} from "../../../../test/support/world.ts";
import { viewOf } from "../instance-view.ts";
import { profileOf, terminate } from "../instances.ts";
import type { Instance, Role } from "../rows.ts";
import type { World } from "../world.ts";

const put = (world: World, name: string, given: object = {}, more: object = {}) =>
  world.faults.put({ name, target: "web", given: { ...given }, ...more });

function pass(world: World, by: number): void {
  moveClock(world, by);
  world.faults.tick();
}

const roleOf = (world: World, instance: Instance) => profileOf(world, fresh(world, instance))?.roleName;
const shownRole = (world: World, instance: Instance) => viewOf(world, fresh(world, instance)).Profile?.RoleName;

/** What was called, oldest first. */
function trailOf(world: World): string[] {
  return world.trail
    .lookUp({ limit: 50 })
    .reverse()
    .filter(({ eventSource }) => eventSource !== "sts.amazonaws.com")
    .map(({ eventName }) => eventName);
}

const lastMessage = (world: World) => world.timeline.query({ limit: 100, kinds: ["fault"] }).at(-1)?.Message;

test("role.detach: no profile for its time, then the same again, with EC2's records", () => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  const key = makeKey(world);
  const held = world.rotation.current(instance)!;
  put(world, "role.detach", {}, { for: 10 * MINUTE });
  expect(viewOf(world, fresh(world, instance))).toMatchObject({ Profile: undefined, Credentials: [] });
  expect(identityOf(world, held).Verdict).toBe("ok");
  pass(world, 10 * MINUTE);
  expect(fresh(world, instance).association?.profileId).toBe(profile.id);
  expect(world.rotation.current(fresh(world, instance))!.number).toBe(2);
  expect(trailOf(world)).toEqual(["DisassociateIamInstanceProfile", "AssociateIamInstanceProfile"]);
  const [attach] = world.trail.lookUp({
    limit: 1,
    attribute: { key: "EventName", value: "AssociateIamInstanceProfile" },
  });
  expect(JSON.parse(attach!.record)).toMatchObject({
    eventSource: "ec2.amazonaws.com",
    userIdentity: { type: "Root", accountId: ACCOUNT, accessKeyId: key.id },
    requestParameters: { iamInstanceProfile: { arn: profile.arn }, instanceId: instance.id },
    responseElements: { iamInstanceProfileAssociation: { instanceId: instance.id, state: "associating" } },
  });
});

test("role.detach that a full disk keeps from healing heals when there is room again", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  put(world, "role.detach", {}, { for: MINUTE });
  const { db } = world.store;
  const [pages] = Object.values(db.prepare("PRAGMA page_count").get()!);
  moveClock(world, MINUTE);
  db.exec(`PRAGMA max_page_count = ${pages}`);
  expect(() => world.faults.tick()).toThrow("full");
  db.exec("PRAGMA max_page_count = 10000");
  world.faults.tick();
  expect([roleOf(world, instance), world.faults.list()]).toEqual(["app", []]);
});

test("role.detach by role finds its instances again, though they have the role no more", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  put(world, "role.detach", {}, { target: "role:app", for: MINUTE });
  expect(roleOf(world, instance)).toBeUndefined();
  pass(world, MINUTE);
  expect(roleOf(world, instance)).toBe("app");
});

test("role.detach leaves alone what somebody did meanwhile, and says so", () => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  const second = associateNow(world, makeInstance(world, "second"), profile);
  const third = associateNow(world, makeInstance(world, "third"), profile);
  makeRole(world, "mail");
  const mail = makeProfile(world, "mail", "mail");
  put(world, "role.detach", {}, { target: "all", for: MINUTE });
  associateNow(world, fresh(world, second), mail);
  world.change(() => world.rotation.unschedule(terminate(world, fresh(world, third))));
  pass(world, MINUTE);
  expect([instance, second].map((each) => roleOf(world, each))).toEqual(["app", "mail"]);
  expect(lastMessage(world)).toBe(
    `second was given another profile meanwhile, which stays; the instance ${third.id} is gone`,
  );
});

test("role.detach: the profile is gone at the end", () => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  put(world, "role.detach", {}, { for: MINUTE });
  world.change(() => world.account(ACCOUNT).instanceProfiles.remove(profile));
  pass(world, MINUTE);
  expect(fresh(world, instance).association).toBeUndefined();
  expect(lastMessage(world)).toBe(`the instance profile ${profile.arn} of web is gone`);
});

test("role.swap: another role at once, the former's keys live on, and it is back at the end", () => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  makeRole(world, "mail");
  makeProfile(world, "for-mail", "mail");
  const held = world.rotation.current(instance)!;
  put(world, "role.swap", { Role: "mail" }, { for: HOUR });
  expect(shownRole(world, instance)).toBe("mail");
  expect(identityOf(world, held).Verdict).toBe("ok");
  expect(identityOf(world, world.rotation.current(fresh(world, instance))!).Principal?.RoleName).toBe("mail");
  pass(world, HOUR);
  expect(fresh(world, instance).association?.profileId).toBe(profile.id);
  expect(shownRole(world, instance)).toBe("app");
  expect(trailOf(world)).toEqual(Array(2).fill("ReplaceIamInstanceProfileAssociation"));
});

test("role.swap with a gap: none, then the other", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  makeRole(world, "mail");
  makeProfile(world, "mail", "mail");
  put(world, "role.swap", { Role: "mail", Gap: "30s" }, { for: HOUR });
  expect(shownRole(world, instance)).toBeUndefined();
  expect(world.faults.nextDue()).toBe(START + 30 * SECOND);
  pass(world, 29 * SECOND);
  expect(shownRole(world, instance)).toBeUndefined();
  pass(world, SECOND);
  expect(shownRole(world, instance)).toBe("mail");
  expect(world.faults.nextDue()).toBe(START + HOUR);
  pass(world, HOUR);
  expect(shownRole(world, instance)).toBe("app");
});

test("role.swap with a gap that is longer than itself ends in it", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  makeRole(world, "mail");
  put(world, "role.swap", { Role: "mail", Gap: "2h" }, { for: HOUR });
  pass(world, 3 * HOUR);
  expect(shownRole(world, instance)).toBe("app");
  expect(trailOf(world)).toEqual([
    "CreateInstanceProfile",
    "AddRoleToInstanceProfile",
    "DisassociateIamInstanceProfile",
    "AssociateIamInstanceProfile",
    "RemoveRoleFromInstanceProfile",
    "DeleteInstanceProfile",
  ]);
});

test("role.swap makes a profile where the role has none, and takes it away again", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  makeRole(world, "mail");
  put(world, "role.swap", { Role: "MAIL" }, { for: HOUR });
  expect(fresh(world, instance).association?.profileArn).toBe(`arn:aws:iam::${ACCOUNT}:instance-profile/mail`);
  expect(shownRole(world, instance)).toBe("mail");
  world.faults.remove("f-1");
  expect(
    world
      .account(ACCOUNT)
      .instanceProfiles.list()
      .map(({ name }) => name),
  ).toEqual(["app"]);
});

test.each([
  ["in the order of their making", "f-1", "f-2"],
  ["the other way round", "f-2", "f-1"],
])("role.swap: a profile that two give is there until both are over, and gone then, %s", (_, first, second) => {
  const { world } = openTestWorld();
  const { instance, profile } = makeCredentialed(world);
  const mine = associateNow(world, makeInstance(world, "second"), profile);
  makeRole(world, "mail");
  put(world, "role.swap", { Role: "mail", Gap: "1m" }, { for: HOUR });
  put(world, "role.swap", { Role: "mail", Gap: "1m" }, { target: "second", for: HOUR });
  const left = first === "f-1" ? mine : instance;
  world.faults.remove(first);
  pass(world, MINUTE);
  expect(roleOf(world, left)).toBe("mail");
  world.faults.remove(second);
  expect([instance, mine].map((each) => roleOf(world, each))).toEqual(["app", "app"]);
  expect(world.account(ACCOUNT).instanceProfiles.list()).toEqual([profile]);
});

test("role.swap that revokes: the former sessions are denied by a policy, until the end", () => {
  const { world, clock } = openTestWorld();
  const { instance, role } = makeCredentialed(world);
  makeRole(world, "mail");
  const held = world.rotation.current(instance)!;
  clock.pass(10 * SECOND);
  put(world, "role.swap", { Role: "mail", Revoke: true }, { for: HOUR });
  expect(identityOf(world, held).IdentityPolicies).toMatchObject([{ Name: "AWSRevokeOlderSessions" }]);
  pass(world, HOUR);
  expect(world.account(ACCOUNT).roles.get("app")).toEqual(role);
});

test.each([["there is none", "gone", "there is no role gone"]])("role.swap: %s", (_, Role, message) => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  expect(() => put(world, "role.swap", { Role })).toThrow(message);
});

test("role.swap tells of those that it leaves alone", () => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  makeInstance(world, "bare");
  put(world, "role.swap", { Role: "app" }, { target: "all" });
  expect(lastMessage(world)).toBe("web has the role app already; bare has no profile to be replaced");
});

const allow = (action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] });

function setInline(world: World, name: string, inline: Role["inline"]): void {
  const { roles } = world.account(ACCOUNT);
  world.change(() => roles.put({ ...roles.get(name)!, inline }));
}

test("role.policy-change: each change is believed so long after it was made, and data planes are told then", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const held = world.rotation.current(instance)!;
  const believed = () => identityOf(world, held).IdentityPolicies!.map(({ Name }) => Name);
  put(world, "role.policy-change", { Delay: "10s" }, { target: "role:app", for: HOUR });
  setInline(world, "app", { one: allow("s3:*") });
  moveClock(world, 4 * SECOND);
  setInline(world, "app", { two: allow("sts:*") });
  expect(believed()).toEqual([]);
  const told: boolean[] = [];
  world.watch(({ identities }) => void told.push(identities));
  expect(world.faults.nextDue()).toBe(START + 10 * SECOND);
  pass(world, 5 * SECOND);
  expect([believed(), told]).toEqual([[], [false]]);
  pass(world, SECOND);
  expect([believed(), told.at(-1)]).toEqual([["one"], true]);
  pass(world, 4 * SECOND);
  expect([believed(), told.at(-1)]).toEqual([["two"], true]);
  expect(world.faults.nextDue()).toBe(START + HOUR);
  // Back in time nothing is unlearned.
  pass(world, -14 * SECOND);
  expect(believed()).toEqual(["two"]);
});

test("role.policy-change: at its end all is as it is, and told", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const held = world.rotation.current(instance)!;
  put(world, "role.policy-change", { Delay: "1h" }, { for: MINUTE });
  setInline(world, "app", { one: allow("s3:*") });
  expect(identityOf(world, held).IdentityPolicies).toEqual([]);
  const told: boolean[] = [];
  world.watch(({ identities }) => void told.push(identities));
  pass(world, MINUTE);
  expect(told).toContain(true);
  expect(identityOf(world, held).IdentityPolicies).toHaveLength(1);
});

test("role.policy-change: managed policies and boundaries are changes too, other roles are not concerned", () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const held = world.rotation.current(instance)!;
  makeRole(world, "mail");
  const other = associateNow(world, makeInstance(world, "mail"), makeProfile(world, "mail", "mail"));
  put(world, "role.policy-change", { Delay: "10s" });
  const arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
  for (const name of ["app", "mail"]) {
    const { roles } = world.account(ACCOUNT);
    world.change(() => roles.put({ ...roles.get(name)!, attached: [arn], boundary: arn }));
  }
  expect(identityOf(world, held)).toMatchObject({ IdentityPolicies: [] });
  expect(identityOf(world, held).Boundary).toBeUndefined();
  expect(identityOf(world, world.rotation.current(other)!)).toMatchObject({ Boundary: { Name: arn } });
  pass(world, 10 * SECOND);
  expect(identityOf(world, held)).toMatchObject({ IdentityPolicies: [{ Name: arn }], Boundary: { Name: arn } });
});

test("role.policy-change keeps nothing of a change that failed", () => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  put(world, "role.policy-change", { Delay: "10s" });
  const before = world.faults.list();
  expect(() =>
    world.change(() => {
      setInline(world, "app", { one: allow("s3:*") });
      world.faults.identitiesChanged();
      throw new Error("undone");
    }),
  ).toThrow("undone");
  expect(world.faults.list()).toEqual(before);
});

test("role.revoke-sessions: the console's own policy, and away at the end", () => {
  const { world, clock } = openTestWorld();
  const { instance, role } = makeCredentialed(world);
  clock.pass(1500);
  put(world, "role.revoke-sessions", {}, { target: "role:app", for: MINUTE });
  expect(world.account(ACCOUNT).roles.get("app")!.inline).toEqual({
    AWSRevokeOlderSessions: `{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": [
                "*"
            ],
            "Resource": [
                "*"
            ],
            "Condition": {
                "DateLessThan": {
                    "aws:TokenIssueTime": "2026-11-23T05:30:01.500Z"
                }
            }
        }
    ]
}`,
  });
  expect(identityOf(world, world.rotation.current(instance)!).Verdict).toBe("ok");
  pass(world, MINUTE);
  expect(world.account(ACCOUNT).roles.get("app")).toEqual(role);
  expect(trailOf(world)).toEqual(["PutRolePolicy", "DeleteRolePolicy"]);
});

test("role.revoke-sessions: a policy that was there comes back, one that was changed meanwhile stays", () => {
  const { world } = openTestWorld();
  const { role } = makeCredentialed(world);
  const inline = { AWSRevokeOlderSessions: allow("s3:*") };
  world.change(() => world.account(ACCOUNT).roles.put({ ...role, inline }));
  put(world, "role.revoke-sessions", { Before: "2026-11-23T05:00:00Z" });
  expect(world.account(ACCOUNT).roles.get("app")!.inline.AWSRevokeOlderSessions).toContain("05:00:00.000Z");
  world.faults.remove("f-1");
  expect(world.account(ACCOUNT).roles.get("app")!.inline).toEqual(inline);
  put(world, "role.revoke-sessions");
  setInline(world, "app", { AWSRevokeOlderSessions: allow("sts:*") });
  world.faults.remove("f-2");
  expect(world.account(ACCOUNT).roles.get("app")!.inline).toEqual({ AWSRevokeOlderSessions: allow("sts:*") });
  expect(lastMessage(world)).toBe("AWSRevokeOlderSessions of app was changed meanwhile, and stays as it is");
});

test("the sessions of a role are revoked by one fault at a time, of whichever kind", () => {
  const { world } = openTestWorld();
  const { profile, role } = makeCredentialed(world);
  associateNow(world, makeInstance(world, "second"), profile);
  makeRole(world, "mail");
  put(world, "role.revoke-sessions");
  expect(() => put(world, "role.swap", { Role: "mail", Revoke: true })).toThrow(
    /role app.*role.revoke-sessions \(f-1\)/,
  );
  expect(() => put(world, "role.revoke-sessions", {}, { target: "second" })).toThrow(/role app.*f-1/);
  put(world, "role.swap", { Role: "mail" });
  for (const { id } of world.faults.list()) world.faults.remove(id);
  expect(world.account(ACCOUNT).roles.get("app")).toEqual(role);
});

test.each([
  ["role.revoke-sessions", {}],
  ["role.swap", { Role: "mail", Revoke: true }],
])("%s: no policy more than IAM would take", (name, given) => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  makeRole(world, "mail");
  setInline(world, "app", { large: "x".repeat(10_150) });
  expect(() => put(world, name, given)).toThrow(/app leave no room for AWSRevokeOlderSessions/);
  expect(world.faults.list()).toEqual([]);
});

test("a target that names a role by other letters is for that role, as IAM finds it", () => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  expect(put(world, "imds.slow", {}, { target: "role:APP" }).target).toBe("role app");
  expect(() => put(world, "imds.slow", {}, { target: "role:app" })).toThrow(/contradicts/);
});

test("role.revoke-sessions: the role is gone at the end", () => {
  const { world } = openTestWorld();
  const { role } = makeCredentialed(world);
  put(world, "role.revoke-sessions", {}, { for: MINUTE });
  world.change(() => world.account(ACCOUNT).roles.remove(role));
  pass(world, MINUTE);
  expect(lastMessage(world)).toBe("the role app is gone");
});

test("role.revoke-sessions heals a role that was made anew meanwhile with all it had", () => {
  const { world } = openTestWorld();
  const { role } = makeCredentialed(world);
  put(world, "role.revoke-sessions", {}, { for: MINUTE });
  put(world, "role.recreate");
  pass(world, MINUTE);
  expect(world.account(ACCOUNT).roles.get("app")).toMatchObject({ id: expect.not.stringMatching(role.id), inline: {} });
});

test.each(["role.swap", "role.detach"])("%s leaves alone whom another fault has given a profile meanwhile", (name) => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  for (const other of ["mail", "post"]) makeProfile(world, other, makeRole(world, other).name);
  const given = name === "role.swap" ? { Role: "post" } : {};
  put(world, name, given, { target: "role:mail", at: START + MINUTE, for: HOUR });
  put(world, "role.swap", { Role: "mail" }, { for: 2 * MINUTE });
  pass(world, MINUTE);
  expect(roleOf(world, instance)).toBe("mail");
  expect(lastMessage(world)).toBe("another fault has the profile of web, which is left alone");
  pass(world, MINUTE);
  expect(roleOf(world, instance)).toBe("app");
  pass(world, HOUR);
  expect(roleOf(world, instance)).toBe("app");
});

test("role.recreate: all it has but its id; its sessions are refused, and the next generation is good", () => {
  const { world } = openTestWorld();
  const attached = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"];
  const tags = [{ Key: "team", Value: "blue" }];
  const role = makeRole(world, "app", { attached, inline: { one: allow("s3:*") }, tags, boundary: attached[0]! });
  const instance = associateNow(world, makeInstance(world), makeProfile(world, "app", "app"));
  const held = world.rotation.current(instance)!;
  put(world, "role.recreate");
  const made = world.account(ACCOUNT).roles.get("app")!;
  expect(made).toEqual({ ...role, id: made.id });
  expect(made.id).not.toBe(role.id);
  expect(roleOf(world, instance)).toBe("app");
  expect(identityOf(world, held).Verdict).toBe("unknown-key");
  expect(world.rotation.current(instance)).toEqual(held);
  expect(identityOf(world, world.rotation.issueNow(instance)!).Verdict).toBe("ok");
  expect(trailOf(world)).toEqual([
    "RemoveRoleFromInstanceProfile",
    "DetachRolePolicy",
    "DeleteRolePolicy",
    "DeleteRole",
    "CreateRole",
    "PutRolePolicy",
    "AttachRolePolicy",
    "AddRoleToInstanceProfile",
  ]);
});

test("role.recreate of a role that no instance has yet", () => {
  const { world } = openTestWorld();
  const { id } = makeRole(world, "app");
  put(world, "role.recreate", {}, { target: "role:app" });
  expect(world.account(ACCOUNT).roles.get("app")!.id).not.toBe(id);
});

test("role faults say what is missing when there is nobody to be for", () => {
  const { world } = openTestWorld();
  const instance = makeInstance(world);
  put(world, "role.recreate");
  expect(world.timeline.query({ limit: 9, kinds: ["fault"] })[0]!.Message).toBe(
    "there is no role that could be made anew",
  );
  put(world, "role.detach");
  expect(lastMessage(world)).toBe("web has no profile");
  world.faults.remove("f-2");
  expect(fresh(world, instance).association).toBeUndefined();
});
