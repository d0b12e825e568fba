// Programs of the real AWS SDK for JavaScript v3 on simulated instances: how they come by credentials, and how they
// live through their rotation and end.
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { documentOf } from "../support/metadata.ts";
import { type Running, start } from "../support/rolemint.ts";
import { CHAINS, type Program, startProgram, untilHolds } from "../support/sdk-program.ts";
import { until } from "../support/until.ts";

const CONFIG = `version: 1
rotation: { lifetime: 4m, renewEvery: 5s }
roles:
  reader: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] }
  writer: { managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess] }
  lambda: { trust: lambda.amazonaws.com }
instances: { web: { role: reader }, job: { role: writer }, bare: {}, stranger: { role: lambda } }
buckets: { demo: {} }
`;

let running: Running;
let program: Program;

beforeAll(async () => {
  running = await start({ config: CONFIG });
  program = startProgram(running);
});

beforeEach(async () => {
  await running.control("Reset");
  await running.control("SetClock", { Rate: 0 });
  await untilHolds(program, await shown());
});

const imds = (name = "web") => running.ready().instances[name]!.imds;
/** The key that metadata shows now. */
const shown = async (name = "web") => (await documentOf(imds(name))).AccessKeyId;
const arn = (role: string, name = "web") =>
  `arn:aws:sts::111122223333:assumed-role/${role}/${running.ready().instances[name]!.instanceId}`;
const rotate = () => running.control("RotateCredentials", { Instance: "web" });

/** From now on the instance has keys that a program keeps. */
async function lengthen(): Promise<void> {
  await running.control("SetRotation", { Profile: "ec2" });
  await rotate();
}

test("both chains find the instance's role, whatever stood in the environment before", async () => {
  const surrounded = startProgram(running, "web", {
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wrong",
    AWS_SESSION_TOKEN: "wrong",
    AWS_PROFILE: "nobody",
    AWS_REGION: "ap-south-1",
    AWS_ENDPOINT_URL_STS: "http://192.0.2.1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: "IPv6",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1/x",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere",
    AWS_ROLE_ARN: "arn:aws:iam::111122223333:role/other",
    HTTP_PROXY: "http://192.0.2.1:3128",
    http_proxy: "http://192.0.2.1:3128",
  });
  const key = await shown();
  for (const chain of CHAINS) {
    expect(await surrounded.call("whoami", {}, chain)).toEqual({ ok: arn("reader") });
    expect(await surrounded.call("keys", {}, chain)).toEqual({ ok: [key, key] });
    expect(await surrounded.call("buckets", {}, chain)).toEqual({ ok: ["demo"] });
    expect(await surrounded.call("list", { Bucket: "demo" }, chain)).toEqual({ ok: [] });
    const denied = await surrounded.call("put", { Bucket: "demo", Key: "x", Body: "x" }, chain);
    expect(denied).toMatchObject({ error: "AccessDenied", status: 403 });
    expect(denied.message).toMatch(
      new RegExp(`${arn("reader")}.*s3:PutObject.*arn:aws:s3:::demo/x.*no identity-based policy`),
    );
  }
});

test("each instance is its own: two programs at once, two roles", async () => {
  const [web, job] = [startProgram(running, "web"), startProgram(running, "job")];
  expect(await Promise.all([web, job].map((one) => one.call("whoami")))).toEqual([
    { ok: arn("reader") },
    { ok: arn("writer", "job") },
  ]);
  expect(await job.call("put", { Bucket: "demo", Key: "x", Body: "hello" })).toMatchObject({ ok: expect.any(String) });
  expect(await web.call("get", { Bucket: "demo", Key: "x" })).toEqual({ ok: "hello" });
});

test.each(["bare", "stranger"])(
  "on an instance without credentials (%s) the SDK says that there are none",
  async (name) => {
    const program = startProgram(running, name);
    for (const chain of CHAINS) {
      const { error, status } = await program.call("whoami", {}, chain);
      expect({ error, status }).toEqual({
        error: expect.stringMatching(/CredentialsProviderError|ProviderError|Error/),
        status: undefined,
      });
    }
  },
);

test("credentials that rotate by themselves are lived through, call by call", async () => {
  await running.control("SetRotation", { Lifetime: "4m", RenewEvery: "1s" });
  await running.control("SetClock", { Rate: 1 });
  const used = new Set<string>();
  await until(async () => {
    for (const chain of CHAINS) expect(await program.call("whoami", {}, chain)).toEqual({ ok: arn("reader") });
    used.add((await program.call("keys")).ok[0]);
    return used.size >= 3;
  });
  const { Events } = await running.control("ListEvents", { Instance: "web", Limit: 10_000 });
  expect(Events.filter(({ Kind }: any) => Kind === "refusal")).toEqual([]);
  const signed = Events.filter(({ Kind }: any) => Kind === "call").map(({ Generation }: any) => Generation as number);
  expect(new Set(signed).size).toBeGreaterThanOrEqual(2);
});

// Moved on by more than a minute, the world would give credentials that look long-lived by the program's own clock.
test("each of many generations is used in its turn when the clock is moved", async () => {
  const used = new Set<string>();
  for (let n = 0; n < 10; n++) {
    await untilHolds(program, await shown());
    for (const chain of CHAINS) expect(await program.call("whoami", {}, chain)).toEqual({ ok: arn("reader") });
    used.add(await shown());
    await running.control("AdvanceClock", { By: "5s" });
  }
  expect(used.size).toBe(10);
});

test("asked-for rotations do not disturb a program: with long lives it keeps its key, which stays good", async () => {
  await lengthen();
  const keeping = startProgram(running);
  const { ok: keys } = await keeping.call("keys");
  for (let n = 0; n < 3; n++) {
    await rotate();
    expect(await keeping.call("buckets")).toEqual({ ok: ["demo"] });
  }
  expect(await keeping.call("keys")).toEqual({ ok: keys });
  expect(keys).not.toContain(await shown());

  // Its own clock is not moved with the world's, so it does not refresh by itself.
  await running.control("AdvanceClock", { By: "7h" });
  expect(await keeping.call("buckets")).toMatchObject({ error: "ExpiredToken", status: 400 });
});

test("keys expired by hand are refused as expired, and the program that fetches anew goes on", async () => {
  expect(await program.call("buckets")).toEqual({ ok: ["demo"] });
  await running.control("ExpireCredentials", { Instance: "web" });
  expect(await program.call("whoami")).toMatchObject({ error: "ExpiredToken", status: 403 });
  expect(await program.call("buckets")).toMatchObject({ error: "ExpiredToken", status: 400 });
  await rotate();
  await untilHolds(program, await shown());
  expect(await program.call("buckets")).toEqual({ ok: ["demo"] });
  expect(await program.call("whoami")).toEqual({ ok: arn("reader") });
});
