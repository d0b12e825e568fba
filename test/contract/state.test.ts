// The state directory: one simulator at a time, everything acknowledged survives, and what is not ours is refused and
// left as it was.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { AttachRolePolicyCommand, CreateRoleCommand, GetRoleCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { documentOf, keysOf } from "../support/metadata.ts";
import { ANY_PORTS, contentOf, directory, launch, ROLEMINT, rolemint, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const WITH_ROLE = `version: 1
roles: { app: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess] } }
instances: { web: { role: app } }
buckets: { demo: {} }
`;
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

const up = (cwd: string, ...args: string[]) => rolemint(["up", ...ANY_PORTS, ...args], { cwd });

test("a second up on a used state is refused with the pid, and disturbs nothing", async () => {
  const running = await start({ state: ".rolemint" });
  const before = readFileSync(join(running.cwd, ".rolemint", "ready.json"), "utf8");
  const { code, stdout, stderr } = await up(running.cwd);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^[^\\n]*pid ${running.ready().pid}[^\\n]*--state[^\\n]*\\n$`));
  expect(readFileSync(join(running.cwd, ".rolemint", "ready.json"), "utf8")).toBe(before);
  expect((await rolemint(["status"], { cwd: running.cwd })).code).toBe(0);
});

test("of several that race for one new state one wins, and the others are refused", async () => {
  const cwd = directory();
  const racers = Array.from({ length: 4 }, () => launch(ROLEMINT, ["up", ...ANY_PORTS, "--json"], { cwd }));
  const outcomes = await Promise.all(
    racers.map(async (racer) => {
      await until(() => racer.printed().stdout.includes("ready") || racer.process.exitCode !== null);
      if (racer.process.exitCode === null) return "won";
      const { code, stderr } = await racer.ended;
      return `${code} ${stderr}`;
    }),
  );
  expect(outcomes.filter((outcome) => outcome === "won")).toHaveLength(1);
  for (const outcome of outcomes) expect(outcome).toMatch(/^won$|^3 [^\n]*in use by[^\n]*\n$/);
  const { stdout } = await rolemint(["status", "--json"], { cwd });
  expect(JSON.parse(stdout).instances).toHaveLength(1);
});

test.each(["SIGTERM", "SIGKILL"] as const)(
  "everything is there again after %s: keys, ids, objects, credentials",
  async (signal) => {
    const state = join(directory(), "state");
    const first = await start({ config: WITH_ROLE, state });
    const one = first.ready();
    const { imds } = one.instances["web"]!;
    const { iam, s3 } = clients(one);
    await iam.send(new CreateRoleCommand({ RoleName: "more", AssumeRolePolicyDocument: TRUST }));
    await iam.send(
      new AttachRolePolicyCommand({ RoleName: "more", PolicyArn: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" }),
    );
    await s3.send(new PutObjectCommand({ Bucket: "demo", Key: "kept", Body: "kept" }));
    const [keys, document] = [await keysOf(imds), await documentOf(imds)];
    const identity = await clients(one, keys).sts.send(new GetCallerIdentityCommand({}));
    await first.stop(signal);

    const second = await start({ cwd: first.cwd, state });
    const two = second.ready();
    expect({ ...two.operator, token: two.controlToken }).toEqual({ ...one.operator, token: one.controlToken });
    expect(two.instances["web"]!.instanceId).toBe(one.instances["web"]!.instanceId);
    const mine = clients(two, keys);
    const { $metadata: _, ...again } = await mine.sts.send(new GetCallerIdentityCommand({}));
    expect(again).toEqual({ Account: identity.Account, Arn: identity.Arn, UserId: identity.UserId });
    const { Body } = await mine.s3.send(new GetObjectCommand({ Bucket: "demo", Key: "kept" }));
    expect(await Body!.transformToString()).toBe("kept");
    expect(await documentOf(two.instances["web"]!.imds)).toEqual(document);
    const { Role } = await clients(two).iam.send(new GetRoleCommand({ RoleName: "more" }));
    expect(Role?.RoleName).toBe("more");
  },
);

test("a second up on the same state and config changes nothing", async () => {
  const state = join(directory(), "state");
  const first = await start({ config: WITH_ROLE, state });
  const [world, list] = [await first.control("DescribeWorld"), await first.control("ListInstances")];
  await first.stop();
  const second = await start({ cwd: first.cwd, state });
  const again = await second.control("DescribeWorld");
  expect({ ...again, Time: "", Revision: 0 }).toEqual({ ...world, Time: "", Revision: 0 });
  const withoutPort = ({ Instances }: any) => Instances.map(({ Endpoint: _, ...rest }: any) => rest);
  expect(withoutPort(await second.control("ListInstances"))).toEqual(withoutPort(list));
});

test.each(['account: "222233334444"', "region: eu-west-1"])(
  "a state of another account or region is refused: %s",
  async (line) => {
    const state = join(directory(), "state");
    const first = await start({ config: WITH_ROLE, state });
    await first.stop();
    const before = contentOf(state);
    writeFileSync(join(first.cwd, "rolemint.yaml"), `version: 1\n${line}\n`);
    const { code, stdout, stderr } = await up(first.cwd, "--state", state);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*111122223333 in us-east-1[^\n]*--state[^\n]*\n$/);
    const { "world.db-wal": _, ...after } = contentOf(state);
    expect(
      Object.keys(after)
        .filter((file) => file.endsWith("world.db"))
        .map((file) => after[file]),
    ).toEqual(
      Object.keys(before)
        .filter((file) => file.endsWith("world.db"))
        .map((file) => before[file]),
    );
    const again = await start({ cwd: directory({ "rolemint.yaml": WITH_ROLE }), state });
    expect(Object.keys(again.ready().instances)).toEqual(["web"]);
  },
);

test("a directory that the owner made, empty and open to all, is taken and closed to others", async () => {
  const cwd = directory();
  mkdirSync(join(cwd, "state"));
  chmodSync(join(cwd, "state"), 0o755);
  await start({ cwd, state: "state" });
  expect(statSync(join(cwd, "state")).mode & 0o777).toBe(0o700);
});

test.each(["with space", "ünï — 状態", "quo'te\"", "-dash", "a/b/c", "%41?#"])(
  "a state may be called %j",
  async (name) => {
    const running = await start({ state: `./${name}` });
    expect(existsSync(join(running.cwd, name, "world.db"))).toBe(true);
    const { s3 } = clients(running.ready());
    await s3.send(new PutObjectCommand({ Bucket: "demo", Key: "big", Body: Buffer.alloc(300_000, 1) }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "demo", Key: "big" }));
    expect(await Body!.transformToByteArray()).toHaveLength(300_000);
    const { code } = await rolemint(["status", "--state", `./${name}`], { cwd: running.cwd });
    expect(code).toBe(0);
    await running.stop();
    expect((await start({ cwd: running.cwd, state: `./${name}` })).ready().instances["web"]).toBeDefined();
  },
);

test("a link to a state is that state: it is in use under either name", async () => {
  const cwd = directory();
  mkdirSync(join(cwd, "real"));
  symlinkSync(join(cwd, "real"), join(cwd, "link"));
  await start({ cwd, state: "link" });
  const { code, stderr } = await up(cwd, "--state", "real");
  expect(code).toBe(3);
  expect(stderr).toContain("in use by pid");
});

test("a copy of a state is a world of its own", async () => {
  const state = join(directory(), "state");
  const first = await start({ state });
  const { operator } = first.ready();
  await first.stop();
  const copy = directory();
  for (const file of readdirSync(state)) {
    if (statSync(join(state, file)).isFile()) copyFileSync(join(state, file), join(copy, file));
  }
  const [one, two] = [await start({ state }), await start({ state: copy })];
  expect(two.ready().operator).toEqual(operator);
  expect(one.ready().endpoints).not.toEqual(two.ready().endpoints);
});
