// Faults of the client itself: refused where nobody has power over its process, carried out where `rolemint exec` runs
// it; and whatever ends, nothing stays stopped.
import { readFileSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { libfaketime } from "../support/libfaketime.ts";
import { kill, launch, ROLEMINT, type Running, type Spawned, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const CONFIG = `version: 1
instances: { web: {}, job: {} }
`;

let running: Running;
let started: Spawned[] = [];
/** Of the programs: they may outlive who started them. */
let left: number[] = [];

beforeAll(async () => {
  running = await start({ config: CONFIG });
});
beforeEach(() => running.control("Reset"));
afterEach(async () => {
  for (const one of started) one.process.kill("SIGTERM");
  for (const pid of left) kill(pid);
  await Promise.all(started.map((one) => one.ended));
  started = [];
  left = [];
});

const put = (Name: string, more: object = {}) => running.ask("PutFault", { Name, Target: "web", ...more });
const faults = async () => (await running.control("ListFaults")).Faults;

/** Prints its id and that of a child, and then over and over its clock. */
const PROGRAM = `
const { spawn } = require("node:child_process");
const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); process.stdin.resume().on('end', () => process.exit())"], { stdio: ["pipe", "inherit", "inherit"] });
console.log(process.pid, child.pid);
setInterval(() => console.log(Date.now() / 1000), 50);
`;

/** Runs the program under `rolemint exec`, and waits until it is attached. */
async function exec(options: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const args = ["exec", "--ready", running.readyFile, ...options, "web", "--", process.execPath, "-e", PROGRAM];
  const spawned = launch(ROLEMINT, args, { env });
  started.push(spawned);
  const lines = () => spawned.printed().stdout.split("\n").slice(0, -1);
  const [first] = await until(() => (lines().length > 1 ? lines() : undefined));
  const pids = first!.split(" ").map(Number);
  left.push(...pids);
  const clock = () => Number(lines().at(-1));
  return { spawned, pids, clock };
}

/** `T` is stopped. */
const stateOf = (pid: number) => /\) (\w) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1];
const areStopped = (pids: readonly number[]) => pids.every((pid) => stateOf(pid) === "T");
const areFree = (pids: readonly number[]) => pids.every((pid) => stateOf(pid) !== "T");

/** Puts it as soon as somebody is attached. */
const putOnceAttached = (Name: string, more: object = {}) =>
  until(async () => {
    const { status, body } = await put(Name, more);
    return status === 409 ? undefined : body.Fault;
  });

test.each([
  ["clock.sleep-resume", /rolemint exec web -- PROGRAM/],
  ["clock.skew-client", /rolemint exec web --client-clock \+0s -- PROGRAM/],
])("%s is refused while nobody has power over the client", async (name, says) => {
  const { status, body } = await put(name);
  expect([status, body.code]).toEqual([409, "Conflict"]);
  expect(body.message).toMatch(says);
  expect(await faults()).toEqual([]);
});

test.each([
  ["", 400, /instance is required/],
  ["instance=wob", 404, /wob/],
  ["instance=web&clock=maybe", 400, /clock/],
  ["instance=web&speed=2", 400, /no member speed/],
])("nobody attaches with %j", async (query, status, says) => {
  const { endpoints, controlToken } = running.ready();
  const headers = { authorization: `Bearer ${controlToken}` };
  const answer = await fetch(`${endpoints.control}/client?${query}`, { headers });
  expect([answer.status, ((await answer.json()) as { message: string }).message]).toEqual([
    status,
    expect.stringMatching(says),
  ]);
  expect((await fetch(`${endpoints.control}/client?instance=web`)).status).toBe(401);
});

test("the preset that needs it is refused whole", async () => {
  const { status } = await running.ask("PutPreset", { Name: "vm-woke-up", Target: "web" });
  expect([status, await faults()]).toEqual([409, []]);
});

test("a sleep stops the program and all that it has started, until the fault is over", async () => {
  const { pids } = await exec();
  const { Id } = await putOnceAttached("clock.sleep-resume");
  await until(() => areStopped(pids));
  expect((await put("clock.sleep-resume", { Target: "job" })).status).toBe(409);
  await running.control("DeleteFault", { Id });
  await until(() => areFree(pids));
});

test("vm-woke-up: seven hours pass in a moment", async () => {
  const { pids } = await exec();
  const before = Date.parse((await running.control("DescribeWorld")).Time);
  await until(async () => (await running.ask("PutPreset", { Name: "vm-woke-up", Target: "web" })).status === 200);
  await until(() => areStopped(pids));
  await until(async () => (await faults()).length === 0);
  await until(() => areFree(pids));
  const after = Date.parse((await running.control("DescribeWorld")).Time);
  expect(after - before).toBeGreaterThanOrEqual(7 * 3_600_000);
});

test("a world that stands does not let anybody sleep until a time", async () => {
  await exec();
  await until(async () => (await put("clock.sleep-resume", { For: "1s" })).status === 200);
  await running.control("DeleteFault", { All: true });
  await running.control("SetClock", { Rate: 0 });
  const { status, body } = await put("clock.sleep-resume", { Parameters: { WakeAfter: "1s" } });
  expect([status, body.message]).toEqual([409, expect.stringMatching(/clock stands/)]);
});

test("who kills rolemint exec finds nothing stopped", async () => {
  const { spawned, pids } = await exec();
  await putOnceAttached("clock.sleep-resume");
  await until(() => areStopped(pids));
  spawned.process.kill("SIGKILL");
  await until(() => areFree(pids));
});

test("a signal reaches a program that sleeps", async () => {
  const { spawned, pids } = await exec();
  await putOnceAttached("clock.sleep-resume");
  await until(() => areStopped(pids));
  spawned.process.kill("SIGTERM");
  expect(await spawned.ended).toMatchObject({ code: 143 });
});

test("who ends the simulator finds nothing stopped", async () => {
  const other = await start({ config: CONFIG });
  const mine = running;
  running = other;
  try {
    const { pids } = await exec();
    await putOnceAttached("clock.sleep-resume");
    await until(() => areStopped(pids));
    await other.stop();
    await until(() => areFree(pids));
  } finally {
    running = mine;
  }
});

const library = libfaketime();

(library === undefined ? test.skip : test)("a client's clock is off while the fault lasts", async () => {
  const { clock } = await exec(["--client-clock", "+1h"], { ROLEMINT_FAKETIME: library ?? "" });
  const ahead = () => clock() - Date.now() / 1000;
  await until(() => Math.abs(ahead() - 3600) < 30);
  const { Id } = await putOnceAttached("clock.skew-client", { Parameters: { Offset: "-2h" } });
  await until(() => Math.abs(ahead() + 3600) < 30);
  await running.control("DeleteFault", { Id });
  await until(() => Math.abs(ahead() - 3600) < 30);
});
