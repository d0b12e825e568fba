// Configs that are refused: with file, line and what was meant, before anything is started or written.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ANY_PORTS, directory, rolemint, start } from "../support/rolemint.ts";

const up = (cwd: string, ...args: string[]) => rolemint(["up", ...ANY_PORTS, ...args], { cwd });

/** The first line is `version: 1`. */
const BAD: readonly (readonly [name: string, lines: readonly string[], says: RegExp])[] = [
  ["a misspelt key", ["instnaces:", "  web: {}"], /^rolemint\.yaml:2:1: instnaces.*did you mean instances\?$/],
  [
    "a misspelt key deep down",
    ["roles:", "  app:", "    managedPolices: []"],
    /^rolemint\.yaml:4:5: .*managedPolicies\?$/,
  ],
  ["a misspelt value", ["rotation: fsat"], /^rolemint\.yaml:2:11: rotation .*fast\?$/],
  [
    "a role that is not there",
    ["roles: { app: {} }", "instances:", "  web: { role: ap }"],
    /^rolemint\.yaml:4:16: .*"ap".*app/,
  ],
  ["a profile that nobody makes", ["instances:", "  web: { instanceProfile: other }"], /^rolemint\.yaml:3:.*"other"/],
  [
    "role and instanceProfile",
    ["roles: { app: {} }", "instances:", "  web: { role: app, instanceProfile: app }"],
    /^rolemint\.yaml:4:.*exclude/,
  ],
  [
    "a managed policy that AWS has not",
    ["roles:", "  app:", "    managedPolicies:", "      - arn:aws:iam::aws:policy/AmazonS3ReadOnly"],
    /^rolemint\.yaml:5:9: .*AmazonS3ReadOnlyAccess/,
  ],
  [
    "a policy that is none",
    ["policies:", "  p: { Version: 2012-10-17, Statement: [{ Effect: Allow, Acton: '*', Resource: '*' }] }"],
    /^rolemint\.yaml:3:.*Acton.*Action/,
  ],
  [
    "a policy file that is not there",
    ["policies:", "  p: { file: ./none.json }"],
    /^rolemint\.yaml:3:14: .*none\.json/,
  ],
  [
    "an address twice",
    ["instances:", "  a: { address: 169.254.10.2 }", "  b: { address: 169.254.10.2 }"],
    /^rolemint\.yaml:4:.*instances\.a/m,
  ],
  [
    "another store without its key",
    ["s3: { endpoint: 'http://minio:9000' }"],
    /^.*s3\.endpoint http:\/\/minio:9000 needs a key: .*ROLEMINT_S3_ACCESS_KEY_ID/,
  ],
  ["an account as a number", ["account: 012345678901x"], /^rolemint\.yaml:2:10: account .*12 digits/],
  ["a region that is none", ["region: us-east"], /^rolemint\.yaml:2:9: region /],
  ["a lifetime below one second", ["rotation: { lifetime: 10ms, renewEvery: 5ms }"], /^rolemint\.yaml:2:.*1s/],
  ["renewal after the end", ["rotation: { lifetime: 1m, renewEvery: 2m }"], /^rolemint\.yaml:2:.*lifetime/],
  ["a time that never was", ["clock: { start: 2026-02-30T00:00:00Z }"], /^rolemint\.yaml:2:17: clock\.start/],
  ["a bucket's name", ["buckets:", "  Demo: {}"], /^rolemint\.yaml:3:3: buckets\.Demo/],
  [
    "seed objects that are not there",
    ["buckets:", "  demo: { objects: ./none }"],
    /^rolemint\.yaml:3:20: .*none.*not a directory/,
  ],
  ["a session of 13 hours", ["roles: { app: { maxSessionDuration: 13h } }"], /^rolemint\.yaml:2:.*12h/],
  ["hop limit 0", ["instances: { web: { metadata: { hopLimit: 0 } } }"], /^rolemint\.yaml:2:.*1 to 64/],
  ["a key written twice", ["region: us-east-1", "region: us-east-1"], /^rolemint\.yaml:3:1: region .*twice/],
  ["__proto__", ["__proto__: {}"], /^rolemint\.yaml:2:1: __proto__/],
  ["constructor", ["constructor: {}"], /^rolemint\.yaml:2:1: constructor is not a key here/],
  ["broken YAML", ["roles: ["], /^rolemint\.yaml:\d+:\d+: .*YAML/],
  ["tabs", ["roles:", "\tapp: {}"], /^rolemint\.yaml:3:1: .*[Tt]ab/],
];

test.concurrent.each(BAD)("%s: file, line and suggestion; nothing is started or written", async (_, lines, says) => {
  const cwd = directory({ "rolemint.yaml": ["version: 1", ...lines, ""].join("\n") });
  const { code, stdout, stderr } = await up(cwd);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.trimEnd()).toMatch(says);
  expect(stderr).not.toMatch(/\n\s+at |undefined|\[object/);
  expect(readdirSync(cwd)).toEqual(["rolemint.yaml"]);
});

test("every problem of a file is told, a line each, by line", async () => {
  const lines = ["version: 2", "rotation: slow", "instances:", "  web: { role: none, colour: red }", ""];
  const { code, stderr } = await up(directory({ "rolemint.yaml": lines.join("\n") }));
  expect(code).toBe(2);
  const places = stderr
    .trim()
    .split("\n")
    .map((line) => /^rolemint\.yaml:(\d+):\d+: \S/.exec(line)?.[1]);
  expect(places).toEqual(["1", "2", "4", "4"]);
});

test.each([
  ["a file that is not there", () => {}, /c\.yaml.*(?:not exist|no such)/],
  ["a directory", (file: string) => mkdirSync(file), /c\.yaml.*directory/],
  ["no text", (file: string) => writeFileSync(file, Buffer.from([0x76, 0xff, 0xfe])), /c\.yaml.*UTF-8/],
  ["nothing", (file: string) => writeFileSync(file, ""), /c\.yaml:1:1.*mapping/],
  [
    "more than it should be",
    (file: string) => writeFileSync(file, `#${"x".repeat(2_000_000)}\nversion: 1\n`),
    /c\.yaml.*1 MiB/,
  ],
  ["JSON that does not end", (file: string) => writeFileSync(file, '{ "version": 1, '), /c\.yaml:\d+:\d+: /],
])("--config is %s: exit 2", async (_, make, says) => {
  const cwd = directory();
  make(join(cwd, "c.yaml"));
  const { code, stdout, stderr } = await up(cwd, "--config", "c.yaml");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(says);
  expect(existsSync(join(cwd, ".rolemint"))).toBe(false);
});

test("a device is refused, not read for ever", async () => {
  const { code, stderr } = await up(directory(), "--config", "/dev/zero");
  expect(code).toBe(2);
  expect(stderr).toMatch(/\/dev\/zero.*regular file/);
});

test("a wrong policy file is named, with its own line", async () => {
  const cwd = directory({
    "rolemint.yaml": "version: 1\npolicies: { p: { file: ./p.json } }\n",
    "p.json": '{ "Version": "2012-10-17",\n  "Statement": [ { "Effect": "Allow" ]\n}\n',
  });
  const { code, stderr } = await up(cwd);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^p\.json:2:\d+: /);
});

test("a state that is there is not touched by a wrong config, and secrets are not repeated", async () => {
  const state = join(directory(), "state");
  const running = await start({ state });
  await running.stop();
  const bytes = () =>
    readdirSync(state).map((name) => (name === "objects" ? name : readFileSync(join(state, name), "base64")));
  const before = bytes();
  const config =
    "version: 1\nusers:\n  ci:\n    accessKeys: [{ id: AKIAIOSFODNN7EXAMPLE, secret: 'wJalr with spaces' }]\n";
  const { code, stderr } = await up(directory({ "rolemint.yaml": config }), "--state", state);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^rolemint\.yaml:4:/);
  expect(stderr).not.toContain("wJalr");
  expect(bytes()).toEqual(before);
});

test("many odd things at once are told and not stumbled over", async () => {
  const names = Array.from({ length: 2000 }, (_, n) => `  "i ${n}": { role: nobody }`);
  const { code, stderr } = await up(directory({ "rolemint.yaml": ["version: 1", "instances:", ...names].join("\n") }));
  expect(code).toBe(2);
  expect(stderr.trim().split("\n").length).toBeGreaterThanOrEqual(20);
});
