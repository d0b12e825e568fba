// The ready file: what it says, where it stands and for how long; and how the other commands find a simulator by it.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { metadata } from "../support/metadata.ts";
import { ANY_PORTS, directory, isAlive, launch, type Ready, ROLEMINT, rolemint, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const FINDERS = [["status"], ["env"], ["exec", "web", "--", "true"], ["apply"]];

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const LOCAL = /^http:\/\/127\.0\.0\.1:\d+$/;

test("it says everything, to its owner only, in both places, and is gone at the end", async () => {
  const cwd = directory();
  const state = join(cwd, "state");
  const running = await start({ cwd, state });
  const ready = running.ready();
  expect(ready).toEqual({
    version: 1,
    pid: expect.any(Number),
    region: "us-east-1",
    endpoints: {
      aws: expect.stringMatching(LOCAL),
      s3: expect.stringMatching(LOCAL),
      control: expect.stringMatching(LOCAL),
    },
    operator: {
      accountId: "111122223333",
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9/+]{40}$/),
    },
    controlToken: expect.stringMatching(/^\S{16,}$/),
    instances: { web: { instanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/), imds: expect.stringMatching(LOCAL) } },
  });
  expect(isAlive(ready.pid)).toBe(true);
  expect(ready.endpoints.s3).toBe(ready.endpoints.aws);
  const own = join(state, "ready.json");
  expect(readFileSync(own, "utf8")).toBe(readFileSync(running.readyFile, "utf8"));
  expect([running.readyFile, own].map(modeOf)).toEqual(["600", "600"]);
  expect(modeOf(state)).toBe("700");
  expect(readFileSync(join(state, ".gitignore"), "utf8")).toBe("*\n");

  expect(await running.stop()).toMatchObject({ code: 0, signal: null });
  expect([own, running.readyFile].map((path) => existsSync(path))).toEqual([false, false]);
  expect(readdirSync(state).filter((name) => name.includes("ready"))).toEqual([]);
});

test("it is never seen half-written, and shows every instance before RunInstances answers", async () => {
  const running = await start();
  const { ec2 } = clients(running.ready());
  let isDone = false;
  const reading = (async () => {
    let reads = 0;
    for (; !isDone; reads++) {
      const { version, instances } = JSON.parse(readFileSync(running.readyFile, "utf8")) as Ready;
      expect([version, "web" in instances]).toEqual([1, true]);
      await new Promise((done) => setImmediate(done));
    }
    return reads;
  })();
  for (let n = 0; n < 15; n++) {
    const Tags = [{ Key: "Name", Value: `more-${n}` }];
    const { Instances } = await ec2.send(
      new RunInstancesCommand({ MinCount: 1, MaxCount: 1, TagSpecifications: [{ ResourceType: "instance", Tags }] }),
    );
    expect(running.ready().instances[`more-${n}`]?.instanceId).toBe(Instances![0]!.InstanceId);
  }
  isDone = true;
  expect(await reading).toBeGreaterThan(10);
  const { instances } = running.ready();
  const { text } = await metadata(instances["more-7"]!.imds, "/latest/meta-data/instance-id");
  expect(text).toBe(instances["more-7"]!.instanceId);
  expect(new Set(Object.values(instances).map(({ imds }) => imds)).size).toBe(16);
});

test("an ephemeral simulator leaves nothing, and is found by --ready only", async () => {
  const running = await start();
  expect(readdirSync(running.cwd)).toEqual([]);
  expect((await rolemint(["status", "--ready", running.readyFile])).code).toBe(0);
  expect((await rolemint(["status"], { cwd: running.cwd })).code).toBe(3);
  await running.stop();
  expect(readdirSync(running.cwd)).toEqual([]);
  expect((await rolemint(["status", "--ready", running.readyFile])).code).toBe(3);
});

test("commands find it in ./.rolemint, by --state, or by --ready", async () => {
  const running = await start({ state: ".rolemint" });
  const { cwd } = running;
  const finders = await Promise.all([
    rolemint(["status", "--json"], { cwd }),
    rolemint(["status", "--json", "--state", join(cwd, ".rolemint")]),
    rolemint(["status", "--json", "--ready", join(cwd, ".rolemint", "ready.json")]),
    rolemint(["status", "--json", "--ready", running.readyFile]),
  ]);
  for (const { code, stdout } of finders) {
    expect({ code, names: JSON.parse(stdout).instances.map((one: any) => one.Name) }).toEqual({
      code: 0,
      names: ["web"],
    });
  }
});

test.each(FINDERS.map((args) => ({ args })))("$args: nothing there is exit 3", async ({ args }) => {
  const place = directory();
  const [command, ...rest] = args;
  const answers = await Promise.all([
    rolemint(args),
    rolemint([command!, "--state", join(place, "none"), ...rest]),
    rolemint([command!, "--ready", join(place, "none.json"), ...rest]),
    rolemint([command!, "--ready", place, ...rest]),
  ]);
  for (const { code, stdout, stderr } of answers) {
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^[^\n]+\n$/);
  }
  expect(answers[0]!.stderr).toMatch(/rolemint up/);
});

test("a ready file whose process is gone is nothing there: exit 3, with its pid", async () => {
  const running = await start();
  const text = readFileSync(running.readyFile, "utf8");
  const { pid } = running.ready();
  await running.stop("SIGKILL");
  expect(readFileSync(running.readyFile, "utf8")).toBe(text);
  for (const [command, ...rest] of FINDERS) {
    const { code, stdout, stderr } = await rolemint([command!, "--ready", running.readyFile, ...rest]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^[^\\n]*pid ${pid}[^\\n]*rolemint up[^\\n]*\\n$`));
  }
});

test("a process that has ended and was not reaped is gone as well", async () => {
  if (!existsSync("/proc/self/stat")) return;
  const readyFile = join(directory(), "ready.json");
  // With Node 24 first in the PATH there is no launcher between: the simulator is the shell's child, and then sleep's.
  const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"]}` };
  const command = `"$0" up --ephemeral ${ANY_PORTS.join(" ")} --ready "$1" & exec sleep 600`;
  const parent = launch("/bin/sh", ["-c", command, ROLEMINT, readyFile], { env });
  await until(() => existsSync(readyFile));
  const { pid } = JSON.parse(readFileSync(readyFile, "utf8")) as Ready;
  process.kill(pid, "SIGKILL");
  await until(() => !isAlive(pid));
  process.kill(pid, 0);
  const { code, stderr } = await rolemint(["status", "--ready", readyFile]);
  expect(code).toBe(3);
  expect(stderr).toContain(`pid ${pid}`);
  parent.process.kill("SIGKILL");
});

test.each([
  ["empty", ""],
  ["no JSON", "{"],
  ["a text", '"hello"'],
  ["null", "null"],
  ["a list", "[]"],
  ["another version", '{ "version": 2 }'],
  ["half of it", '{ "version": 1, "pid": null }'],
])("a ready file that is %s is exit 3, without a stack", async (_, text) => {
  const file = join(directory({ "ready.json": text }), "ready.json");
  for (const [command, ...rest] of FINDERS) {
    const { code, stdout, stderr } = await rolemint([command!, "--ready", file, ...rest]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*ready\.json[^\n]*\n$/);
    expect(stderr).not.toMatch(/TypeError|undefined|Cannot/);
  }
});

test("a ready file in a missing directory, or at the place of a directory: exit 3, and nothing is left running", async () => {
  const cwd = directory();
  mkdirSync(join(cwd, "taken"));
  writeFileSync(join(cwd, "file"), "");
  for (const file of ["none/ready.json", "taken", "file/ready.json"]) {
    const { code, stderr, stdout } = await rolemint(["up", ...ANY_PORTS, "--ready", file], { cwd });
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*--ready[^\n]*\n$/);
    expect(stderr).toContain(file);
  }
  expect(existsSync(join(cwd, ".rolemint", "ready.json"))).toBe(false);
  expect(readdirSync(cwd).sort()).toEqual([".rolemint", "file", "taken"]);
  const running = await start({ cwd, state: ".rolemint" });
  expect((await running.stop()).code).toBe(0);
});

test("a place given to two simulators is the later one's: the end of the first does not take it away", async () => {
  const place = join(directory(), "ready.json");
  const first = await start({ readyFile: place });
  const second = await start({ readyFile: place });
  expect((JSON.parse(readFileSync(place, "utf8")) as Ready).pid).toBe(second.ready().pid);
  await first.stop();
  expect((JSON.parse(readFileSync(place, "utf8")) as Ready).pid).toBe(second.ready().pid);
  await second.stop();
  expect(existsSync(place)).toBe(false);
});

test("calls succeed when the place of the ready file goes away", async () => {
  const running = await start();
  const { ec2 } = clients(running.ready());
  rmSync(dirname(running.readyFile), { recursive: true });
  await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }));
  const { Instances } = await running.control("ListInstances");
  expect(Instances).toHaveLength(2);
  expect((await running.stop()).code).toBe(0);
});
