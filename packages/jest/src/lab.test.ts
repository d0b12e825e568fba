// The kit in Jest: worlds in a thread of this process, an instance for each test, and matchers whose failures tell
// what happened.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromInstanceMetadata } from "@aws-sdk/credential-providers";
import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import { assertRefreshed, type Lab, type LabOptions, startRolemint } from "./index.ts";
import "./jest-globals.ts";
import { fetchKeys, whoAmI } from "./lab.fixture.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await startRolemint({ roles: { app: { path: "/team/" }, other: {} } });
});
afterAll(() => lab.close());
afterEach(() => {
  jest.useRealTimers();
});

const ROLE = "arn:aws:iam::111122223333:role/team/app";

test("an application that refreshes passes every matcher", async () => {
  const app = await lab.instance({ role: "app" });
  expect(app.roleArn).toBe(ROLE);
  expect(await whoAmI(app, await fetchKeys(app))).toMatch(/:assumed-role\/app\/i-0[0-9a-f]{16}$/);
  const { generation } = await app.rotate();
  await whoAmI(app, await fetchKeys(app));
  await expect(app).toHaveRefreshed({ within: "1m" });
  await expect(app).toHaveNoExpiredCalls();
  await expect(app).toHaveNoRefusals();
  await expect(app).toHaveUsedGeneration(generation);
  await expect(app).toHaveCalledMetadata({ min: 6, max: 6 });
  await expect(app).toBeAssumedRole(ROLE);
  await expect(app).not.toBeAssumedRole("arn:aws:iam::111122223333:role/other");
});

test("one that does not is told by its timeline, and recovers when it looks again", async () => {
  const app = await lab.instance({ role: "app", name: "forgetful" });
  const keys = await fetchKeys(app);
  await whoAmI(app, keys);
  await app.rotate();
  expect(await app.expire()).toHaveLength(2);
  await whoAmI(app, keys).catch(() => {});
  const failure = await expect(app)
    .toHaveNoExpiredCalls()
    .catch((error: Error) => error.message);
  expect(failure).toMatch(
    /^forgetful made 2 calls, and 1 was refused as expired \(ExpiredToken\)\n\ntimeline of forgetful/,
  );
  expect(failure).toMatch(/ > .*refusal +sts GetCallerIdentity +403 ExpiredToken +generation 1 /);
  await app.rotate();
  await whoAmI(app, await fetchKeys(app));
  await expect(app).toRecoverWithin("1m");
});

test.each<[string, (app: Awaited<ReturnType<Lab["instance"]>>) => Promise<void>]>([
  ["toHaveNoExpiredCalls", (app) => expect(app).toHaveNoExpiredCalls()],
  ["not.toHaveNoExpiredCalls", (app) => expect(app).not.toHaveNoExpiredCalls()],
  ["not.toHaveRefreshed", (app) => expect(app).not.toHaveRefreshed({ within: "5m" })],
  ["not.toHaveCalledMetadata", (app) => expect(app).not.toHaveCalledMetadata({ max: 3 })],
  ["not.toBeAssumedRole", (app) => expect(app).not.toBeAssumedRole(ROLE)],
  ["toRecoverWithin", (app) => expect(app).toRecoverWithin("1m")],
])("where nothing happened nothing holds, nor its contrary: %s", async (_, check) => {
  const app = await lab.instance({ role: "app" });
  await expect(check(app)).rejects.toThrow(/timeline of app-\d+, from/);
});

test("fake timers do not hold it up, nor does a busy test", async () => {
  jest.useFakeTimers();
  const app = await lab.instance({ role: "app" });
  await fetchKeys(app);
  expect((await lab.clock()).rate).toBe(1);
  // The thread of the test stands still.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  await expect(app).toHaveCalledMetadata({ max: 3 });
});

test("the environment is for child processes, and for this one while it is entered", async () => {
  const app = await lab.instance({ role: "app" });
  const before = { ...process.env };
  const script = "process.stdout.write(JSON.stringify(process.env))";
  const child = spawnSync(process.execPath, ["-e", script], { env: { ...app.env }, encoding: "utf8" });
  const { AWS_EC2_METADATA_DISABLED: isDisabled, ...theirs } = JSON.parse(child.stdout);
  expect(isDisabled).toBeUndefined();
  expect(theirs).toMatchObject({
    AWS_EC2_METADATA_SERVICE_ENDPOINT: app.metadataEndpoint,
    AWS_ENDPOINT_URL: app.endpoint,
    AWS_REGION: "us-east-1",
    PATH: process.env["PATH"],
  });
  {
    using _ = app.enter();
    const { accessKeyId } = await fromInstanceMetadata()();
    expect(accessKeyId).toBe((await app.credentials()).accessKeyId);
  }
  expect({ ...process.env }).toEqual(before);
  await expect(app).toHaveCalledMetadata({ min: 3, max: 3 });
});

test.each([[[0, 1]], [[1, 0]]])("of two that are entered the later holds, and none after both: %j", async (order) => {
  const apps = [await lab.instance({ role: "app" }), await lab.instance({ role: "app" })];
  const before = { ...process.env };
  const entered = apps.map((app) => app.enter());
  const [first, second] = order as [number, number];
  entered[first]!.leave();
  const { AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_ENDPOINT_URL } = process.env;
  expect([AWS_EC2_METADATA_SERVICE_ENDPOINT, AWS_ENDPOINT_URL]).toEqual([apps[second]!.metadataEndpoint, lab.endpoint]);
  entered[second]!.leave();
  entered[first]!.leave();
  expect({ ...process.env }).toEqual(before);
});

test("what is asked of a lab while it closes is told that it is closed", async () => {
  const closing = await startRolemint({ roles: { app: {} } });
  const asked = Promise.allSettled([closing.clock("+6h"), closing.trace()]);
  await closing.close();
  for (const one of await asked) {
    if (one.status === "rejected") expect(one.reason).toMatchObject({ message: expect.stringContaining("is closed") });
  }
});

test("a role of its own, by policies", async () => {
  const Statement = [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }];
  const policies = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", { Version: "2012-10-17", Statement }];
  const app = await lab.instance({ name: "reader", policies, metadata: { tokens: "optional" } });
  expect(app.roleArn).toBe("arn:aws:iam::111122223333:role/reader");
  const { Instances } = (await lab.control("ListInstances")) as { Instances: Record<string, unknown>[] };
  expect(Instances.find(({ Name }) => Name === "reader")).toMatchObject({
    Role: "reader",
    MetadataOptions: { HttpTokens: "optional" },
  });
});

test("a fault hits the instance that it is for, until it is removed", async () => {
  const [app, other] = [await lab.instance({ role: "app" }), await lab.instance({ role: "app" })];
  const fault = await app.fault("imds.unreachable", { for: "30m" });
  await expect(fetchKeys(app)).rejects.toThrow();
  await whoAmI(other, await fetchKeys(other));
  await fault.remove();
  await whoAmI(app, await fetchKeys(app));
  await expect(app).toRecoverWithin("5m");
  await expect(other).not.toHaveUsedGeneration(2);
  await expect(app.fault("imds.unreachabel")).rejects.toThrow(/imds\.unreachabel/);
  await expect(app.fault("imds.slow", { target: other.name })).rejects.toThrow(
    `this fault is for ${app.name}; lab.fault() takes a target`,
  );
});

test("a preset is an incident of faults, which are removed together", async () => {
  const app = await lab.instance({ role: "app" });
  const preset = await app.preset("imds-outage-30m");
  const listed = async () => ((await lab.control("ListFaults")) as { Faults: unknown[] }).Faults.length;
  expect(await listed()).toBeGreaterThan(0);
  await preset.remove();
  expect(await listed()).toBe(0);
  await preset.remove();
});

test("labs share a thread and nothing else; a closed one says so", async () => {
  const one = await startRolemint({ config: { clock: { start: "2026-11-23T05:30:00Z" } }, seed: 1 });
  const same = await startRolemint({ config: { clock: { start: "2026-11-23T05:30:00Z" } }, seed: 1 });
  expect(one.endpoint).not.toBe(same.endpoint);
  expect(one.operator).toEqual(same.operator);
  expect(await one.clock("+6h")).toEqual({ time: "2026-11-23T11:30:00Z", rate: 0 });
  expect(await same.clock({ rate: 2 })).toMatchObject({ rate: 2 });
  const credentials = async (each: Lab) => (await each.instance({ policies: [] })).credentials();
  expect((await credentials(one)).accessKeyId).toBe((await credentials(same)).accessKeyId);
  await one.reset();
  expect(await one.clock()).toEqual({ time: "2026-11-23T05:30:00Z", rate: 0 });
  await one.close();
  await expect(one.instance()).rejects.toThrow("this lab is closed; start another with startRolemint()");
  await same[Symbol.asyncDispose]();
});

test.each<[LabOptions, string]>([
  [{ roles: { app: { pat: "/" } } }, "startRolemint: roles.app.pat is not a key here; did you mean path?"],
  [{ rotation: "slow" as never }, "startRolemint: rotation"],
  [{ config: "nowhere.yaml" }, "nowhere.yaml"],
  [{ config: [] as never }, "config must be the path of a rolemint.yaml, or an object"],
  [{ config: (() => ({})) as never }, "config must be the path of a rolemint.yaml, or an object"],
  [{ config: Promise.resolve({}) as never }, "config must be the path of a rolemint.yaml, or an object"],
  [{ config: "nowhere.yaml", roles: {} }, "nowhere.yaml: the file does not exist"],
  [{ seed: -1 }, "seed must be a whole number from 0 on, not -1"],
  [{ role: { app: {} } } as never, "startRolemint() takes no role; did you mean roles?"],
  ["rolemint.yaml" as never, 'startRolemint() takes an object of options, not "rolemint.yaml"'],
  [null as never, "startRolemint() takes an object of options, not null"],
])("wrong options are refused: %j", async (options, message) => {
  await expect(startRolemint(options)).rejects.toThrow(message);
});

test.each([
  [{ role: "ap" }, "there is no role ap; there are"],
  [{ role: null }, "there is no role null; there are"],
  [{ role: "app", policies: [] }, "give an instance either a role or policies"],
  [{ rol: "app" }, "instance() takes no rol; did you mean role?"],
  [{ name: "reader" }, "an instance is called reader already"],
  ["app", 'instance() takes an object of options, not "app"'],
  [{ policies: { Statement: [{ Effect: "Allow" }] } }, "is not a policy that AWS takes: MalformedPolicyDocument"],
])("wrong instances are refused: %j", async (options, message) => {
  await expect(lab.instance(options as never)).rejects.toThrow(message);
});

test("an instance of the config is had by its name; what else is asked of it is not done silently", async () => {
  const config = { roles: { app: { path: "/team/" } }, instances: { web: { role: "app" }, plain: {} } };
  await using of = await startRolemint({ config });
  const web = await of.instance({ name: "web" });
  expect(web.roleArn).toBe(ROLE);
  expect(await whoAmI(web, await fetchKeys(web))).toContain(web.instanceId);
  expect((await of.instance({ name: "web" })).instanceId).toBe(web.instanceId);
  expect((await of.instance({ name: "plain" })).roleArn).toBeUndefined();
  await expect(of.instance({ name: "web", role: "app" })).rejects.toThrow("an instance is called web already");
  await of.instance({ name: "made", role: "app" });
  await expect(of.instance({ name: "made" })).rejects.toThrow("an instance is called made already");
});

test("a closed lab gives no environment, and one that is gone no credentials", async () => {
  const own = await startRolemint({ roles: { app: {} } });
  const gone = await own.instance({ role: "app" });
  await own.reset();
  await expect(gone.credentials()).rejects.toThrow(`no running instance is called ${gone.instanceId}`);
  const app = await own.instance({ role: "app" });
  await own.close();
  expect(() => app.env).toThrow("this lab is closed");
  expect(() => app.enter()).toThrow("this lab is closed");
});

test("to print an application does not print this process's environment", async () => {
  const app = await lab.instance({ role: "app" });
  expect(Object.keys(app)).not.toContain("env");
  expect(app.env["PATH"]).toBe(process.env["PATH"]);
});

test("what is not an instance is no application", async () => {
  await expect(async () => expect({}).toHaveNoRefusals()).rejects.toThrow("what lab.instance() gives");
  await expect(async () => expect(lab.instance()).toHaveNoRefusals()).rejects.toThrow("await lab.instance()");
});

test.each<[string, (app: any) => Promise<void>, string]>([
  ["assertRefreshed()", (app) => assertRefreshed(app, undefined as never), "within must be a duration"],
  ["assertRefreshed(5m)", (app) => assertRefreshed(app, "5m" as never), "within must be a duration"],
  ["toRecoverWithin()", (app) => expect(app).toRecoverWithin(undefined as never), "must be a duration"],
  ["toHaveCalledMetadata()", (app) => expect(app).toHaveCalledMetadata(undefined as never), "give max, min or both"],
])("a wrong expectation rejects with what it takes: %s", async (_, check, message) => {
  await expect(check(await lab.instance())).rejects.toThrow(message);
});

test("a file is read as rolemint up reads it, and roles may stand beside it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rolemint-"));
  try {
    const config = join(folder, "rolemint.yaml");
    writeFileSync(config, "version: 1\nregion: eu-west-1\nroles: { app: {} }\nbuckets: { demo: {} }\n");
    await using plain = await startRolemint({ config });
    expect(plain.region).toBe("eu-west-1");
    await plain.instance({ role: "app" });
    await using more = await startRolemint({ config, roles: { two: {} }, rotation: "tiny" });
    for (const role of ["app", "two"]) await more.instance({ role });
    writeFileSync(config, "version: 1\nrole: {}\n");
    await expect(startRolemint({ config })).rejects.toThrow(
      `${config}:2:1: role is not a key here; did you mean roles?`,
    );
    writeFileSync(config, "version: 1\nroles: { app: {}, app: {} }\n");
    await expect(startRolemint({ config, rotation: "tiny" })).rejects.toThrow(
      `${config}:2:19: roles.app is written twice`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
