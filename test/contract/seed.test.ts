// `rolemint up --seed`: two runs with the same seed, config and control calls on a clock that stands still give the
// same ids, credentials and events; another seed gives others.

import { LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CreateRoleCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, keysOf, metadataToken } from "../support/metadata.ts";
import { directory, type Running, rolemint, start } from "../support/rolemint.ts";

const CONFIG = `version: 1
clock: { start: 2026-11-23T05:30:00Z }
rotation: { lifetime: 1h, renewEvery: 10m, jitter: 5m }
roles:
  app:
    managedPolicies: [arn:aws:iam::aws:policy/AmazonS3FullAccess]
  other: {}
instances: { web: { role: app, metadata: { tokens: optional } }, worker: { role: other } }
buckets: { demo: {} }
`;
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:role/app" }, Action: "sts:AssumeRole" }],
});

/** All that a run gives, as what it says of itself. */
async function run(seed: string, pauseMs = 0): Promise<Record<string, unknown>> {
  const running = await start({ config: CONFIG, args: ["--seed", seed] });
  const { operator, instances } = running.ready();
  const imds = (name: string) => running.ready().instances[name]!.imds;
  const wait = () => new Promise((done) => setTimeout(done, pauseMs));
  // A client would keep in mind how far the clock was.
  const root = () => clients(running.ready());
  /** The timeline and the trail. */
  const told = async () => {
    const { Events } = await running.control("ListEvents");
    const trail = await root().trail.send(new LookupEventsCommand({}));
    return [Events, trail.Events!.map(({ EventId, EventName }) => [EventId, EventName])];
  };
  const first = await keysOf(imds("web"));
  await wait();
  const made = await root().iam.send(new CreateRoleCommand({ RoleName: "later", AssumeRolePolicyDocument: TRUST }));
  await use(running, first);
  await running.control("RotateCredentials", { Instance: "web" });
  await wait();
  await running.control("AdvanceClock", { By: "25m" });
  const documents = [
    await documentOf(imds("web")),
    await documentOf(imds("web"), null),
    await documentOf(imds("worker")),
  ];
  await use(running, await keysOf(imds("web")));
  await wait();
  await running.control("ExpireCredentials", { Instance: "worker" });
  await refusal(clients(running.ready(), await keysOf(imds("worker"))).sts.send(new GetCallerIdentityCommand({})));
  const { Fault } = await running.control("PutFault", { Name: "imds.5xx", Target: "worker", Probability: 0.5 });
  const chances: boolean[] = [];
  for (let n = 0; n < 12; n++) chances.push(await isAnswered(metadataToken(imds("worker"))));
  await running.control("DeleteFault", { Id: Fault.Id });
  const user = await root().iam.send(new CreateUserCommand({ UserName: "ci" }));
  const before = await told();
  await running.control("Reset");
  await use(running, await keysOf(imds("web")));
  const token = await metadataToken(imds("worker"));
  const after = await told();
  await running.stop();
  return {
    operator,
    ids: Object.values(instances).map(({ instanceId }) => instanceId),
    first,
    documents,
    made: [made.Role!.RoleId, made.$metadata.requestId, user.User!.UserId],
    token,
    chances,
    before,
    after,
  };
}

function isAnswered(asking: Promise<unknown>): Promise<boolean> {
  return asking.then(
    () => true,
    () => false,
  );
}

async function use(running: Running, keys: { accessKeyId: string; secretAccessKey: string; sessionToken: string }) {
  const { sts, s3 } = clients(running.ready(), keys);
  await sts.send(new GetCallerIdentityCommand({}));
  await s3.send(new PutObjectCommand({ Bucket: "demo", Key: "a", Body: "text" }));
  await refusal(s3.send(new GetObjectCommand({ Bucket: "demo", Key: "none" })));
  await refusal(
    sts.send(new AssumeRoleCommand({ RoleArn: "arn:aws:iam::111122223333:role/later", RoleSessionName: "s" })),
  );
}

test("the same seed gives the same run, however fast it goes; another one another", async () => {
  const [one, same, other] = [await run("7"), await run("7", 60), await run("8")];
  expect(same).toEqual(one);
  expect(new Set(one["chances"] as boolean[])).toEqual(new Set([true, false]));
  const texts = [one, other].map((each) => JSON.stringify(each));
  const idsIn = (text: string) =>
    new Set(text.match(/\b(?:A[A-Z]{3}[A-Z2-7]{16,17}|i-0[0-9a-f]{16}|[0-9a-f-]{36})\b/g));
  const [ids, others] = texts.map((text) => idsIn(text));
  expect(ids!.size).toBeGreaterThan(40);
  expect([...ids!].filter((id) => others!.has(id))).toEqual([]);
}, 60_000);

test("a clock with a start stands there until it is moved", async () => {
  const running = await start({ config: CONFIG, args: ["--seed", "1"] });
  const times = async () => {
    const { Time, ClockRate } = await running.control("DescribeWorld");
    return [Time, ClockRate];
  };
  expect(await times()).toEqual(["2026-11-23T05:30:00Z", 0]);
  await running.control("SetClock", { Rate: 1, Time: "2026-11-23T06:00:00Z" });
  await running.control("Reset");
  expect(await times()).toEqual(["2026-11-23T05:30:00Z", 0]);
});

test("a state that is there already takes no seed, and one that is made with one goes on without", async () => {
  const state = directory();
  const first = await start({ config: CONFIG, state, args: ["--seed", "1"] });
  const { operator } = first.ready();
  await first.stop();
  const again = await rolemint(["up", "--state", state, "--seed", "1"]);
  expect(again).toMatchObject({ code: 2, stdout: "" });
  expect(again.stderr).toContain(`${state} holds a state already, and a seed is for a new one: leave --seed out`);
  const second = await start({ config: CONFIG, state });
  expect(second.ready().operator).toEqual(operator);
});

test.each(["", "-1", "x", "1.5", "99999999999999999"])("a seed is a whole number, not %j", async (seed) => {
  expect(await rolemint(["up", "--ephemeral", `--seed=${seed}`])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("a seed is a whole number"),
  });
});
