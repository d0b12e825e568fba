// Faults of the metadata service over the control API: what a client meets, what the timeline says of it, and what is
// refused where nothing could carry it out.
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { metadata, metadataToken, ROLES } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const CONFIG = `version: 1
roles: { app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] } }
instances:
  web: { role: app }
  old: { role: app, metadata: { tokens: optional } }
buckets: { demo: {} }
`;

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
});
beforeEach(() => running.control("Reset"));

const imds = (name = "web") => running.ready().instances[name]!.imds;
const put = (Name: string, Parameters: object = {}, more: object = {}) =>
  running.control("PutFault", { Name, Target: "web", Parameters, ...more });
const ask = (Name: string, Parameters: object = {}, more: object = {}) =>
  running.ask("PutFault", { Name, Target: "web", Parameters, ...more });
/** Path, status and generation of what was asked of the metadata service, oldest first. */
const asked = async () => {
  const { Events } = await running.control("ListEvents", { Limit: 10_000 });
  const requests = Events.filter(({ Kind }: any) => Kind === "metadata");
  return requests.map(({ Path, Status, Generation }: any) => [Path, Status, Generation]);
};
const documentOf = async (token?: string | null) => metadata(imds(), `${ROLES}app`, token);

test("a throttled instance gets 429 until the world's clock has moved on, its neighbour none", async () => {
  const token = await metadataToken(imds());
  await put("imds.throttle", { Rate: 0.5, Burst: 2 });
  await running.control("SetClock", { Rate: 0 });
  const statuses = async (times: number) => {
    const found = [];
    for (let n = 0; n < times; n++) found.push((await documentOf(token)).status);
    return found;
  };
  expect(await statuses(4)).toEqual([200, 200, 429, 429]);
  await running.control("AdvanceClock", { By: "2s" });
  expect(await statuses(2)).toEqual([200, 429]);
  expect((await metadata(imds("old"), ROLES)).status).toBe(200);
});

test("a token refused early is replaced by a fresh one", async () => {
  const token = await metadataToken(imds());
  await put("imds.token-expire", { Uses: 2 });
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await documentOf(token)).status);
  expect(statuses).toEqual([200, 200, 401]);
  expect((await documentOf()).status).toBe(200);
});

test("of a document that did not arrive the timeline claims nothing", async () => {
  const token = await metadataToken(imds());
  await put("imds.reset-mid-body", { Bytes: 40 }, { Times: 1 });
  await expect(documentOf(token)).rejects.toThrow();
  await put("imds.malformed", { Kind: "truncated" }, { Times: 1 });
  const { status, text } = await documentOf(token);
  expect(status).toBe(200);
  expect(() => JSON.parse(text)).toThrow();
  expect((await documentOf(token)).status).toBe(200);
  const path = `${ROLES}app`;
  expect((await asked()).filter(([asked]: any) => asked === path)).toEqual([
    [path, 200, undefined],
    [path, 200, undefined],
    [path, 200, 1],
  ]);
});

test("a client that gave up on a slow answer has not fetched it; one that waited has", async () => {
  const token = await metadataToken(imds());
  await put("imds.slow", { FirstByte: "400ms" });
  const path = `${ROLES}app`;
  const headers = { "x-aws-ec2-metadata-token": token };
  await expect(fetch(imds() + path, { headers, signal: AbortSignal.timeout(100) })).rejects.toThrow("timeout");
  const { status, text } = await documentOf(token);
  expect([status, JSON.parse(text).Code]).toEqual([200, "Success"]);
  await until(async () => (await asked()).filter(([asked]: any) => asked === path).length === 2);
  expect((await asked()).filter(([asked]: any) => asked === path)).toEqual([
    [path, undefined, undefined],
    [path, 200, 1],
  ]);
});

test("without tokens to be had, keys of the first version are for instances whose tokens are optional", async () => {
  await running.control("PutFault", { Name: "imds.v1-only", Target: "all", Parameters: { Status: 403 } });
  for (const [name, status] of [
    ["web", 401],
    ["old", 200],
  ] as const) {
    await expect(metadataToken(imds(name))).rejects.toThrow("403");
    expect((await metadata(imds(name), `${ROLES}app`, null)).status).toBe(status);
  }
  await running.control("DeleteFault", { All: true });
  await running.control("PutFault", { Name: "imds.v2-only", Target: "old" });
  expect((await metadata(imds("old"), ROLES, null)).status).toBe(401);
  expect((await metadata(imds("old"), ROLES)).status).toBe(200);
});

test("a pattern of failures goes round, and says each", async () => {
  const token = await metadataToken(imds());
  const { Fault } = await put("imds.flap", { Pattern: "oox", Status: 500 });
  const statuses = [];
  for (let n = 0; n < 6; n++) statuses.push((await metadata(imds(), ROLES, token)).status);
  expect(statuses).toEqual([200, 200, 500, 200, 200, 500]);
  const { Faults } = await running.control("ListFaults");
  expect(Faults).toMatchObject([{ Id: Fault.Id, Acted: [{ Times: 2 }] }]);
});

test("the same seed slows the same requests", async () => {
  const token = await metadataToken(imds());
  const run = async () => {
    await put("imds.5xx", { Step: "roles" }, { Probability: 0.5, Seed: "seventeen" });
    const found = [];
    for (let n = 0; n < 12; n++) found.push((await metadata(imds(), ROLES, token)).status);
    await running.control("DeleteFault", { All: true });
    return found;
  };
  const first = await run();
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await run()).toEqual(first);
});

test.each<[string, object, object, number, RegExp]>([
  ["imds.unreachable", { Mode: "drop" }, {}, 409, /power over the network.*containers only.*Mode reset or hang/],
  ["imds.ipv6-only", {}, {}, 409, /IPv4 only/],
  ["imds.unreachable", { Mode: "drop" }, { Nth: 2 }, 400, /Mode drop is not about single requests: it takes no Nth/],
  ["imds.unreachable", { Mode: "drop" }, { Target: "all", FromRefresh: true }, 400, /for one instance/],
  ["imds.hop-limit", { Hops: 1 }, {}, 400, /there is no parameter Hops/],
  ["imds.slow", { FirstByte: "1h" }, {}, 400, /FirstByte must be a duration/],
])("%s %j %j is refused with %d", async (name, given, more, status, says) => {
  const { status: found, body } = await ask(name, given, more);
  expect([found, body.message]).toEqual([status, expect.stringMatching(says)]);
  expect((await running.control("ListFaults")).Faults).toEqual([]);
});

test("faults of one place contradict each other, others go together", async () => {
  await put("imds.hop-limit");
  expect((await ask("imds.v1-only")).status).toBe(409);
  expect((await ask("imds.slow", { FirstByte: "10ms" })).status).toBe(200);
  expect((await ask("imds.v2-only")).status).toBe(200);
});
