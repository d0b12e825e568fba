// `rolemint trace` and `rolemint explain` as their users run them, and the filters of the timeline behind them.

import { setTimeout as pause } from "node:timers/promises";
import { ListUsersCommand } from "@aws-sdk/client-iam";
import { ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { documentOf, type Keys, keysOf, metadata } from "../support/metadata.ts";
import { directory, launch, ROLEMINT, type Running, rolemint, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const CONFIG = `version: 1
rotation: { lifetime: 10m, renewEvery: 5m }
roles: { app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] } }
instances: { web: { role: app }, other: { role: app, metadata: { tokens: optional } } }
buckets: { demo: {} }
`;
const BOTO3 = { customUserAgent: "x" };

let running: Running;
let keys: Keys;
let refused: { readonly id: string; readonly message: string };

const imdsOf = (name: string) => running.ready().instances[name]!.imds;

/** A call that is refused, with the id that its client shows. */
async function refusalOf(call: Promise<unknown>) {
  const error = (await call.then(
    () => undefined,
    (thrown) => thrown,
  )) as { message: string; $metadata: { requestId: string } };
  return { id: error.$metadata.requestId, message: error.message };
}

beforeAll(async () => {
  running = await start({ config: CONFIG });
  keys = await keysOf(imdsOf("web"));
  const app = clients(running.ready(), keys, BOTO3);
  await app.s3.send(new ListBucketsCommand({}));
  refused = await refusalOf(app.s3.send(new PutObjectCommand({ Bucket: "demo", Key: "k", Body: "x" })));
  await metadata(imdsOf("other"), "/latest/meta-data/instance-id", null);
});

const run = (...args: string[]) => rolemint([...args, "--ready", running.readyFile], { env: { NO_COLOR: "1" } });
const linesOf = (text: string) => text.trimEnd().split("\n");
const jsonOf = (text: string) => linesOf(text).map((line) => JSON.parse(line));

describe("trace", () => {
  test("for people, a line an event under the day, with name, key, outcome and the id of a refusal", async () => {
    const { code, stdout, stderr } = await run("trace");
    expect([code, stderr]).toEqual([0, ""]);
    const [day, ...lines] = linesOf(stdout);
    expect(day).toMatch(/^── 20\d\d-\d\d-\d\d \(world time\)$/);
    const has = (line: RegExp) => expect(lines).toContainEqual(expect.stringMatching(line));
    has(/^\d\d:\d\d:\d\d +web +new +credentials of app +until \d\d:\d\d:\d\d +#1 +…\w{6}$/);
    has(/ web +imds +\/latest\/meta-data\/iam\/security-credentials\/app +200 +#1 /);
    has(/ web +call +s3 ListBuckets +200 +#1 +…\w{6} aws-sdk-js/);
    has(new RegExp(` web +no +s3 PutObject demo/k +403 AccessDenied +#1 .*${refused.id}$`));
    has(/ other +warn +IMDSv1Used: .* reads metadata without a token/);
    expect(stdout).not.toContain("\u001b[");
  });

  test("as lines of JSON, those that the flags ask for", async () => {
    const { instanceId } = running.ready().instances["web"]!;
    const all = jsonOf((await run("trace", "--json", "--since", "1")).stdout);
    expect(all.map(({ Id }) => Id)).toEqual(all.map(({ Id }) => Id).sort((a, b) => a - b));
    const asked = async (...flags: string[]) => jsonOf((await run("trace", "--json", ...flags)).stdout || "[]");
    const expected = (is: (event: any) => boolean) => all.filter(is);
    expect(await asked("--instance", "web", "--kind", "metadata", "call")).toEqual(
      expected(({ Instance, Kind }) => Instance === instanceId && ["metadata", "call"].includes(Kind)),
    );
    expect(await asked("--key", keys.accessKeyId, "--since", "1")).toEqual(
      expected(({ AccessKeyId }) => AccessKeyId === keys.accessKeyId),
    );
    expect(await asked("--code", "AccessDenied", "--status", "403", "--action", "PutObject")).toEqual(
      expected(({ RequestId }) => RequestId === refused.id),
    );
    expect(await asked("--generation", "7")).toEqual([[]]);
    expect(await asked("--limit", "2")).toEqual(all.slice(-2));
    expect(await asked("--limit", "2", "--since", "1")).toEqual(all.slice(0, 2));
    expect(await asked("--since", "1h", "--until", "30m")).toEqual([[]]);
    expect((await asked("--since", "1h")).length).toBeGreaterThanOrEqual(all.length);
  });

  test("in numbers, an instance a row", async () => {
    const { stdout } = await run("trace", "--summary", "--json");
    const [summary] = jsonOf(stdout);
    expect(summary).toMatchObject({ version: 1, dropped: 0, missed: 0 });
    const of = (name: string) => summary.instances.find((one: any) => one.name === name);
    expect(of("web")).toMatchObject({ refreshes: 1, metadataCalls: 4, calls: 2, refusals: { AccessDenied: 1 } });
    expect(of("other")).toMatchObject({ refreshes: 0, metadataCalls: 1, calls: 0, refusals: {}, warnings: 1 });
    const table = (await run("trace", "--summary", "--since", "2h")).stdout;
    expect(table).toMatch(/web +│ 1 +│ 4 +│ 2 +│/);
  });

  test.each([
    ["--since", "yesterday"],
    ["--until", "5"],
    ["--kind", "calls"],
    ["--instance", "none"],
    ["--limit", "0"],
    ["--limit", "10001"],
    ["--status", "7"],
    ["--follow", "--summary"],
    ["--summary", "--limit", "3"],
    ["--follow", "--since", "10m", "--limit", "3"],
  ])("%s %s is wrong usage, told in one line", async (...flags) => {
    const { code, stdout, stderr } = await run("trace", ...flags);
    expect({ code, stdout, lines: linesOf(stderr).length }).toEqual({ code: 2, stdout: "", lines: 1 });
  });
});

describe("trace --follow", () => {
  const following = (readyFile: string, ...flags: string[]) =>
    launch(ROLEMINT, ["trace", "--follow", "--json", "--ready", readyFile, ...flags]);
  const seen = ({ printed }: ReturnType<typeof launch>) => (printed().stdout === "" ? [] : jsonOf(printed().stdout));

  test("goes on as things happen, by the filter, and ends with 0 at Ctrl-C", async () => {
    const trace = following(running.readyFile, "--instance", "other", "--kind", "metadata", "--limit", "1");
    await until(() => seen(trace).length === 1);
    await documentOf(imdsOf("web"));
    await documentOf(imdsOf("other"));
    await until(() => seen(trace).length === 5);
    const { instanceId } = running.ready().instances["other"]!;
    expect(new Set(seen(trace).map(({ Instance }) => Instance))).toEqual(new Set([instanceId]));
    trace.process.kill("SIGINT");
    expect(await trace.ended).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    ["SIGTERM", 0],
    // Longer than a simulator may be away.
    ["SIGKILL", 3500],
  ] as const)(
    "survives a restart after %s, giving each event once, and ends with 3 when the simulator is gone",
    async (signal, afterMs) => {
      const cwd = directory();
      const [state, readyFile] = [`${cwd}/state`, `${cwd}/ready.json`];
      const options = { cwd, config: CONFIG, state, readyFile };
      const first = await start(options);
      const trace = following(readyFile, "--kind", "metadata", "--since", "0");
      await documentOf(first.ready().instances["web"]!.imds);
      await until(() => seen(trace).length === 4);
      await pause(afterMs);
      await first.stop(signal);
      const second = await start(options);
      await documentOf(second.ready().instances["web"]!.imds);
      await until(() => seen(trace).length === 8);
      const ids = seen(trace).map(({ Id }) => Id);
      expect(new Set(ids).size).toBe(8);
      await second.stop();
      const { code, stderr } = await trace.ended;
      expect({ code, lines: linesOf(stderr).length }).toEqual({ code: 3, lines: 1 });
    },
  );

  test("ends with what there is where --until is over", async () => {
    const printed = async (...flags: string[]) => run("trace", "--json", "--since", "1h", "--until", ...flags);
    const past = new Date(Date.parse((await running.control("DescribeWorld")).Time) - 1).toISOString();
    const { stdout } = await printed(past);
    expect(linesOf(stdout).length).toBeGreaterThan(1);
    expect(await printed(past, "--follow")).toMatchObject({ code: 0, stdout, stderr: "" });
  });

  test("ends when the world's clock comes to --until, with all that was before", async () => {
    const state = `${directory()}/state`;
    const own = await start({ config: `${CONFIG}clock: { start: 2030-01-01T00:00:00Z }\n`, state });
    await own.control("SetClock", { Time: "2030-01-01T00:00:00Z", Rate: 0 });
    const trace = following(own.readyFile, "--kind", "metadata", "--since", "0", "--until", "2030-01-01T01:00:00Z");
    await documentOf(own.ready().instances["web"]!.imds);
    await until(() => seen(trace).length === 4);
    await own.control("AdvanceClock", { By: "59m59s" });
    await documentOf(own.ready().instances["web"]!.imds);
    await own.control("AdvanceClock", { By: "1s" });
    await documentOf(own.ready().instances["web"]!.imds);
    expect(await trace.ended).toMatchObject({ code: 0, stderr: "" });
    expect(seen(trace)).toHaveLength(8);
  });

  test("ends with the next event when nobody reads any more", async () => {
    const script = `"${ROLEMINT}" trace --follow --since 0 --ready "${running.readyFile}" | head -n 1`;
    const trace = launch("sh", ["-c", script]);
    let isOver = false;
    void trace.ended.then(() => {
      isOver = true;
    });
    await until(async () => {
      await metadata(imdsOf("other"), "/latest/meta-data/instance-id");
      return isOver;
    });
    const { code, stdout } = await trace.ended;
    expect({ code, lines: linesOf(stdout).length }).toEqual({ code: 0, lines: 1 });
  });
});

describe("explain", () => {
  test("a refusal, by the id that the client has of it", async () => {
    const { code, stdout } = await run("explain", refused.id);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^refused: AccessDenied 403 at 20/);
    expect(stdout).toContain("why       s3:PutObject on arn:aws:s3:::demo/k is allowed by no identity policy");
    expect(stdout).toContain(`key ${keys.accessKeyId}, generation 1 of web`);
    expect(stdout).toContain("identity policy arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess");
    expect(stdout).toContain("statement 1 Allow: is for other actions");
    const [told] = jsonOf((await run("explain", refused.id, "--json")).stdout);
    expect(told).toMatchObject({ version: 1, RequestId: refused.id, Outcome: "refused", Message: refused.message });
  });

  test("a wrong signature: the cause, the canonical request and the string to sign, and no secret", async () => {
    const wrong = { ...keys, secretAccessKey: `${keys.secretAccessKey} ` };
    const { id } = await refusalOf(clients(running.ready(), wrong).s3.send(new ListBucketsCommand({})));
    const { stdout } = await run("explain", id);
    expect(stdout).toContain("it was signed with the right secret with a blank after it");
    expect(stdout).toMatch(/canonical request\n +GET\n +\/\n/);
    expect(stdout).toMatch(/x-amz-security-token:\(\d+ characters, SHA-256 \w{8}…\)/);
    expect(stdout).toMatch(/string to sign\n +AWS4-HMAC-SHA256\n/);
    const json = (await run("explain", id, "--json")).stdout;
    const events = JSON.stringify(await running.control("ListEvents", { Limit: 10_000 }));
    for (const secret of [keys.secretAccessKey, keys.sessionToken, encodeURIComponent(keys.sessionToken)]) {
      for (const text of [stdout, json, events]) expect(text).not.toContain(secret);
    }
  });

  test("refusals by IAM and STS, as by S3", async () => {
    const app = clients(running.ready(), keys);
    const iam = await refusalOf(app.iam.send(new ListUsersCommand({})));
    expect((await run("explain", iam.id)).stdout).toContain(
      "iam:ListUsers on arn:aws:iam::111122223333:user/ is allowed",
    );
    const other = clients(running.ready(), { ...keys, sessionToken: `${keys.sessionToken}x` });
    const sts = await refusalOf(other.sts.send(new GetCallerIdentityCommand({})));
    expect((await run("explain", sts.id)).stdout).toContain(
      "the session token is none of this world's, or was changed",
    );
  });

  test("a request that was too long to be read", async () => {
    const { headers } = await fetch(`${running.ready().endpoints.s3}/demo/${"k".repeat(17_000)}`);
    expect((await run("explain", headers.get("x-amz-request-id")!)).stdout).toMatch(
      /^refused: RequestHeaderSectionTooLarge 400 at .*\n +why +RequestHeaderSectionTooLarge: .* \(nothing of the request is kept/,
    );
  });

  test("what was granted says so, and what is not known says how long refusals are kept", async () => {
    const granted = (await clients(running.ready(), keys).sts.send(new GetCallerIdentityCommand({}))).$metadata;
    expect((await run("explain", granted.requestId!)).stdout).toMatch(/^granted 200 at .*\n +why +it was granted\n/);
    const { code, stderr } = await run("explain", "nosuch");
    expect({ code, stderr: stderr.trimEnd() }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^no request nosuch is known: the last 10000 refusals \(at most 16 MiB\) since/),
    });
  });
});

test("status shows what is wrong with an instance's use of credentials", async () => {
  expect((await run("status")).stdout).toMatch(/^other: .* reads metadata without a token \(IMDSv1\)/m);
  const { instances } = JSON.parse((await run("status", "--json")).stdout);
  const warnings = instances.find(({ Name }: any) => Name === "other").Warnings;
  expect(warnings).toContainEqual(expect.objectContaining({ Code: "IMDSv1Used", Message: expect.any(String) }));
});

test("a refusal that a fault made names the fault", async () => {
  await running.control("PutFault", { Name: "creds.bad-token", Target: "web", For: "1m" });
  const { id } = await refusalOf(clients(running.ready(), keys).s3.send(new ListBucketsCommand({})));
  const { stdout } = await run("explain", id);
  expect(stdout).toMatch(/why +a fault made it so: InvalidToken: .* \(faults that acted on it: creds\.bad-token /);
  expect((await run("trace", "--kind", "fault")).stdout).toMatch(/ web +fault creds\.bad-token /);
});
