// `rolemint up` killed again and again while it writes: whatever it had acknowledged, over any of its doors, is there
// when it is started again; and it always starts.
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { RunInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateRoleCommand, GetRoleCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { type Keys, keysOf } from "../support/metadata.ts";
import { directory, type Running, start, trouble } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

/** Of each of two worlds, which are killed at the same time. */
const KILLS = 25;
/** Milliseconds to the kill after every door has acknowledged something, or in every fifth run after the start. */
const LONGEST = 40;

const CONFIG = `version: 1
roles: { app: {} }
instances: { web: { role: app } }
buckets: { demo: {} }
`;
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** What was acknowledged so far. */
interface Acknowledged {
  readonly roles: { readonly name: string; readonly id: string }[];
  /** With the object's content repeated so often. */
  readonly objects: { readonly key: string; readonly times: number }[];
  /** Shown by metadata; the generation that had been asked for before. */
  readonly keys: Keys[];
  readonly instances: string[];
  generation: number;
}

const contentOf = (key: string, times: number) => `${key} `.repeat(times);

/** One write after the other, until the process is gone. What fails before is a failure. */
async function writeOn(isOver: () => boolean, write: (n: number) => Promise<void>): Promise<void> {
  for (let n = 0; !isOver(); n++) {
    await write(n).catch((error: Error) => {
      if (!isOver()) throw error;
    });
  }
}

/** Lets every door write at once for a moment. */
async function writeAndKill(running: Running, run: number, known: Acknowledged): Promise<void> {
  const { iam, ec2, s3 } = clients(running.ready());
  const { imds } = running.ready().instances["web"]!;
  let isKilled = false;
  const isOver = () => isKilled;
  const writers = [
    writeOn(isOver, async (n) => {
      const name = `r-${run}-${n}`;
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: TRUST }));
      known.roles.push({ name, id: Role!.RoleId! });
    }),
    writeOn(isOver, async (n) => {
      const [key, times] = [`${run}/${n}`, n % 3 === 0 ? 50_000 : 1];
      await s3.send(new PutObjectCommand({ Bucket: "demo", Key: key, Body: contentOf(key, times) }));
      known.objects.push({ key, times });
    }),
    writeOn(isOver, async () => {
      const { Generation } = await running.control("RotateCredentials", { Instance: "web" });
      expect(Generation).toBeGreaterThan(known.generation);
      known.generation = Generation;
      known.keys.push(await keysOf(imds));
    }),
    (async () => {
      const launch = ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }));
      const answer = await launch.catch((error: Error) => {
        if (!isKilled) throw error;
      });
      if (answer) known.instances.push(answer.Instances![0]!.InstanceId!);
    })(),
  ];
  const doors = [known.roles, known.objects, known.keys].map((all) => ({ all, before: all.length }));
  const isWriting = () => doors.every(({ all, before }) => all.length > before);
  if (run % 5 !== 4) await Promise.race([until(isWriting), Promise.all(writers)]);
  await new Promise((done) => setTimeout(done, randomInt(0, LONGEST)));
  isKilled = true;
  await running.stop("SIGKILL");
  await Promise.all(writers);
}

async function expectAll(running: Running, known: Acknowledged): Promise<void> {
  const ready = running.ready();
  const { iam, s3 } = clients(ready);
  expect(Object.keys(ready.instances)).toEqual(expect.arrayContaining(known.instances));
  for (const { name, id } of known.roles) {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    expect(Role?.RoleId).toBe(id);
  }
  for (const { key, times } of known.objects) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "demo", Key: key }));
    expect((await Body!.transformToString()) === contentOf(key, times)).toBe(true);
  }
  const Arn = `arn:aws:sts::111122223333:assumed-role/app/${ready.instances["web"]!.instanceId}`;
  for (const keys of known.keys) {
    expect(await clients(ready, keys).sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn });
  }
  const [web] = (await running.control("ListInstances")).Instances;
  expect(web.Generation).toBeGreaterThanOrEqual(known.generation);
}

test.concurrent.each(["one", "another"])(
  "kill -9 loses nothing that was acknowledged: %s",
  async (name) => {
    const state = join(directory(), name);
    const known: Acknowledged = { roles: [], objects: [], keys: [], instances: [], generation: 0 };
    const { cwd } = await start({ config: CONFIG, state }).then(async (running) => {
      await writeAndKill(running, 0, known);
      return running;
    });
    for (let run = 1; run < KILLS; run++) await writeAndKill(await start({ cwd, state }), run, known);
    const running = await start({ cwd, state });
    await expectAll(running, known);
    expect(Math.min(known.roles.length, known.objects.length, known.keys.length)).toBeGreaterThanOrEqual(KILLS * 0.8);
    expect(known.instances.length).toBeGreaterThan(0);
    expect(trouble(running)).toBe("");
  },
  120_000,
);
