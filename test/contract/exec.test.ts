// `rolemint exec`: a program with an instance's environment, whose exit code, streams and signals are its own.
import { beforeAll, expect, test } from "@jest/globals";
import { AS_INSTALLED, isAlive, launch, ROLEMINT, type Running, rolemint, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

let running: Running;

beforeAll(async () => {
  running = await start();
});

const args = (...command: string[]) => ["exec", "--ready", running.readyFile, ...command];
const node = (script: string, ...more: string[]) => ["web", "--", process.execPath, "-e", script, ...more];

test("the program has the instance's environment, and what is not AWS's is left alone", async () => {
  const env = {
    AWS_PROFILE: "other",
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_ENDPOINT_URL_S3: "http://192.0.2.1",
    AWS_CA_BUNDLE: "/ca.pem",
    MINE: "it's $mine\n",
  };
  const { code, stdout, stderr } = await rolemint(args(...node("console.log(JSON.stringify(process.env))")), { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const seen = JSON.parse(stdout);
  const { set } = JSON.parse((await rolemint(["env", "web", "--json", "--ready", running.readyFile])).stdout);
  expect(seen).toMatchObject({ ...set, MINE: "it's $mine\n", AWS_CA_BUNDLE: "/ca.pem" });
  for (const name of ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_S3"])
    expect(seen).not.toHaveProperty([name]);
  expect(Object.keys(seen).filter((name) => name.startsWith("ROLEMINT"))).toEqual([]);
});

test.each([0, 1, 2, 3, 42, 255])("exit code %d is the program's own", async (code) => {
  expect(await rolemint(args(...node(`process.exit(${code})`)), { env: AS_INSTALLED })).toEqual({
    code,
    signal: null,
    stdout: "",
    stderr: "",
  });
});

test("its streams are the program's", async () => {
  const script = "process.stdin.pipe(process.stdout); console.error('to stderr')";
  const { stdout, stderr } = await rolemint(args(...node(script)), { input: "to stdout", env: AS_INSTALLED });
  expect({ stdout, stderr }).toEqual({ stdout: "to stdout", stderr: "to stderr\n" });
});

const print = "console.log(JSON.stringify(process.argv.slice(1)))";

test.each([
  { given: ["--json", "--version", "-h"], has: ["--json", "--version", "-h"] },
  { given: ["a b", "$(x)", "it's", ""], has: ["a b", "$(x)", "it's", ""] },
  { given: ["x", "--", "y"], has: ["x", "--", "y"] },
  { given: ["--ready", "nowhere"], has: ["--ready", "nowhere"] },
])("arguments reach it as they are: $given", async ({ given, has }) => {
  const { stdout } = await rolemint(args(...node(print, "--", ...given)));
  expect(JSON.parse(stdout)).toEqual(has);
});

test("-- may be left out, and the instance may be an id", async () => {
  const id = running.ready().instances["web"]!.instanceId;
  const { stdout } = await rolemint(args(id, process.execPath, "-p", "process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT"));
  expect(stdout.trim()).toBe(running.ready().instances["web"]!.imds);
});

test.each([
  ["web", "/no/such/program", /no such program/],
  ["web", "/", /./],
])("a program that cannot be started is exit 3, in a sentence: %s %s", async (instance, program, says) => {
  const { code, stdout, stderr } = await rolemint(args(instance, "--", program));
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toMatch(says);
});

test("an instance that is not there is exit 2, and nothing is run", async () => {
  const { code, stdout, stderr } = await rolemint(args("nobody", "--", process.execPath, "-p", "1"));
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^[^\n]*nobody[^\n]*\n$/);
});

test("a program that a signal ends gives 128 and the signal's number", async () => {
  expect((await rolemint(args(...node("process.kill(process.pid, 'SIGTERM')")))).code).toBe(143);
  expect((await rolemint(args(...node("process.kill(process.pid, 'SIGKILL')")))).code).toBe(137);
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "%s reaches the program, which ends as it likes",
  async (signal) => {
    const script = `
    process.on("${signal}", () => { console.log("got ${signal}"); process.exit(7); });
    setInterval(() => {}, 1000);
    console.log(process.pid);`;
    const polite = launch(ROLEMINT, args(...node(script)), { env: AS_INSTALLED });
    const pid = Number(await until(() => polite.printed().stdout || undefined));
    polite.process.kill(signal);
    const { code, stdout } = await polite.ended;
    expect({ code, got: stdout.split("\n")[1] }).toEqual({ code: 7, got: `got ${signal}` });
    await until(() => !isAlive(pid));
  },
);

test("a signal that the program does not take ends it", async () => {
  const plain = launch(ROLEMINT, args(...node("setInterval(() => {}, 1000); console.log(process.pid)")), {
    env: AS_INSTALLED,
  });
  const pid = Number(await until(() => plain.printed().stdout || undefined));
  plain.process.kill("SIGTERM");
  expect((await plain.ended).code).toBe(143);
  await until(() => !isAlive(pid));
});
