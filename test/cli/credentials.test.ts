// rotate, rotation, expire and revoke: what an operator does to credentials, seen by who uses them.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { GetRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, keysOf } from "../support/metadata.ts";
import { directory, type Ended, type Running, rolemint, start } from "../support/rolemint.ts";

const CONFIG = `
version: 1
roles: { app: {}, other: {} }
instances: { web: { role: app }, job: { role: other }, bare: {} }
`;

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
});

const ask = (...args: string[]): Promise<Ended> => rolemint([...args, "--ready", running.readyFile]);
const imds = (name: string) => running.ready().instances[name]!.imds;

/** What --json gives. */
async function json(...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await ask(...args, "--json");
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  return JSON.parse(stdout);
}

async function identity(name: string): Promise<string> {
  return whoIs(await keysOf(imds(name)));
}

async function whoIs(keys: Awaited<ReturnType<typeof keysOf>>): Promise<string> {
  const { sts } = clients(running.ready(), keys);
  return sts.send(new GetCallerIdentityCommand({})).then(
    ({ Arn }) => Arn!,
    ({ name }) => name,
  );
}

test("rotate issues what the metadata shows then, and the old keys live on", async () => {
  const before = await keysOf(imds("web"));
  const rotated = await json("rotate", "web");
  const { AccessKeyId, Expiration } = await documentOf(imds("web"));
  expect(rotated).toEqual({
    version: 1,
    instance: "web",
    generation: 2,
    accessKeyId: AccessKeyId,
    expiration: Expiration,
  });
  expect(AccessKeyId).not.toBe(before.accessKeyId);
  expect(await whoIs(before)).toMatch(/assumed-role\/app\//);
  const text = await ask("rotate", running.ready().instances["web"]!.instanceId, "--quiet");
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^web: generation 3, ASIA[A-Z2-7]{16}, expires \d{4}-\S+Z\n$/);
});

test("rotate without a name takes the only instance", async () => {
  const one = await start({ config: "version: 1\nroles: { app: {} }\ninstances: { web: { role: app } }\n" });
  const { code, stdout } = await rolemint(["rotate", "--ready", one.readyFile]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^web: generation 2, /) });
});

test("rotation shows what is in force, and sets it for one instance or for all without their own", async () => {
  const ec2 = { Profile: "ec2", Lifetime: "6h", RenewEvery: "1h", Jitter: "36m" };
  const shown = await json("rotation");
  expect(shown).toMatchObject({ version: 1, rotation: ec2 });
  expect(shown.instances.map(({ Name, Rotation }: any) => [Name, Rotation])).toEqual([
    ["web", ec2],
    ["job", ec2],
    ["bare", ec2],
  ]);
  const fast = { Profile: "fast", Lifetime: "1h", RenewEvery: "10m" };
  expect(await json("rotation", "job", "--profile", "fast")).toEqual({ version: 1, instance: "job", rotation: fast });
  const own = ["--lifetime", "2h", "--renew-every", "30m", "--overlap", "45m", "--jitter", "5m"];
  const ours = { Lifetime: "2h", RenewEvery: "30m", Overlap: "45m", Jitter: "5m" };
  expect(await json("rotation", ...own)).toEqual({ version: 1, rotation: ours });
  expect((await json("rotation", "web")).instances).toMatchObject([{ Name: "web", Rotation: ours }]);
  expect((await json("rotation", "job")).instances).toMatchObject([{ Name: "job", Rotation: fast }]);
  const { stdout } = await ask("rotation");
  for (const row of [/web .* 2h .* 30m .* 45m .* 5m /, /job .* fast .* 1h .* 10m /, /\(all others\) .* 2h /]) {
    expect(stdout).toMatch(row);
  }
});

test("expire ends every live key of an instance, or one; the metadata goes on showing it", async () => {
  const keys = await keysOf(imds("job"));
  expect(await whoIs(keys)).toMatch(/assumed-role\/other\//);
  expect(await json("expire", keys.accessKeyId)).toEqual({ version: 1, accessKeyIds: [keys.accessKeyId] });
  expect(await whoIs(keys)).toBe("ExpiredToken");
  expect((await documentOf(imds("job"))).AccessKeyId).toBe(keys.accessKeyId);
  await json("rotate", "job");
  expect(await identity("job")).toMatch(/assumed-role\/other\//);
  const { code, stdout } = await ask("expire", "job", "--quiet");
  expect({ code, isListed: stdout.split("\n").includes((await keysOf(imds("job"))).accessKeyId) }).toEqual({
    code: 0,
    isListed: true,
  });
  expect(await identity("job")).toBe("ExpiredToken");
});

test("revoke puts AWS's own policy on the role: sessions from before now are denied, those after are not", async () => {
  await json("rotate", "web");
  const old = await keysOf(imds("web"));
  expect(await iamAs(old)).toMatch(/no identity-based policy/);
  const revoked = await json("revoke", "app");
  expect(revoked).toEqual({
    version: 1,
    role: "app",
    policy: "AWSRevokeOlderSessions",
    before: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
  });
  const { Time } = await running.control("DescribeWorld");
  const age = Date.parse(Time) - Date.parse(revoked.before);
  expect(age).toBeGreaterThanOrEqual(0);
  const { iam } = clients(running.ready());
  const name = { RoleName: "app", PolicyName: "AWSRevokeOlderSessions" };
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(name));
  expect(JSON.parse(decodeURIComponent(PolicyDocument!))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Action: ["*"],
        Resource: ["*"],
        Condition: { DateLessThan: { "aws:TokenIssueTime": revoked.before } },
      },
    ],
  });
  expect(await iamAs(old)).toMatch(/explicit deny/);
  await json("rotate", "web");
  expect(await iamAs(await keysOf(imds("web")))).toMatch(/no identity-based policy/);
});

/** Why a role without rights is refused. */
async function iamAs(keys: Awaited<ReturnType<typeof keysOf>>): Promise<string> {
  const { iam } = clients(running.ready(), keys);
  const input = { RoleName: "app", PolicyName: "none" };
  return (await refusal(iam.send(new GetRolePolicyCommand(input)))).message;
}

test.each([
  ["frozen", { Rate: 0 }],
  ["at the end of its span", { Time: "2100-01-01T00:00:00Z", Rate: 1000 }],
])("revoke says what a clock that stands leaves out: %s", async (_, clock) => {
  const frozen = await start({ config: "version: 1\nroles: { app: {} }\n" });
  await frozen.control("SetClock", clock);
  const { code, stdout } = await rolemint(["revoke", "app", "--ready", frozen.readyFile]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/hardly moves: sessions of this very second are not denied/);
});

test("revoke goes by the world's clock as it is when it is done, not as it was when it began to wait", async () => {
  const moving = await start({ config: "version: 1\nroles: { app: {} }\n" });
  let looks = 0;
  const front = createServer(async ({ url }, outgoing) => {
    const { status, body } = await moving.ask(url!.slice(1));
    if (looks++ === 0) await moving.control("AdvanceClock", { By: "-1h" });
    outgoing.writeHead(status).end(JSON.stringify(body));
  });
  await once(front.listen(0, "127.0.0.1"), "listening");
  const control = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const readyFile = join(directory(), "ready.json");
  const ready = moving.ready();
  writeFileSync(readyFile, JSON.stringify({ ...ready, endpoints: { ...ready.endpoints, control } }));
  const { code, stdout } = await rolemint(["revoke", "app", "--json", "--ready", readyFile]);
  front.close();
  expect(code).toBe(0);
  const { Time } = await moving.control("DescribeWorld");
  expect(Date.parse(JSON.parse(stdout).before)).toBeLessThanOrEqual(Date.parse(Time));
});

test("revoke also works where only the world's clock counts for a signature", async () => {
  const strict = await start({
    config: "version: 1\nclock: { start: 2031-02-03T04:05:06Z, strict: true }\nroles: { app: {} }\n",
  });
  const { code, stdout } = await rolemint(["revoke", "app", "--json", "--ready", strict.readyFile]);
  expect({ code, before: JSON.parse(stdout).before }).toEqual({
    code: 0,
    before: expect.stringMatching(/^2031-02-03T04:0/),
  });
});

test.concurrent.each([
  { args: ["rotate"], code: 2, says: /which instance.*web, job, bare/ },
  { args: ["rotate", "nobody"], code: 2, says: /nobody.*web, job, bare/ },
  { args: ["rotate", "bare"], code: 1, says: /bare has no instance profile/ },
  { args: ["rotation", "nobody"], code: 2, says: /nobody/ },
  { args: ["rotation", "web", "--profile", "slow"], code: 2, says: /slow|Profile/ },
  { args: ["rotation", "--profile", "fast", "--jitter", "1m"], code: 2, says: /--profile.*not both/ },
  { args: ["rotation", "--lifetime", "1h"], code: 2, says: /--renew-every/ },
  { args: ["rotation", "--lifetime", "1h", "--renew-every", "2h"], code: 2, says: /renewEvery|renew/i },
  { args: ["rotation", "--lifetime", "soon", "--renew-every", "2h"], code: 2, says: /soon/ },
  { args: ["expire", "nobody"], code: 2, says: /nobody/ },
  { args: ["expire", "ASIAIOSFODNN7EXAMPLE"], code: 2, says: /ASIAIOSFODNN7EXAMPLE/ },
  { args: ["expire", "AKIAIOSFODNN7EXAMPLE"], code: 2, says: /temporary/ },
  { args: ["revoke", "nobody"], code: 2, says: /NoSuchEntity.*nobody/ },
])("$args is refused in one sentence: exit $code", async ({ args, code, says }) => {
  const { stdout, stderr, ...end } = await ask(...args);
  expect({ code: end.code, stdout }).toEqual({ code, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(says);
});
