// Faults of what is issued, shown and believed, over the control API: what clients of the metadata service, of S3 and of
// the AWS APIs meet, with AWS's own words, and that it is over at the end.
import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { GetRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterEach, beforeAll, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, type Keys, keysOf, metadata, ROLES } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const CONFIG = `version: 1
rotation: { lifetime: 6h, renewEvery: 1h }
buckets: { demo: {} }
roles:
  app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess, arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess] }
  mail: {}
instances:
  web: { role: app }
  mail: { role: mail }
`;

let running: Running;
let imds: string;
let mail: string;

beforeAll(async () => {
  running = await start({ config: CONFIG });
  imds = running.ready().instances["web"]!.imds;
  mail = running.ready().instances["mail"]!.imds;
});

afterEach(() => running.control("DeleteFault", { All: true }));

async function put(Name: string, Parameters: object = {}, more: object = {}): Promise<string> {
  const { Fault } = await running.control("PutFault", { Name, Target: "web", Parameters, ...more });
  return Fault.Id;
}

const heal = (Id: string) => running.control("DeleteFault", { Id });
const statusOf = async (path: string) => (await metadata(imds, path)).status;
const list = (keys: Keys) => clients(running.ready(), keys).s3.send(new ListObjectsV2Command({ Bucket: "demo" }));
const identity = (keys: Keys) => clients(running.ready(), keys).sts.send(new GetCallerIdentityCommand({}));
const describe = (keys: Keys) => clients(running.ready(), keys).ec2.send(new DescribeInstancesCommand({}));

async function refusals(keys: Keys) {
  const { name: s3, status: s3Status } = await refusal(list(keys));
  const { name: sts, status: stsStatus } = await refusal(identity(keys));
  const { name: ec2, status: ec2Status } = await refusal(describe(keys));
  return { s3: [s3, s3Status], sts: [sts, stsStatus], ec2: [ec2, ec2Status] };
}

const EXPIRED = { s3: ["ExpiredToken", 400], sts: ["ExpiredToken", 403], ec2: ["RequestExpired", 400] };
const UNKNOWN = { s3: ["InvalidAccessKeyId", 403], sts: ["InvalidClientTokenId", 403], ec2: ["AuthFailure", 401] };

async function messages(id: string): Promise<(string | undefined)[]> {
  const { Events } = await running.control("ListEvents", { Limit: 1000 });
  return Events.filter(({ Resource }: any) => Resource === id).map(({ Code, Message }: any) => [Code, Message]);
}

test("imds.no-role: 404 as without a profile, and no iam/ in the list", async () => {
  const id = await put("imds.no-role");
  for (const path of [ROLES, `${ROLES}app`, "/latest/meta-data/iam/info", "/latest/meta-data/iam/"]) {
    expect([path, await statusOf(path)]).toEqual([path, 404]);
  }
  expect((await metadata(imds, "/latest/meta-data/")).text.split("\n")).not.toContain("iam/");
  expect(await statusOf("/latest/meta-data/instance-id")).toBe(200);
  await heal(id);
  expect((await metadata(imds, ROLES)).text).toBe("app");
  expect((await metadata(imds, "/latest/meta-data/")).text.split("\n")).toContain("iam/");
});

test("imds.assume-failed: 200, a code, and no keys", async () => {
  await put("imds.assume-failed");
  const document = await documentOf(imds);
  expect(Object.keys(document)).toEqual(["Code", "Message", "LastUpdated"]);
  expect(document.Code).toBe("AssumeRoleUnauthorizedAccess");
});

test("imds.expired-creds: the keys are good all the same, or are not", async () => {
  const keys = await keysOf(imds);
  const kind = await put("imds.expired-creds", { Ago: "5m" });
  const document = await documentOf(imds);
  expect(Date.parse(document.Expiration)).toBeLessThanOrEqual(Date.now() - 5 * MINUTE + 1000);
  expect(Date.parse(document.LastUpdated)).toBeLessThan(Date.parse(document.Expiration));
  expect(document.AccessKeyId).toBe(keys.accessKeyId);
  await list(keys);
  await heal(kind);
  const strict = await put("imds.expired-creds", { Accepted: false });
  expect(await refusals(keys)).toEqual(EXPIRED);
  await heal(strict);
  await list(keys);
});

test("imds.stale-serve: rotations are not shown", async () => {
  const before = await metadata(imds, `${ROLES}app`);
  const id = await put("imds.stale-serve");
  await running.control("RotateCredentials", { Instance: "web" });
  expect(await metadata(imds, `${ROLES}app`)).toEqual(before);
  await heal(id);
  expect(await metadata(imds, `${ROLES}app`)).not.toEqual(before);
});

test("imds.short-ttl: real and stated", async () => {
  const id = await put("imds.short-ttl", { Lifetime: "2m" });
  const { Expiration, LastUpdated } = await documentOf(imds);
  expect(Date.parse(Expiration) - Date.parse(LastUpdated)).toBe(2 * MINUTE);
  const { Instances } = await running.control("ListInstances");
  expect(Instances.find(({ Name }: any) => Name === "web").Rotation).toEqual({ Lifetime: "2m", RenewEvery: "1m" });
  await list(await keysOf(imds));
  await heal(id);
  const own = await documentOf(imds);
  expect(Date.parse(own.Expiration) - Date.parse(own.LastUpdated)).toBe(6 * HOUR);
});

test("imds.lying-expiry: the enforced one is another", async () => {
  const { Expiration } = await documentOf(imds);
  await put("imds.lying-expiry", { By: "-5h" });
  expect(Date.parse((await documentOf(imds)).Expiration)).toBe(Date.parse(Expiration) - 5 * HOUR);
});

test("imds.wrong-role: another instance's, also after that one's rotation", async () => {
  await put("imds.wrong-role", { From: "mail" });
  expect((await metadata(imds, ROLES)).text).toBe("mail");
  expect((await identity(await keysOf(imds))).Arn).toContain(":assumed-role/mail/");
  await running.control("RotateCredentials", { Instance: "mail" });
  expect(await keysOf(imds)).toEqual(await keysOf(mail));
});

test("creds.unknown-key and creds.bad-token: as each service words it", async () => {
  const keys = await keysOf(imds);
  const unknown = await put("creds.unknown-key");
  expect(await refusals(keys)).toEqual(UNKNOWN);
  await heal(unknown);
  await put("creds.bad-token", { Services: "s3" });
  expect(await refusal(list(keys))).toMatchObject({ name: "InvalidToken", status: 400 });
  await identity(keys);
});

test("creds.propagation-delay: a key is unknown until it is so old", async () => {
  await put("creds.propagation-delay", { Delay: "30s", Services: "s3" });
  await running.control("RotateCredentials", { Instance: "web" });
  const keys = await keysOf(imds);
  expect((await refusal(list(keys))).name).toBe("InvalidAccessKeyId");
  await identity(keys);
  await running.control("AdvanceClock", { By: "30s" });
  await list(keys);
});

test("creds.rotate-early and creds.expire-now: the keys in hand end", async () => {
  const first = await keysOf(imds);
  await put("creds.rotate-early");
  expect(await refusals(first)).toEqual(EXPIRED);
  const second = await keysOf(imds);
  await list(second);
  await put("creds.expire-now");
  expect(await refusals(second)).toEqual(EXPIRED);
  expect(await keysOf(imds)).toEqual(second);
  await running.control("RotateCredentials", { Instance: "web" });
  await list(await keysOf(imds));
});

test("creds.no-overlap-herd: the same second for all, and how many came at once", async () => {
  const id = await put("creds.no-overlap-herd", { Lifetime: "10m" }, { Target: "all" });
  const [one, other] = [await documentOf(imds), await documentOf(mail)];
  expect(one.Expiration).toBe(other.Expiration);
  await running.control("ListEvents");
  await heal(id);
  expect((await messages(id)).at(-1)).toEqual([
    "ended",
    expect.stringMatching(/^at most [1-6] metadata requests in one second, at 20\d\d-/),
  ]);
});

test("role.swap and role.detach: shown before the answer, back at the end, in the trail", async () => {
  const held = await keysOf(imds);
  const swap = await put("role.swap", { Role: "mail" });
  expect((await metadata(imds, ROLES)).text).toBe("mail");
  expect(await statusOf(`${ROLES}app`)).toBe(404);
  await list(held);
  await heal(swap);
  const detach = await put("role.detach");
  expect(await statusOf(ROLES)).toBe(404);
  await heal(detach);
  expect((await metadata(imds, ROLES)).text).toBe("app");
  await list(await keysOf(imds));
});

test("role.policy-change: the services believe it later", async () => {
  const { iam } = clients(running.ready());
  await put("role.policy-change", { Delay: "1m" });
  const keys = await keysOf(imds);
  await list(keys);
  const Statement = [{ Effect: "Deny", Action: "s3:*", Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName: "app", PolicyName: "stop", PolicyDocument }));
  await list(keys);
  await running.control("AdvanceClock", { By: "1m" });
  expect(await refusal(list(keys))).toMatchObject({ name: "AccessDenied", status: 403 });
  const Allowed = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...Statement[0], Effect: "Allow" }] });
  await iam.send(new PutRolePolicyCommand({ RoleName: "app", PolicyName: "stop", PolicyDocument: Allowed }));
  expect((await refusal(list(keys))).name).toBe("AccessDenied");
  await running.control("DeleteFault", { All: true });
  await list(keys);
});

test("role.revoke-sessions: AccessDenied, and new credentials are not concerned", async () => {
  const held = await keysOf(imds);
  await running.control("AdvanceClock", { By: "2s" });
  const id = await put("role.revoke-sessions", {}, { Target: "role:app" });
  expect((await refusal(list(held))).name).toBe("AccessDenied");
  await running.control("AdvanceClock", { By: "2s" });
  await running.control("RotateCredentials", { Instance: "web" });
  await list(await keysOf(imds));
  await heal(id);
  await list(held);
});

test("role.recreate: the old sessions are refused, the next generation is good", async () => {
  const { iam } = clients(running.ready());
  const idOf = async () => (await iam.send(new GetRoleCommand({ RoleName: "app" }))).Role!.RoleId;
  const [held, before] = [await keysOf(imds), await idOf()];
  await put("role.recreate");
  expect(await idOf()).not.toBe(before);
  expect(await refusals(held)).toEqual(UNKNOWN);
  expect(await keysOf(imds)).toEqual(held);
  await running.control("RotateCredentials", { Instance: "web" });
  await list(await keysOf(imds));
});

test("clock.skew-server: signatures go by the shifted clock, whose Date a client can correct itself by", async () => {
  const keys = await keysOf(imds);
  const shown = await documentOf(imds);
  const id = await put("clock.skew-server", { Offset: "20m" }, { Target: "all" });
  const late = await refusal(clients(running.ready(), keys).s3.send(new ListBucketsCommand({})));
  expect([late.name, late.status]).toEqual(["RequestTimeTooSkewed", 403]);
  const sts = await refusal(identity(keys));
  expect(sts.name).toBe("SignatureDoesNotMatch");
  expect(sts.message).toMatch(/^Signature expired: \d{8}T\d{6}Z is now earlier than /);
  const response = await fetch(`${imds}/latest/meta-data/`);
  expect(Math.abs(Date.parse(response.headers.get("date")!) - Date.now() - 20 * MINUTE)).toBeLessThan(5 * MINUTE);
  await clients(running.ready(), keys, { systemClockOffset: 20 * MINUTE }).s3.send(
    new ListObjectsV2Command({ Bucket: "demo" }),
  );
  const during = await documentOf(imds);
  expect(during.AccessKeyId).toBe(shown.AccessKeyId);
  expect(Date.parse(during.Expiration) - Date.parse(shown.Expiration)).toBe(20 * MINUTE);
  await heal(id);
  expect(await documentOf(imds)).toEqual(shown);
  await list(keys);
});

test("a client of the SDK gets over the shift by itself", async () => {
  const keys = await keysOf(imds);
  await put("clock.skew-server", { Offset: "-3h" }, { Target: "all" });
  const { s3 } = clients(running.ready(), keys, { maxAttempts: 2 });
  await s3.send(new ListObjectsV2Command({ Bucket: "demo" }));
});

test.each([
  ["imds.wrong-role", {}, 400, "From must be the name or id of another running instance"],
  ["imds.wrong-role", { From: "web" }, 409, "web shows its own role already"],
  ["role.swap", { Role: "nobody" }, 409, "there is no role nobody"],
  ["imds.short-ttl", { Lifetime: "1s" }, 400, "Lifetime must be a duration"],
  ["imds.short-ttl", { Lifetime: "365d" }, 400, "Lifetime must be a duration like 90s from 2s to 12h"],
  ["creds.no-overlap-herd", { Lifetime: "13h" }, 400, "Lifetime must be a duration like 90s from 1s to 12h"],
  ["clock.skew-server", {}, 409, "the clock is everybody's: the Target is all"],
  ["role.revoke-sessions", { Before: "yesterday" }, 400, "Before must be now, or a time like"],
])("refused: %s %j", async (Name, Parameters, status, message) => {
  const answer = await running.ask("PutFault", { Name, Target: "web", Parameters });
  expect([answer.status, answer.body.message]).toEqual([status, expect.stringContaining(message)]);
  expect((await running.control("ListFaults")).Faults).toEqual([]);
});

test("faults go on after a crash, whatever the config says of the role, and heal", async () => {
  const first = await start({ config: CONFIG, state: ".rolemint" });
  await first.control("PutFault", { Name: "role.detach", Target: "web", For: "1h" });
  const Parameters = { Offset: "1h" };
  await first.control("PutFault", { Name: "clock.skew-server", Target: "all", Parameters, For: "30m" });
  await first.stop("SIGKILL");
  const second = await start({ config: CONFIG, state: ".rolemint", cwd: first.cwd });
  const { imds: web } = second.ready().instances["web"]!;
  const worldTime = async () => Date.parse((await second.control("DescribeWorld")).Time);
  expect((await metadata(web, ROLES)).status).toBe(404);
  expect((await worldTime()) - Date.now()).toBeGreaterThan(50 * MINUTE);
  await second.control("AdvanceClock", { By: "30m" });
  expect((await worldTime()) - Date.now()).toBeLessThan(31 * MINUTE);
  expect((await metadata(web, ROLES)).status).toBe(404);
  await second.control("AdvanceClock", { By: "30m" });
  expect((await metadata(web, ROLES)).text).toBe("app");
  expect((await second.control("ListFaults")).Faults).toEqual([]);
});

test("Reset drops them: the config's clock, roles and schedules are back", async () => {
  const fresh = await start({ config: CONFIG });
  const { imds: web } = fresh.ready().instances["web"]!;
  await fresh.control("PutFault", { Name: "role.detach", Target: "web" });
  await fresh.control("PutFault", { Name: "imds.short-ttl", Target: "all" });
  await fresh.control("PutFault", { Name: "clock.skew-server", Target: "all", Parameters: { Offset: "6h" } });
  await fresh.control("Reset");
  expect((await fresh.control("ListFaults")).Faults).toEqual([]);
  const { Expiration, LastUpdated } = await documentOf(web);
  expect(Date.parse(Expiration) - Date.parse(LastUpdated)).toBe(6 * HOUR);
  expect(Math.abs(Date.parse(LastUpdated) - Date.now())).toBeLessThan(5 * MINUTE);
  await clients(fresh.ready(), await keysOf(web)).s3.send(new ListObjectsV2Command({ Bucket: "demo" }));
});
