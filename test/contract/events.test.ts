// The timeline: what every instance asked, was given, called and was refused, as pages and as a stream.
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, keysOf, metadata, ROLES } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const CONFIG = `version: 1
roles: { app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] } }
instances: { web: { role: app }, other: { role: app } }
buckets: { demo: {} }
`;

interface Event {
  readonly Id: number;
  readonly Time: string;
  readonly Kind: string;
  readonly [member: string]: unknown;
}

let running: Running;

beforeAll(async () => {
  running = await start({ config: CONFIG });
});

const list = async (input: object = {}): Promise<{ Events: Event[]; Next: string }> =>
  running.control("ListEvents", input);
const imdsOf = (name: string) => running.ready().instances[name]!.imds;
const MEMBERS = [
  "Id",
  "Time",
  "Kind",
  "Instance",
  "Generation",
  "AccessKeyId",
  "Path",
  "Service",
  "Action",
  "Resource",
  "Status",
  "Code",
  "RequestId",
  "UserAgent",
  "Expiration",
  "Message",
];

test("each kind is told with what belongs to it, oldest first", async () => {
  const { Next } = await list();
  const { instanceId } = running.ready().instances["web"]!;
  const keys = await keysOf(imdsOf("web"));
  const mine = clients(running.ready(), keys);
  await mine.sts.send(new GetCallerIdentityCommand({}));
  await mine.s3.send(new ListBucketsCommand({}));
  await refusal(mine.iam.send(new ListRolesCommand({})));
  await refusal(mine.s3.send(new GetObjectCommand({ Bucket: "demo", Key: "none" })));
  const { Generation, AccessKeyId } = await running.control("RotateCredentials", { Instance: "web" });
  const { Events } = await list({ Since: Next });
  for (const event of Events) {
    expect(MEMBERS).toEqual(expect.arrayContaining(Object.keys(event)));
    expect(event).toMatchObject({ Id: expect.any(Number), Time: expect.stringMatching(/^20\d\d-.*Z$/) });
    expect(["metadata", "issue", "call", "refusal", "fault", "warning"]).toContain(event.Kind);
  }
  expect(Events.map(({ Id }) => Id)).toEqual(Events.map(({ Id }) => Id).sort((a, b) => a - b));
  const own = { Instance: instanceId, AccessKeyId: keys.accessKeyId, Generation: Generation - 1 };
  const has = (event: object) => expect(Events).toContainEqual(expect.objectContaining(event));
  has({ Kind: "metadata", Instance: instanceId, Path: "/latest/api/token", Status: 200 });
  has({ ...own, Kind: "metadata", Path: `${ROLES}app`, Status: 200 });
  has({ ...own, Kind: "call", Service: "sts", Action: "GetCallerIdentity", Status: 200 });
  has({ ...own, Kind: "call", Service: "s3", Action: "ListBuckets", Status: 200 });
  has({ ...own, Kind: "refusal", Service: "iam", Action: "ListRoles", Status: 403, Code: "AccessDenied" });
  has({
    ...own,
    Kind: "refusal",
    Service: "s3",
    Action: "GetObject",
    Status: 404,
    Code: "NoSuchKey",
    Resource: "arn:aws:s3:::demo/none",
  });
  has({ Kind: "issue", Instance: instanceId, Generation, AccessKeyId });
  const calls = Events.filter(({ Kind }) => Kind === "call" || Kind === "refusal");
  for (const { RequestId, UserAgent } of calls) {
    expect(RequestId).toMatch(/^[0-9A-Za-z-]{16,}$/);
    expect(UserAgent).toMatch(/aws-sdk-js/);
  }
  expect(JSON.stringify(Events)).not.toContain(keys.secretAccessKey);
  expect(JSON.stringify(Events)).not.toContain(keys.sessionToken);
});

test("pages go on by Next, whatever their size, and give every event once", async () => {
  for (let n = 0; n < 5; n++) await documentOf(imdsOf("other"));
  const { Events: all, Next: end } = await list();
  for (const Limit of [1, 7, 1000]) {
    const seen: Event[] = [];
    for (let Since: string | undefined; ; ) {
      const page = await list({ ...(Since !== undefined && { Since }), Limit });
      expect(page.Events.length).toBeLessThanOrEqual(Limit);
      if (page.Events.length === 0) {
        expect(page.Next).toBe(end);
        break;
      }
      seen.push(...page.Events);
      Since = page.Next;
      if (Limit === 1 && seen.length === 30) break;
    }
    expect(seen).toEqual(all.slice(0, seen.length));
    if (Limit > 1) expect(seen).toHaveLength(all.length);
  }
});

test("a Next stays good when nothing has come, and shows only what comes after it", async () => {
  const { Next } = await list();
  expect(await list({ Since: Next })).toEqual({ Events: [], Next, Dropped: 0, Missed: 0 });
  await metadata(imdsOf("web"), "/latest/meta-data/instance-id");
  const { Events } = await list({ Since: Next });
  expect(Events.map(({ Path }) => Path)).toEqual(["/latest/api/token", "/latest/meta-data/instance-id"]);
});

test("by time, and by instance under its name or id", async () => {
  const { Time } = await running.control("DescribeWorld");
  await until(async () => (await running.control("DescribeWorld")).Time !== Time);
  const from = (await running.control("DescribeWorld")).Time;
  await documentOf(imdsOf("web"));
  await documentOf(imdsOf("other"));
  const { Events } = await list({ Since: from });
  expect(Events.map(({ Kind }) => Kind)).toEqual(Array(8).fill("metadata"));
  const later = new Date(Date.parse(from) + 3_600_000).toISOString();
  expect((await list({ Since: later })).Events).toEqual([]);
  const { instanceId } = running.ready().instances["other"]!;
  const byName = await list({ Since: from, Instance: "other" });
  expect(new Set(byName.Events.map(({ Instance }) => Instance))).toEqual(new Set([instanceId]));
  expect(byName.Events).toHaveLength(4);
  expect((await list({ Since: from, Instance: instanceId })).Events).toEqual(byName.Events);
});

/** The lines of GET /events until it is closed. */
async function stream(query: string) {
  const { endpoints, controlToken } = running.ready();
  const closing = new AbortController();
  const response = await fetch(`${endpoints.control}/events${query}`, {
    headers: { authorization: `Bearer ${controlToken}` },
    signal: closing.signal,
  });
  const events: Event[] = [];
  const reading = (async () => {
    for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) }))
      events.push(JSON.parse(line));
  })().catch(() => {});
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    events,
    async close() {
      closing.abort();
      await reading;
    },
  };
}

test("GET /events streams from a Next on what was and what comes, a line each, as ListEvents shows it", async () => {
  const { Next } = await list();
  await metadata(imdsOf("web"), "/latest/meta-data/instance-id");
  const one = await stream(`?since=${Next}`);
  const two = await stream(`?since=${Next}`);
  expect([one.status, one.type]).toEqual([200, "application/x-ndjson"]);
  await until(() => one.events.length >= 2);
  await documentOf(imdsOf("other"));
  await until(() => one.events.length >= 6 && two.events.length >= 6);
  expect(one.events).toEqual((await list({ Since: Next })).Events);
  expect(two.events).toEqual(one.events);
  await one.close();
  await documentOf(imdsOf("other"));
  await until(() => two.events.length >= 10);
  expect(one.events).toHaveLength(6);
  await two.close();
});

test("GET /events without since begins at the beginning; a wrong one is 400", async () => {
  const all = await stream("");
  const { Events } = await list();
  await until(() => all.events.length >= Events.length);
  expect(all.events.slice(0, Events.length)).toEqual(Events);
  await all.close();
  const { endpoints, controlToken } = running.ready();
  for (const query of [
    "?since=yesterday",
    "?since=",
    "?since=2026-02-30T00:00:00Z",
    "?since=1&since=2",
    "?sinse=1",
    "?kind=calls",
    "?status=x",
  ]) {
    const response = await fetch(`${endpoints.control}/events${query}`, {
      headers: { authorization: `Bearer ${controlToken}` },
    });
    expect({ query, status: response.status }).toEqual({ query, status: 400 });
    expect(await response.json()).toMatchObject({ code: "InvalidInput" });
  }
});

test("GET /events takes the filters of ListEvents", async () => {
  const { Next } = await list();
  const { instanceId } = running.ready().instances["other"]!;
  await documentOf(imdsOf("web"));
  await documentOf(imdsOf("other"));
  const filtered = await stream(`?since=${Next}&instance=other&kind=metadata&kind=call&status=200&generation=1`);
  const all = await stream(`?since=${Next}`);
  await until(() => all.events.length >= 8 && filtered.events.length >= 1);
  const Filters = { Instance: "other", Kinds: ["metadata", "call"], Status: 200, Generation: 1 };
  const { Events } = await list({ Since: Next, ...Filters });
  expect(Events).toMatchObject([{ Instance: instanceId, Generation: 1, Path: `${ROLES}app` }]);
  expect(filtered.events).toEqual(Events);
  await Promise.all([filtered.close(), all.close()]);
  expect((await list({ Since: Next, AccessKeyId: Events[0]!["AccessKeyId"] })).Events).toEqual(Events);
  expect((await list({ Since: Next, Until: "2000-01-01T00:00:00Z" })).Events).toEqual([]);
  expect((await list({ Since: Next, Newest: true, Limit: 1 })).Events).toEqual(
    (await list({ Since: Next })).Events.slice(-1),
  );
});

test.each([
  { Kinds: [] },
  { Kinds: ["calls"] },
  { Kinds: "call" },
  { Status: "200" },
  { Generation: 0 },
  { Until: "yesterday" },
  { Instance: "none" },
  { Newest: 1 },
])("ListEvents refuses %j", async (input) => {
  const { status, body } = await running.ask("ListEvents", input);
  expect([400, 404]).toContain(status);
  expect(body).toMatchObject({ message: expect.stringMatching(/\S/) });
});

test("many readers come and go, and one that does not read holds nobody up", async () => {
  const { Next } = await list();
  const lazy = await stream("");
  const many = await Promise.all(Array.from({ length: 30 }, () => stream(`?since=${Next}`)));
  await Promise.all(many.slice(0, 20).map((one) => one.close()));
  await Promise.all(Array.from({ length: 50 }, () => metadata(imdsOf("web"), "/latest/meta-data/instance-id")));
  await until(() => many.slice(20).every(({ events }) => events.length >= 100));
  await Promise.all([lazy, ...many.slice(20)].map((one) => one.close()));
  expect((await list({ Since: Next })).Events.length).toBe(100);
});
