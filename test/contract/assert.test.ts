// `rolemint assert` against an application's whole life: exit codes, reasons, JUnit and Markdown, and the words of
// docs/guides/ci.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { beforeAll, expect, test } from "@jest/globals";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { clients, refusal } from "../support/aws-clients.ts";
import { type Keys, keysOf } from "../support/metadata.ts";
import { directory, type Running, rolemint, start } from "../support/rolemint.ts";

const CONFIG = `version: 1
clock: { start: 2026-11-23T05:30:00Z }
rotation: { lifetime: 1h, renewEvery: 30m }
roles: { app: {}, idle: {} }
instances: { web: { role: app }, idle: { role: idle } }
`;

let running: Running;
const imds = () => running.ready().instances["web"]!.imds;
const use = (keys: Keys) => clients(running.ready(), keys).sts.send(new GetCallerIdentityCommand({}));
const assertAll = (...args: string[]) => rolemint(["assert", "--ready", running.readyFile, ...args]);

/** It refreshes once 20 s late, misses the second rotation, and is refused, before it looks again. */
beforeAll(async () => {
  running = await start({ config: CONFIG });
  await running.control("SetClock", { Rate: 0 });
  const first = await keysOf(imds());
  await use(first);
  await running.control("RotateCredentials", { Instance: "web" });
  await running.control("AdvanceClock", { By: "20s" });
  const second = await keysOf(imds());
  await use(second);
  await running.control("AdvanceClock", { By: "1h1m" });
  await refusal(use(second));
  await running.control("AdvanceClock", { By: "45s" });
  await use(await keysOf(imds()));
});

const ARN = "arn:aws:iam::111122223333:role/app";

test("what holds is said, with exit code 0", async () => {
  const holding = [
    "web refreshed within 2m",
    "web used-generation 2",
    "web metadata-calls min 3 max 12",
    `web assumed-role ${ARN}`,
    "web recovers within 45s",
  ];
  const { code, stdout, stderr } = await assertAll(...holding);
  expect({ stdout, code, stderr }).toEqual({ stdout, code: 0, stderr: "" });
  expect(stdout.trim().split("\n")).toEqual(holding.map((text) => expect.stringContaining(`ok      ${text}: web `)));
});

test.each([
  ["web refreshed within 30s", "it fetched generation 4"],
  ["web no-expired-calls", "web made 4 calls, and 1 was refused as expired (ExpiredToken)"],
  ["web used-generation 9", "web has not used generation 9: it used 1, 2, 4"],
  ["web metadata-calls max 3", "expected was at most 3"],
  [
    "web assumed-role arn:aws:iam::111122223333:role/idle",
    "it signed as arn:aws:sts::111122223333:assumed-role/app/i-",
  ],
  ["web recovers within 44s", "the next good call came 45s later"],
  ["no-refusals", "and 1 was refused (ExpiredToken)"],
  ["idle no-expired-calls", "idle made no call at all"],
])("what does not hold is said with the timeline, and exit code 1: %s", async (expression, reason) => {
  const { code, stdout, stderr } = await assertAll(expression);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toContain(`FAILED  ${expression}: `);
  expect(stdout).toContain(reason);
  expect(stdout).toMatch(/\ntimeline( of \w+)?, from 2026-11-23T05:30:00Z \(world time\):\n.*issue/);
});

test("only what is in scope counts", async () => {
  expect(await assertAll("web no-expired-calls", "--since", "30s")).toMatchObject({ code: 0 });
  expect(await assertAll("no-expired-calls", "--instance", "web", "--since", "2026-11-23T06:00:00Z")).toMatchObject({
    code: 1,
  });
});

test.each([
  [
    ["web refreshd within 5m"],
    '"web refreshd within 5m" is no expression: there is no refreshd; did you mean refreshed?',
  ],
  [["web refreshed in 5m"], "write web refreshed within DURATION"],
  [["web refreshed within soon"], "within must be a duration like 5m or 30s"],
  [["web used-generation 0"], "the generation must be a whole number from 1 on"],
  [["web metadata-calls max -1"], '"-1" is no whole number that could be counted to'],
  [["web metadata-calls"], "write web metadata-calls [min NUMBER] [max NUMBER]"],
  [["web assumed-role app"], '"app" is not the ARN of a role'],
  [["web no-expired-calls at all"], "write web no-expired-calls"],
  [["no-refusal"], "there is no no-refusal; did you mean no-refusals?"],
  [["web", "refreshed", "within", "5m"], 'did you mean "web refreshed within 5m", with quotes?'],
  [["wep no-expired-calls"], "no running instance is called wep; there are web, idle; did you mean web?"],
  [["refreshed within 5m"], '"refreshed within 5m" does not say of which instance: there are web, idle'],
  [["no-refusals", "--since", "yesterday"], "--since is a time like 2026-11-23T05:30:00Z or how long ago"],
  [[], "missing required argument 'expressions'"],
])("a wrong expression is refused with what was meant, exit code 2: %j", async (args, message) => {
  const { code, stdout, stderr } = await assertAll(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test("--json says the same to programs", async () => {
  const { code, stdout } = await assertAll("web no-expired-calls", "web used-generation 1", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    pass: false,
    results: [
      {
        expression: "web no-expired-calls",
        instance: "web",
        pass: false,
        reason: expect.any(String),
        message: expect.any(String),
      },
      {
        expression: "web used-generation 1",
        instance: "web",
        pass: true,
        reason: expect.any(String),
        message: expect.any(String),
      },
    ],
  });
});

/** What the schemas of Ant and Jenkins ask for, in the order that they ask. */
const SUITE = ["id", "package", "name", "hostname", "timestamp", "tests", "failures", "errors", "time"];

test("JUnit XML has a test case for each expression, and all that the schemas want", async () => {
  const file = join(directory(), "junit.xml");
  await assertAll(
    "web no-expired-calls",
    'web assumed-role arn:aws:iam::111122223333:role/a"&<b>',
    "no-refusals",
    "--junit",
    file,
  );
  const { code } = await assertAll(
    "web used-generation 1",
    'web assumed-role arn:aws:iam::111122223333:role/"&<b>',
    "--junit",
    file,
  );
  expect(code).toBe(1);
  const text = readFileSync(file, "utf8");
  expect(XMLValidator.validate(text)).toBe(true);
  const { testsuites } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@" }).parse(text);
  const suite = testsuites.testsuite;
  const attributes = Object.keys(suite).filter((name) => name.startsWith("@"));
  expect(attributes).toEqual(SUITE.map((name) => `@${name}`));
  expect(suite["@timestamp"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  expect(suite).toMatchObject({ "@tests": "2", "@failures": "1", "@errors": "0" });
  expect(Object.keys(suite).filter((name) => !name.startsWith("@"))).toEqual([
    "properties",
    "testcase",
    "system-out",
    "system-err",
  ]);
  const time = expect.stringMatching(/^\d+\.\d{3}$/);
  expect(suite.testcase[0]).toEqual({ "@name": "web used-generation 1", "@classname": "rolemint.web", "@time": time });
  expect(suite.testcase[1]).toEqual({
    "@name": 'web assumed-role arn:aws:iam::111122223333:role/"&<b>',
    "@classname": "rolemint.web",
    "@time": time,
    failure: {
      "@message": expect.stringContaining('web is not arn:aws:iam::111122223333:role/"&<b>'),
      "@type": "assertion",
      "#text": expect.stringContaining("timeline of web"),
    },
  });
});

test("the Markdown is added to what is there", async () => {
  const file = join(directory(), "summary.md");
  writeFileSync(file, "# before\n\n");
  await assertAll("web no-expired-calls", "--markdown", file);
  await assertAll("web used-generation 1", "--markdown", file);
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(/^# before\n\n### rolemint assert: 1 of 1 failed\n\n\| \| expression \| why \|\n/);
  expect(text).toContain("| **failed** | web no-expired-calls | web made 4 calls, and 1 was refused as expired");
  expect(text).toMatch(/<details><summary>web no-expired-calls<\/summary>\n\n~~~text\nweb made[\s\S]*timeline of web/);
  expect(text).toContain("### rolemint assert: 1 passed");
});

test("a file that cannot be written, or no simulator, is exit code 3", async () => {
  const nowhere = join(directory(), "none", "junit.xml");
  expect(await assertAll("web used-generation 1", "--junit", nowhere)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(`${nowhere} cannot be written`),
  });
  expect(await rolemint(["assert", "no-refusals"])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("no simulator runs here"),
  });
});

test("nothing that a terminal would obey comes out of a name", async () => {
  const name = "red\u001b[31m\u202e";
  const Tags = [{ Key: "Name", Value: name }];
  await clients(running.ready()).ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-12345678",
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: "instance", Tags }],
    }),
  );
  const { stdout, code } = await assertAll("no-refusals", "--instance", name);
  expect({ stdout, code }).toEqual({ stdout: expect.stringContaining("timeline of red·[31m·"), code: 1 });
  expect(stdout).not.toMatch(/\p{Cc}(?<!\n)|\u202e/u);
});
