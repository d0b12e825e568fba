// The contract of the seam: a suite that every Authority passes, whether it is a function call or goes over the wire.
// What the account's side does meanwhile comes through a Subject, whose changes resolve once they are acknowledged.
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Operation } from "@rolemint/wire";
import { fromJson, toJson } from "@rolemint/wire/json";
import { violations } from "@rolemint/wire/validate";
import type { Authority, ChangeOrigin, EventRecord, Identity, Moved, Principal } from "./authority.ts";
import * as seam from "./authority.ts";
import { type AuthorityCache, cacheOver } from "./cache.ts";
import type { InstanceView } from "./view.ts";

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Subject {
  readonly authority: Authority;
  readonly accountId: string;
  readonly region: string;
  /** Starts a running instance with the credentials of a role `app`, which tokens are required for; gives its id. */
  launch(): Promise<string>;
  setEndpoint(instanceId: string, endpoint: "enabled" | "disabled"): Promise<void>;
  rotate(instanceId: string): Promise<void>;
  disassociate(instanceId: string): Promise<void>;
  /** Takes the role out of the instance's profile. */
  removeRole(instanceId: string): Promise<void>;
  terminate(instanceId: string): Promise<void>;
  /** Makes a user without policies and gives its key. */
  addUser(name: string): Promise<Key>;
  putUserPolicy(userName: string, text: string): Promise<void>;
  setStatus(accessKeyId: string, status: "Active" | "Inactive"): Promise<void>;
  /** Refuses a temporary key as expired from now on. */
  expire(accessKeyId: string): Promise<void>;
  deleteRole(): Promise<void>;
  moveClock(milliseconds: number): Promise<void>;
  /** Puts the fault `imds.unreachable` on all instances, and gives its id. */
  putFault(): Promise<string>;
  removeFault(id: string): Promise<void>;
  /** `CreateBucket arn:aws:s3:::demo`, newest first. */
  trail(): Promise<string[]>;
  events(): Promise<EventRecord[]>;
  /** What is kept to explain a refusal, by its request id. */
  refusal(requestId: string): string | undefined;
  close(): Promise<void>;
}

const HOUR = 3_600_000;
const DAY = "20261123";
const OTHER_ACCOUNT = "444455556666";

/** Declares the suite. `open` is called for each test; its world has no instance, user or bucket. */
export function describeAuthority(name: string, open: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());
    const current = () => subject;
    describeInstances(current);
    describeIdentities(current);
    describeBuckets(current);
    describeRecords(current);
    describeFaults(current);
    describeWatching(current);
    describeReadYourWrites(current);
  });
}

type Current = () => Subject;

/** The answer, once it is sure that it travels: it fits its shape, and JSON gives back the same. */
function travelling<Output extends object>(operation: Operation, output: Output): Output {
  expect(violations(operation.output, output)).toEqual([]);
  const sent = JSON.parse(JSON.stringify(toJson(operation.output, output)));
  expect(fromJson(operation.output, sent, "", operation.name)).toEqual(output);
  return output;
}

async function viewOf({ authority }: Subject, id: string): Promise<InstanceView | undefined> {
  return travelling(seam.Instance, await authority.instance({ Name: id })).Instance;
}

function scoped({ region }: Subject, key: Pick<Key, "accessKeyId" | "sessionToken">) {
  return { AccessKeyId: key.accessKeyId, Token: key.sessionToken, Date: DAY, Region: region, Service: "s3" };
}

async function identityOf(subject: Subject, key: Pick<Key, "accessKeyId" | "sessionToken">): Promise<Identity> {
  return travelling(seam.Identify, await subject.authority.identify(scoped(subject, key)));
}

function keyOf(view: InstanceView | undefined): Key {
  const { AccessKeyId, SecretAccessKey, Token } = view!.Credentials.find(({ Delivery }) => Delivery === "2.0")!;
  return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: Token! };
}

function callerOf(accountId: string): ChangeOrigin {
  const Arn = `arn:aws:iam::${accountId}:root`;
  const ids = { AccountId: accountId, UserId: accountId, AccessKeyId: "AKIAEXAMPLE" };
  const principal: Principal = { Type: "Account", Arn, PrincipalArn: Arn, ...ids, Tags: [], TransitiveTagKeys: [] };
  return { Principal: principal, SourceIp: "192.0.2.1", UserAgent: "contract", RequestId: "r-1" };
}

/** AWS's own derivation, written once more: the answer is checked by what a client would sign with. */
function signingKey(secret: string, day: string, region: string): string {
  const parts = [day, region, "s3", "aws4_request"];
  const start: Buffer = Buffer.from(`AWS4${secret}`);
  return parts.reduce((key, part) => createHmac("sha256", key).update(part).digest(), start).toString("base64");
}

function describeInstances(current: Current): void {
  test("an instance's view has its facts and the credentials that are current", async () => {
    const subject = current();
    const id = await subject.launch();
    const view = await viewOf(subject, id);
    expect(view).toMatchObject({
      InstanceId: id,
      AccountId: subject.accountId,
      Region: subject.region,
      Tokens: "required",
    });
    expect(view!.Profile).toMatchObject({ RoleName: "app", Code: "Success" });
    expect(view!.Credentials.map(({ Generation, Delivery }) => [Generation, Delivery])).toEqual([[1, "2.0"]]);
    await subject.rotate(id);
    expect((await viewOf(subject, id))!.Credentials[0]!.Generation).toBe(2);
  });

  test("who is no running instance has no view", async () => {
    const subject = current();
    const id = await subject.launch();
    await subject.terminate(id);
    const queries = [{ Name: id }, { Name: "i-0123456789abcdef0" }, { Name: "web" }, {}];
    for (const query of queries) expect(await subject.authority.instance(query)).toEqual({});
  });

  test("an address that is no instance's has the view of one without a profile, the same each time", async () => {
    const subject = current();
    await subject.launch();
    const { Instance: view } = await subject.authority.instance({ Address: "192.0.2.77" });
    expect(view).toMatchObject({ IsUnknown: true, Endpoint: "enabled", Tokens: "required", Credentials: [] });
    expect(view?.Profile).toBeUndefined();
    expect(await subject.authority.instance({ Address: "192.0.2.77" })).toEqual({ Instance: view });
    const { Instance: other } = await subject.authority.instance({ Address: "192.0.2.78" });
    expect([other!.InstanceId === view!.InstanceId, other!.TokenKey === view!.TokenKey]).toEqual([false, false]);
  });
}

function describeIdentities(current: Current): void {
  test("a user's key: who it is, its policies, and what verifies its signatures today and tomorrow", async () => {
    const subject = current();
    const key = await subject.addUser("ci");
    await subject.putUserPolicy("ci", "{}");
    const identity = await identityOf(subject, key);
    expect(identity).toMatchObject({
      Verdict: "ok",
      Principal: { Type: "User", AccountId: subject.accountId, UserName: "ci", AccessKeyId: key.accessKeyId },
      IdentityPolicies: [{ Text: "{}" }],
      SessionPolicies: [],
    });
    expect(identity.SigningKeys).toEqual(
      [DAY, "20261124"].map((day) => ({ Date: day, Key: signingKey(key.secretAccessKey, day, subject.region) })),
    );
    expect(JSON.stringify(identity)).not.toContain(key.secretAccessKey);
  });

  test("an instance's key: the role's session, named after the instance", async () => {
    const subject = current();
    const id = await subject.launch();
    const key = keyOf(await viewOf(subject, id));
    const identity = await identityOf(subject, key);
    expect(identity).toMatchObject({
      Verdict: "ok",
      Principal: {
        Type: "AssumedRole",
        RoleName: "app",
        SessionName: id,
        InstanceId: id,
        Delivery: "2.0",
        Generation: 1,
      },
    });
    expect(identity.SigningKeys![0]!.Key).toBe(signingKey(key.secretAccessKey, DAY, subject.region));
    expect(JSON.stringify(identity)).not.toContain(key.secretAccessKey);
  });

  test("what cannot be vouched for gets a verdict and nothing more", async () => {
    const subject = current();
    const id = await subject.launch();
    const { accessKeyId, sessionToken } = keyOf(await viewOf(subject, id));
    await subject.rotate(id);
    const younger = keyOf(await viewOf(subject, id));
    const user = await subject.addUser("ci");
    const verdict = async (key: Pick<Key, "accessKeyId" | "sessionToken">) => await identityOf(subject, key);
    expect(await verdict({ accessKeyId: "AKIAEXAMPLE" })).toEqual({ Verdict: "unknown-key" });
    expect(await verdict({ accessKeyId })).toEqual({ Verdict: "token-missing" });
    expect(await verdict({ accessKeyId, sessionToken: "x" })).toEqual({ Verdict: "token-invalid" });
    expect(await verdict({ accessKeyId: younger.accessKeyId, sessionToken })).toEqual({ Verdict: "token-invalid" });
    expect(await verdict({ accessKeyId: user.accessKeyId, sessionToken })).toEqual({ Verdict: "token-invalid" });
    await subject.setStatus(user.accessKeyId, "Inactive");
    expect(await verdict(user)).toEqual({ Verdict: "inactive-key" });
    await subject.expire(accessKeyId);
    const expired = await verdict({ accessKeyId, sessionToken });
    expect(expired).toEqual({ Verdict: "token-expired", Principal: expect.objectContaining({ InstanceId: id }) });
    expect((await verdict(younger)).Verdict).toBe("ok");
    await subject.deleteRole();
    expect(await verdict(younger)).toEqual({ Verdict: "unknown-key" });
    await subject.moveClock(8 * HOUR);
    expect(await verdict(younger)).toEqual({ Verdict: "token-expired" });
  });
}

function describeBuckets(current: Current): void {
  const create = (Name: string, accountId = current().accountId) =>
    current().authority.createBucket({ Name, Caller: callerOf(accountId) });
  const step = (Name: string, Step: "mark" | "remove" | "keep") =>
    current().authority.deleteBucket({ Name, Step, Caller: callerOf(current().accountId) });
  const facts = async (Name: string) => travelling(seam.Bucket, await current().authority.bucket({ Name })).Bucket;
  const owned = async (AccountId = current().accountId) =>
    travelling(seam.Buckets, await current().authority.buckets({ AccountId })).Buckets.map(({ Name }) => Name);

  test("a bucket is made once, and belongs to who made it", async () => {
    expect(await create("demo")).toEqual({ Outcome: "created" });
    expect(await create("demo")).toEqual({ Outcome: "yours" });
    expect(await create("demo", OTHER_ACCOUNT)).toEqual({ Outcome: "taken" });
    expect(await create("another", OTHER_ACCOUNT)).toEqual({ Outcome: "created" });
    expect(await facts("demo")).toMatchObject({
      Name: "demo",
      AccountId: current().accountId,
      Region: current().region,
    });
    expect(await facts("none")).toBeUndefined();
  });

  test("an account's buckets are listed in name order", async () => {
    for (const name of ["b", "a.z", "c", "a-z"]) await create(name);
    await create("0-other", OTHER_ACCOUNT);
    expect(await owned()).toEqual(["a-z", "a.z", "b", "c"]);
    expect(await owned(OTHER_ACCOUNT)).toEqual(["0-other"]);
    expect(await owned("999999999999")).toEqual([]);
  });

  test("a deletion that is marked hides the bucket, and is kept or ended", async () => {
    await create("demo");
    await current().authority.putBucketPolicy({ Name: "demo", Policy: "{}", Caller: callerOf(current().accountId) });
    await step("demo", "mark");
    expect([await facts("demo"), await owned()]).toEqual([undefined, []]);
    expect(await create("demo")).toEqual({ Outcome: "yours" });
    expect(await facts("demo")).toBeUndefined();
    await step("demo", "keep");
    expect((await facts("demo"))?.Policy).toBe("{}");
    await step("demo", "remove");
    expect((await facts("demo"))?.Policy).toBe("{}");
    await step("demo", "mark");
    await step("demo", "remove");
    expect([await facts("demo"), await owned()]).toEqual([undefined, []]);
    expect(await create("demo", OTHER_ACCOUNT)).toEqual({ Outcome: "created" });
    expect((await facts("demo"))?.Policy).toBeUndefined();
    expect(await step("none", "remove")).toEqual({});
  });

  test("a policy is put, put anew and deleted", async () => {
    const Caller = callerOf(current().accountId);
    await create("demo");
    await current().authority.putBucketPolicy({ Name: "demo", Policy: "one", Caller });
    expect((await facts("demo"))?.Policy).toBe("one");
    await current().authority.putBucketPolicy({ Name: "demo", Policy: "two", Caller });
    expect((await facts("demo"))?.Policy).toBe("two");
    await current().authority.deleteBucketPolicy({ Name: "demo", Caller });
    expect((await facts("demo"))?.Policy).toBeUndefined();
  });

  test("a policy is for whom it names, not for who takes the name later, and shows who it was", async () => {
    const { authority, accountId, launch, deleteRole } = current();
    const put = (AWS: string) => {
      const statement = { Effect: "Allow", Principal: { AWS }, Action: "s3:*", Resource: "arn:aws:s3:::demo" };
      return authority.putBucketPolicy({ Name: "demo", Policy: policyText(statement), Caller: callerOf(accountId) });
    };
    const policyText = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const arn = `arn:aws:iam::${accountId}:role/app`;
    expect(await put(arn)).toEqual({ Outcome: "no-bucket" });
    await create("demo");
    expect(await put(arn)).toEqual({ Outcome: "invalid-principal" });
    await launch();
    expect(await put(arn)).toEqual({ Outcome: "stored" });
    const before = (await facts("demo"))!;
    const [id] = /AROA[A-Z0-9]+/.exec(before.Policy!)!;
    expect(before.ShownPolicy).toBe(before.Policy!.replace(id, arn));
    await deleteRole();
    expect((await facts("demo"))?.ShownPolicy).toBe(before.Policy);
    await launch();
    expect(await facts("demo")).toMatchObject({ Policy: before.Policy, ShownPolicy: before.Policy });
    expect(await put(id)).toEqual({ Outcome: "invalid-principal" });
  });

  test("a new bucket blocks public policies until its settings are others", async () => {
    const { authority, accountId } = current();
    const named = { Name: "demo", Caller: callerOf(accountId) };
    const statement = { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::demo" };
    const put = () => authority.putBucketPolicy({ ...named, Policy: JSON.stringify({ Statement: [statement] }) });
    const all = (is: boolean) => ({
      BlockPublicAcls: is,
      IgnorePublicAcls: is,
      BlockPublicPolicy: is,
      RestrictPublicBuckets: is,
    });
    await create("demo");
    expect((await facts("demo"))?.PublicAccessBlock).toEqual(all(true));
    expect(await put()).toEqual({ Outcome: "public-blocked" });
    const some = { ...all(true), BlockPublicPolicy: false };
    await authority.putPublicAccessBlock({ ...named, PublicAccessBlock: some });
    expect((await facts("demo"))?.PublicAccessBlock).toEqual(some);
    expect(await put()).toEqual({ Outcome: "stored" });
    await authority.putPublicAccessBlock(named);
    expect((await facts("demo"))?.PublicAccessBlock).toBeUndefined();
    const names = ["DeleteBucketPublicAccessBlock", "PutBucketPolicy", "PutBucketPublicAccessBlock", "CreateBucket"];
    expect(await current().trail()).toEqual(names.map((name) => `${name} arn:aws:s3:::demo`));
  });

  test("what changed a bucket is in the trail, what did not is not", async () => {
    const Caller = callerOf(current().accountId);
    await create("demo");
    await create("demo");
    await current().authority.putBucketPolicy({ Name: "demo", Policy: "{}", Caller });
    await current().authority.deleteBucketPolicy({ Name: "demo", Caller });
    await step("demo", "mark");
    await step("demo", "keep");
    await step("demo", "mark");
    await step("demo", "remove");
    await step("demo", "remove");
    await current().authority.putBucketPolicy({ Name: "demo", Policy: "{}", Caller });
    const names = ["DeleteBucket", "DeleteBucketPolicy", "PutBucketPolicy", "CreateBucket"];
    expect(await current().trail()).toEqual(names.map((name) => `${name} arn:aws:s3:::demo`));
  });
}

function describeFaults(current: () => Subject): void {
  test("the list of faults is as it was acknowledged, and the same object until it moves", async () => {
    const { authority, putFault, removeFault, addUser } = current();
    expect(authority.faults()).toEqual([]);
    const id = await putFault();
    const faults = authority.faults();
    expect(faults).toMatchObject([{ Id: id, Name: "imds.unreachable", Target: "all", Probability: "1" }]);
    await addUser("alice");
    expect(authority.faults()).toBe(faults);
    await removeFault(id);
    expect(authority.faults()).toEqual([]);
  });
}

function describeRecords(current: Current): void {
  test("recorded events are kept as they were, in their order", async () => {
    const { authority } = current();
    const first: EventRecord = {
      Time: 1_800_000_000_123,
      Kind: "metadata",
      Instance: "i-1",
      Path: "/latest",
      Status: 200,
    };
    const second: EventRecord = { Time: 1_800_000_000_122, Kind: "refusal", Service: "s3", Code: "AccessDenied" };
    expect(await authority.record({ Events: [first, second] })).toEqual({});
    expect(await authority.record({ Events: [] })).toEqual({});
    const events = (await current().events()).filter(({ Kind }) => Kind !== "issue");
    expect(events).toMatchObject([first, second]);
  });

  test("what explains a refusal arrives, and stands in no event; what was dropped is told where it was", async () => {
    const subject = current();
    const Refusal = JSON.stringify({ text: "ä\n".repeat(2000) });
    const refused: EventRecord = { Time: 1_800_000_000_000, Kind: "refusal", RequestId: "r1", Message: "no", Refusal };
    await subject.authority.record({ Events: [refused], Dropped: 7 });
    expect(subject.refusal("r1")).toBe(Refusal);
    expect(subject.refusal("r2")).toBeUndefined();
    const events = await subject.events();
    expect(events).toMatchObject([
      { Kind: "warning", Code: "EventsDropped", Message: expect.stringContaining("7 events") },
      { Kind: "refusal", RequestId: "r1", Message: "no" },
    ]);
    expect(JSON.stringify(events)).not.toContain("ä");
  });
}

function describeWatching(current: Current): void {
  test("a watcher has been told what moved when the change is acknowledged, and nothing once it stopped", async () => {
    const subject = current();
    const id = await subject.launch();
    const told: Moved[] = [];
    const stop = subject.authority.watch((moved) => told.push(moved));
    const during = async (change: () => Promise<unknown>) => {
      told.length = 0;
      await change();
      return told.map(({ revision: _, ...moved }) => moved);
    };
    const still = { identities: false, clock: false, faults: false, instances: [], buckets: [] };
    expect(await during(() => subject.rotate(id))).toEqual([{ ...still, instances: [id] }]);
    expect(await during(() => subject.putUserPolicy("none", "{}"))).toEqual([{ ...still, identities: true }]);
    const made = { Name: "demo", Caller: callerOf(subject.accountId) };
    expect(await during(() => subject.authority.createBucket(made))).toEqual([{ ...still, buckets: ["demo"] }]);
    expect(await during(() => subject.authority.createBucket(made))).toEqual([]);
    expect(await during(() => subject.expire("ASIAEXAMPLE"))).toEqual([{ ...still, identities: true }]);
    const moved = await during(() => subject.moveClock(1000));
    expect(moved.some(({ clock }) => clock)).toBe(true);
    stop();
    expect(await during(() => subject.rotate(id))).toEqual([]);
  });

  test("revisions only grow", async () => {
    const subject = current();
    const revisions: number[] = [];
    subject.authority.watch(({ revision }) => revisions.push(revision));
    for (const name of ["a", "b", "c"]) await subject.addUser(name);
    expect(revisions.length).toBeGreaterThanOrEqual(3);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  });

  test("the clock is the world's", async () => {
    const { authority, moveClock } = current();
    const before = authority.clock();
    expect(before.strict).toBe(false);
    await moveClock(5 * HOUR);
    const passed = authority.clock().now - before.now;
    expect(passed).toBeGreaterThanOrEqual(5 * HOUR);
    expect(passed).toBeLessThan(5 * HOUR + 60_000);
  });
}

function describeReadYourWrites(current: Current): void {
  let cache: AuthorityCache<Identity>;
  beforeEach(() => {
    cache = cacheOver(current().authority, (identity) => identity);
  });
  afterEach(() => cache.stop());

  const generation = async (id: string) => (await cache.instance(id))?.Credentials[0]?.Generation;
  const verdict = async (key: Key) => (await cache.identity(scoped(current(), key))).identity.Verdict;
  const policy = async (name: string) => (await cache.bucket(name))?.Policy;

  test("after a change of an instance is acknowledged, no older view is given", async () => {
    const subject = current();
    expect(await cache.instance("i-0123456789abcdef0")).toBeUndefined();
    const id = await subject.launch();
    for (let next = 1; next < 20; next++) {
      expect(await generation(id)).toBe(next);
      await subject.rotate(id);
    }
    await subject.setEndpoint(id, "disabled");
    expect((await cache.instance(id))?.Endpoint).toBe("disabled");
    await subject.removeRole(id);
    expect((await cache.instance(id))?.Profile?.Message).toContain("does not contain a role");
    await subject.disassociate(id);
    expect((await cache.instance(id))?.Profile).toBeUndefined();
    await subject.terminate(id);
    expect(await cache.instance(id)).toBeUndefined();
  });

  test("a view that ends by itself is not given longer, and is there again when the clock goes back", async () => {
    const subject = current();
    const id = await subject.launch();
    await subject.removeRole(id);
    const left = (await cache.instance(id))!.ValidUntil! - subject.authority.clock().now;
    expect(await generation(id)).toBe(1);
    await subject.moveClock(left + 1000);
    expect(await generation(id)).toBeUndefined();
    await subject.moveClock(-left - 2000);
    expect(await generation(id)).toBe(1);
  });

  test("after a change of who may do what is acknowledged, no older identity is given", async () => {
    const subject = current();
    const user = await subject.addUser("ci");
    const policies = async () => (await cache.identity(scoped(subject, user))).identity.IdentityPolicies?.length;
    expect(await policies()).toBe(0);
    await subject.putUserPolicy("ci", "{}");
    expect(await policies()).toBe(1);
    await subject.setStatus(user.accessKeyId, "Inactive");
    expect(await verdict(user)).toBe("inactive-key");
    await subject.setStatus(user.accessKeyId, "Active");
    expect(await verdict(user)).toBe("ok");
  });

  test("after a session ended, by hand, by the clock or with its role, it is not vouched for", async () => {
    const subject = current();
    const id = await subject.launch();
    const first = keyOf(await cache.instance(id));
    await subject.rotate(id);
    const second = keyOf(await cache.instance(id));
    expect([await verdict(first), await verdict(second)]).toEqual(["ok", "ok"]);
    await subject.expire(first.accessKeyId);
    expect([await verdict(first), await verdict(second)]).toEqual(["token-expired", "ok"]);
    await subject.moveClock(8 * HOUR);
    expect(await verdict(second)).toBe("token-expired");
    await subject.moveClock(-8 * HOUR);
    expect(await verdict(second)).toBe("ok");
    await subject.deleteRole();
    expect(await verdict(second)).toBe("unknown-key");
  });

  test("after a change of a bucket is acknowledged, no older facts are given", async () => {
    const { authority, accountId } = current();
    const named = { Name: "demo", Caller: callerOf(accountId) };
    expect(await cache.bucket("demo")).toBeUndefined();
    await authority.createBucket(named);
    expect((await cache.bucket("demo"))?.AccountId).toBe(accountId);
    await authority.putBucketPolicy({ ...named, Policy: "one" });
    expect(await policy("demo")).toBe("one");
    await authority.deleteBucketPolicy(named);
    expect(await policy("demo")).toBeUndefined();
    await authority.deleteBucket({ ...named, Step: "mark" });
    expect(await cache.bucket("demo")).toBeUndefined();
    await authority.deleteBucket({ ...named, Step: "keep" });
    expect(await cache.bucket("demo")).toBeDefined();
    await authority.deleteBucket({ ...named, Step: "mark" });
    await authority.deleteBucket({ ...named, Step: "remove" });
    expect(await cache.bucket("demo")).toBeUndefined();
  });
}
