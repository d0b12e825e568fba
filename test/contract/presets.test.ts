// Presets over the control API, as an unmodified client meets them.
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, keysOf, metadata, metadataToken, ROLES } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";

const CONFIG = `version: 1
roles:
  app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess] }
  other: {}
instances: { web: { role: app } }
buckets: { demo: {} }
`;

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
});
beforeEach(() => running.control("Reset"));

const web = () => running.ready().instances["web"]!.imds;
const play = (Name: string, more: object = {}) => running.control("PutPreset", { Name, Target: "web", ...more });
const fresh = async () => clients(running.ready(), await keysOf(web()));
const list = new ListObjectsV2Command({ Bucket: "demo" });
const minutes = (By: string) => running.control("AdvanceClock", { By });

test("six-hours-later: what a program holds has expired, what it fetches is good", async () => {
  const { s3 } = await fresh();
  expect((await play("six-hours-later")).Faults).toEqual([]);
  expect(await refusal(s3.send(list))).toMatchObject({ name: "ExpiredToken" });
  expect((await (await fresh()).s3.send(list)).KeyCount).toBe(0);
});

test("imds-outage-30m: metadata is away, credentials are good, and all heals", async () => {
  const { s3 } = await fresh();
  await play("imds-outage-30m");
  await expect(metadataToken(web())).rejects.toThrow();
  expect((await s3.send(list)).KeyCount).toBe(0);
  await minutes("30m");
  expect(await metadataToken(web())).toHaveLength(56);
});

test("role-swapped: the role list names the other role, the old name is gone, its keys are good", async () => {
  const { s3 } = await fresh();
  await play("role-swapped", { Parameters: { Role: "other" } });
  expect((await metadata(web(), ROLES)).text).toBe("other");
  expect((await metadata(web(), `${ROLES}app`)).status).toBe(404);
  expect((await s3.send(list)).KeyCount).toBe(0);
});

test("presign-7d: URLs from before are dead, those signed now are good", async () => {
  const FILE = { Bucket: "demo", Key: "file" };
  const { s3 } = await fresh();
  await s3.send(new PutObjectCommand({ ...FILE, Body: "x" }));
  const presign = async (by = s3) => getSignedUrl(by, new GetObjectCommand(FILE), { expiresIn: 604_800 });
  const url = await presign();
  await play("presign-7d");
  expect((await fetch(url)).status).toBe(400);
  // Signed by the host's clock: for the world, six hours ago, and good by the other.
  const now = new Date((await running.control("DescribeWorld")).Time);
  const late = await getSignedUrl((await fresh()).s3, new GetObjectCommand(FILE), {
    expiresIn: 604_800,
    signingDate: now,
  });
  expect((await fetch(late)).status).toBe(200);
});

test("kiam-15m: sessions of 15 minutes", async () => {
  await play("kiam-15m");
  const { LastUpdated, Expiration } = await documentOf(web());
  expect(Date.parse(Expiration) - Date.parse(LastUpdated)).toBe(900_000);
});

test("smithy-2117: expired credentials that services take, then 500", async () => {
  await play("smithy-2117");
  const { Expiration } = await documentOf(web());
  const { Time } = await running.control("DescribeWorld");
  expect(Date.parse(Expiration)).toBeLessThan(Date.parse(Time));
  expect((await (await fresh()).s3.send(list)).KeyCount).toBe(0);
  await minutes("30m");
  expect((await metadata(web(), `${ROLES}app`)).status).toBe(500);
  await minutes("30m");
  expect(Date.parse((await documentOf(web())).Expiration)).toBeGreaterThan(Date.parse(Time));
});

test("revoked-after-leak: AccessDenied for what was issued before", async () => {
  const { s3 } = await fresh();
  await minutes("2s");
  await play("revoked-after-leak");
  expect(await refusal(s3.send(list))).toMatchObject({ name: "AccessDenied", status: 403 });
  await minutes("2s");
  await running.control("RotateCredentials", { Instance: "web" });
  expect((await (await fresh()).s3.send(list)).KeyCount).toBe(0);
});

test("boot-before-role: no role for two minutes", async () => {
  await play("boot-before-role");
  expect((await metadata(web(), ROLES)).status).toBe(404);
  await minutes("2m");
  expect((await metadata(web(), ROLES)).text).toBe("app");
});

test("herd-200: the same second for all, and no successor before", async () => {
  await running.control("PutPreset", { Name: "herd-200", Target: "all" });
  const { Expiration, LastUpdated } = await documentOf(web());
  const life = Date.parse(Expiration) - Date.parse(LastUpdated);
  await minutes(`${life / 1000 - 2}s`);
  expect((await documentOf(web())).Expiration).toBe(Expiration);
});

test("a config's faults are put at the first start, not at the second, and after a Reset", async () => {
  const config = `${CONFIG}faults:\n  - { name: s3.slow-down, times: 1 }\n  - { preset: boot-before-role }\n`;
  const place = { cwd: running.cwd, state: "kept", config };
  const first = await start(place);
  const shown = async (one: Running) => (await one.control("ListFaults")).Faults.map(({ Name, Id }: any) => [Name, Id]);
  const both = [
    ["s3.slow-down", "f-1"],
    ["imds.no-role", "f-2"],
  ];
  expect(await shown(first)).toEqual(both);
  await first.control("DeleteFault", { Id: "f-2" });
  await first.stop();
  const second = await start(place);
  expect(await shown(second)).toEqual(both.slice(0, 1));
  await second.control("Reset");
  expect((await shown(second)).map(([name]: string[]) => name)).toEqual(both.map(([name]) => name));
});
