// `rolemint fault`: put, listed and taken away as a user types it, with the exit codes and sentences of the contract.
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { metadataToken } from "../support/metadata.ts";
import { type Running, rolemint, start } from "../support/rolemint.ts";

const CONFIG = `version: 1
roles: { app: {}, other: {} }
instances: { web: { role: app }, job: { role: other } }
`;

let running: Running;
let lonely: Running;

beforeAll(async () => {
  [running, lonely] = await Promise.all([start({ config: CONFIG }), start()]);
});
beforeEach(() => running.control("Reset"));

const run = (...args: string[]) => rolemint(["fault", ...args, "--ready", running.readyFile]);
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await run(...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};

test("a fault is put, listed and taken away", async () => {
  const imds = running.ready().instances["web"]!.imds;
  const added = await run("add", "imds.unreachable", "mode=reset", "--target", "web", "--for", "10m");
  expect(added.stdout).toMatch(/^f-\d+ imds.unreachable on web, acting until \S+Z\n$/);
  expect(added.code).toBe(0);
  await expect(metadataToken(imds)).rejects.toThrow("fetch failed");
  const { version, faults } = await json("ls");
  expect([version, faults]).toEqual([1, [expect.objectContaining({ Name: "imds.unreachable", Target: "web" })]]);
  expect((await run("ls")).stdout).toMatch(/imds\.unreachable +\S* *web/);
  expect(await json("rm", faults[0].Id)).toEqual({ version: 1, ids: [faults[0].Id] });
  expect(await metadataToken(imds)).toHaveLength(56);
  expect(await run("ls", "--quiet")).toMatchObject({ code: 0, stdout: "" });
});

test("what bounds a fault that says nothing is told, and the seed of chance", async () => {
  const { fault, note } = await json("add", "s3.slow-down", "--target", "all", "--probability", "0.5");
  expect(note).toMatch(/after 1h/);
  expect(fault.Seed).toMatch(/\S/);
  const again = await json(
    "add",
    "sts.throttle",
    "--target",
    "all",
    "--probability",
    "0.5",
    "--seed",
    "s",
    "--times",
    "2",
  );
  expect(again.fault).toMatchObject({ Seed: "s", Times: 2 });
  expect((await run("rm", "--all")).stdout).toBe(`${fault.Id}\n${again.fault.Id}\n`);
});

test("the only instance is meant where none is named", async () => {
  const { stdout } = await rolemint(["fault", "add", "imds.unreachable", "--ready", lonely.readyFile]);
  expect(stdout).toContain("on web,");
});

test.each<[string, readonly string[], number, RegExp]>([
  ["a name that is none", ["add", "imds.unreachabel", "--target", "web"], 2, /did you mean imds\.unreachable\?/],
  ["a parameter that is none", ["add", "imds.unreachable", "mod=x", "--target", "web"], 2, /did you mean mode\?/],
  ["a value that is none", ["add", "imds.unreachable", "mode=x", "--target", "web"], 2, /Mode must be one of reset/],
  ["no target where there are two", ["add", "imds.unreachable"], 2, /say which instance: there are web, job/],
  ["a target that is none", ["add", "imds.unreachable", "--target", "wob"], 2, /wob/],
  ["a trigger that is none", ["add", "imds.unreachable", "--target", "web", "--when", "later"], 2, /--when is now/],
  ["neither an id nor all", ["rm"], 2, /rm ID, or --all/],
  ["an id that is none", ["rm", "f-999"], 2, /no fault f-999/],
  ["a preset that is none", ["preset", "imds-outage", "--target", "web"], 2, /did you mean imds-outage-30m\?/],
  ["no command", [], 2, /--help/],
])("%s is refused", async (_, args, code, says) => {
  const answer = await run(...args);
  expect(answer).toMatchObject({ code, stdout: "" });
  expect(answer.stderr).toMatch(says);
  expect(answer.stderr).toMatch(/^[^\n]+\n$/);
});

test("a contradiction ends with 1", async () => {
  await run("add", "imds.unreachable", "--target", "web");
  const { code, stderr } = await run("add", "imds.unreachable", "--target", "role:app");
  expect([code, stderr]).toEqual([1, expect.stringMatching(/contradicts imds\.unreachable/)]);
});

test("presets are listed, and put whole", async () => {
  const { presets } = await json("preset");
  expect(presets.map(({ Name }: any) => Name)).toContain("mid-multipart");
  const put = await run("preset", "mid-multipart", "part=3", "--target", "web", "--for", "2h");
  expect(put.stdout).toMatch(/^f-\d+ s3\.expire-mid-multipart on web, acting until .*\nA good client fetches/);
  const { faults } = await json("ls");
  expect(faults[0]).toMatchObject({ Parameters: { Part: 3, Complete: false } });
  expect(Date.parse(faults[0].Ends) - Date.parse(faults[0].Begins)).toBe(7_200_000);
});

test("a preset that only moves the clock says the time", async () => {
  const { Time } = await running.control("DescribeWorld");
  const { faults, time } = await json("preset", "six-hours-later");
  expect(faults).toEqual([]);
  expect(Date.parse(time) - Date.parse(Time)).toBeGreaterThanOrEqual(24_000_000);
});

test("the catalogue says what each takes", async () => {
  const { kinds } = await json("ls", "--all");
  expect(kinds.find(({ Name }: any) => Name === "s3.expire-mid-list").Parameters[0]).toMatchObject({ Default: "2" });
  expect((await run("ls", "--all")).stdout).toMatch(/s3\.expire-mid-list .*\n {4}page: which page/);
});
