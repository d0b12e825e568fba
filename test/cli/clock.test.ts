// `rolemint clock`: the world's time shown and moved, and what is said of clients that are not moved with it.
import { beforeAll, expect, test } from "@jest/globals";
import { type Running, rolemint, start } from "../support/rolemint.ts";

let running: Running;

beforeAll(async () => {
  running = await start({ config: "version: 1\n" });
});

const ask = (...args: string[]) => rolemint(["clock", ...args, "--ready", running.readyFile]);

async function json(...args: string[]): Promise<{ time: string; rate: number; offsetSeconds: number }> {
  const { code, stdout, stderr } = await ask(...args, "--json");
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  const { version, ...rest } = JSON.parse(stdout);
  expect(version).toBe(1);
  return rest;
}

test("it is shown, moved by a duration either way, set, frozen, run faster, and resumed", async () => {
  const shown = await json();
  expect(shown).toEqual({ time: expect.stringMatching(/Z$/), rate: 1, offsetSeconds: expect.any(Number) });
  expect(Math.abs(shown.offsetSeconds)).toBeLessThanOrEqual(1);
  const hours = (await json("+6h")).offsetSeconds;
  expect(Math.abs(hours - 21_600)).toBeLessThanOrEqual(1);
  expect(Math.abs((await json("-10m")).offsetSeconds - 21_000)).toBeLessThanOrEqual(1);
  expect(await json("2031-02-03T04:05:06Z", "--freeze")).toMatchObject({ time: "2031-02-03T04:05:06Z", rate: 0 });
  expect(await json("+1h30m")).toMatchObject({ time: "2031-02-03T05:35:06Z", rate: 0 });
  expect(await json("-30m", "--freeze")).toMatchObject({ time: "2031-02-03T05:05:06Z", rate: 0 });
  expect(await json("--rate", "2.5")).toMatchObject({ rate: 2.5 });
  expect(await json("--resume")).toMatchObject({ rate: 1 });
  expect((await running.control("DescribeWorld")).ClockRate).toBe(1);
});

test("whoever moves it is told of clients whose own clock is not moved, in one line, and not when quiet", async () => {
  const moved = await ask("+1s");
  expect(moved.stdout.split("\n")).toHaveLength(3);
  expect(moved.stdout).toMatch(/\nA client whose own clock is not moved .*docs\/guides\/time\.md.*\n$/);
  for (const quiet of [await ask("+1s", "--quiet"), await ask()]) {
    expect(quiet.stdout).toMatch(/^\d{4}-\S+Z, [^\n]+\n$/);
  }
});

test.concurrent.each([
  { args: ["6h"], says: /6h.*\+6h/ },
  { args: ["soon"], says: /soon/ },
  { args: ["-x"], says: /-x/ },
  { args: ["--nope"], says: /--nope/ },
  { args: ["+1h", "+2h"], says: /argument/ },
  { args: ["2031-13-01T00:00:00Z"], says: /2031-13-01/ },
  { args: ["+200000d"], says: /2100/ },
  { args: ["--rate", "-1"], says: /--rate/ },
  { args: ["--rate", "10001"], says: /--rate.*10000/ },
  { args: ["--rate", "fast"], says: /--rate/ },
  { args: ["--rate", "2", "--freeze"], says: /--freeze/ },
  { args: ["--resume", "--freeze"], says: /--resume/ },
])("$args is wrong usage: exit 2 and one sentence", async ({ args, says }) => {
  const { code, stdout, stderr } = await ask(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(says);
});
