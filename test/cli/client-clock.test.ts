// `rolemint exec --client-clock`: a program on another clock than the host's, and what is said where that cannot be.
import { existsSync, readdirSync } from "node:fs";
import { beforeAll, expect, test } from "@jest/globals";
import { libfaketime } from "../support/libfaketime.ts";
import { directory, type Running, rolemint, start } from "../support/rolemint.ts";

const library = libfaketime();
const testWithLibrary = library === undefined ? test.skip : test;

let running: Running;

beforeAll(async () => {
  running = await start();
});

const NOW = ["--", process.execPath, "-p", "Date.now()"];
const env = { ROLEMINT_FAKETIME: library ?? "" };
const exec = (args: readonly string[], given: Readonly<Record<string, string>> = env) =>
  rolemint(["exec", "--ready", running.readyFile, ...args], { env: given });

/** By how many seconds a program's clock is ahead of the host's; how long its start takes is in it. */
async function aheadSeconds(args: readonly string[], given = env): Promise<number> {
  const { code, stdout, stderr } = await exec([...args, ...NOW], given);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (Number(stdout) - Date.now()) / 1000;
}

testWithLibrary.each([
  { args: ["web", "--client-clock", "+6h"], seconds: 21_600 },
  { args: ["--client-clock", "-1d", "web"], seconds: -86_400 },
  { args: ["web", "--client-clock=+90.5s"], seconds: 90.5 },
])("$args moves the program's clock, wherever it stands", async ({ args, seconds }) => {
  expect(Math.abs((await aheadSeconds(args)) - seconds)).toBeLessThan(15);
});

testWithLibrary("world is the world's time and pace, also in the program's children", async () => {
  await running.control("SetClock", { Time: "2031-02-03T04:05:06Z", Rate: 1000 });
  const child = `require("node:child_process").spawnSync(process.execPath, ["-p", "Date.now()"], { encoding: "utf8" })`;
  const script = `const first = Date.now(); console.log(JSON.stringify([first, Number(${child}.stdout), Date.now()]))`;
  const { stdout } = await exec(["web", "--client-clock", "world", "--", process.execPath, "-e", script]);
  const world = Date.parse((await running.control("DescribeWorld")).Time);
  const [first, ofChild, last] = JSON.parse(stdout);
  expect(first).toBeGreaterThan(Date.parse("2031-02-03T04:05:05Z"));
  expect(ofChild).toBeGreaterThan(first);
  expect(ofChild).toBeLessThan(last);
  expect(last).toBeLessThan(world + 1000);
  // At that pace a start takes more than ten seconds.
  expect(last - first).toBeGreaterThan(10_000);
});

testWithLibrary.each(["UTC", "Asia/Tokyo"])(
  "a world that stands gives a program a clock that stands: %s",
  async (TZ) => {
    await running.control("SetClock", { Time: "2031-02-03T04:05:06Z", Rate: 0 });
    const args = ["web", "--client-clock", "world", "--", process.execPath, "-e"];
    const script = "setTimeout(() => console.log(new Date().toISOString()), 200)";
    const { stdout } = await exec([...args, script], { ...env, TZ });
    expect(stdout).toBe("2031-02-03T04:05:06.000Z\n");
  },
);

testWithLibrary("the metadata timeout of botocore is raised by the rate, and only the program is told", async () => {
  const args = ["web", "--client-clock", "x200", "--", process.execPath, "-p", "JSON.stringify(process.env)"];
  const plain = JSON.parse((await exec(args)).stdout);
  expect(plain).toMatchObject({ AWS_METADATA_SERVICE_TIMEOUT: "200", FAKETIME_DONT_FAKE_MONOTONIC: "1" });
  const given = { ...env, AWS_METADATA_SERVICE_TIMEOUT: "2.5", FAKETIME_DONT_FAKE_MONOTONIC: "0" };
  expect(JSON.parse((await exec(args, given)).stdout)).toMatchObject({
    AWS_METADATA_SERVICE_TIMEOUT: "500",
    FAKETIME_DONT_FAKE_MONOTONIC: "0",
  });
});

testWithLibrary("a program that is killed leaves nothing in shared memory", async () => {
  const script = "console.log(process.pid); process.kill(process.pid, 'SIGKILL')";
  const { code, stdout } = await exec(["web", "--client-clock", "+1h", "--", process.execPath, "-e", script]);
  expect(code).toBe(137);
  const left = existsSync("/dev/shm") ? readdirSync("/dev/shm") : [];
  expect(left.filter((name) => name.endsWith(`_${stdout.trim()}`))).toEqual([]);
});

test.concurrent.each(["6h", "x0", "x", "+6h,", "+6parsecs", "xx2", "World", "", "+6hx200x2"])(
  "%j is no clock: exit 2, and nothing is run",
  async (spec) => {
    const { code, stdout, stderr } = await exec(["web", "--client-clock", spec, ...NOW]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*--client-clock[^\n]*\n$/);
  },
);

test.each([`${directory()}/libfaketime.so.1`, "relative.so", "/etc"])(
  "a library that cannot be preloaded (%s) is exit 3",
  async (path) => {
    const { code, stdout, stderr } = await exec(["web", "--client-clock", "+6h", ...NOW], { ROLEMINT_FAKETIME: path });
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*ROLEMINT_FAKETIME[^\n]*\n$/);
  },
);
