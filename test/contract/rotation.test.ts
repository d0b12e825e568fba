// Rotation as an instance and its keys live through it: schedules, overlap, jitter, `frozen`, and clocks that jump or
// race.
import {
  DescribeIamInstanceProfileAssociationsCommand,
  ReplaceIamInstanceProfileAssociationCommand,
} from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { documentOf, type Keys, keysOf } from "../support/metadata.ts";
import { directory, type Running, start, trouble } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const MINUTE = 60_000;

/** A world whose clock stands still, so that every second is the test's: those of its start are taken back. */
async function frozenClock(rotation: string, state?: string): Promise<Running> {
  const Time = "2026-11-23T05:30:00Z";
  const running = await start({
    config: `version: 1
rotation: ${rotation}
clock: { start: ${Time} }
roles: { one: {}, two: {} }
instances: { web: { role: one }, other: { role: two } }
`,
    ...(state !== undefined && { state }),
  });
  await running.control("SetClock", { Time, Rate: 0 });
  return running;
}

const imds = (running: Running) => running.ready().instances["web"]!.imds;
const listed = async (running: Running) => (await running.control("ListInstances")).Instances[0];
const advance = (running: Running, By: string) => running.control("AdvanceClock", { By });
const use = (running: Running, keys: Keys) => clients(running.ready(), keys).sts.send(new GetCallerIdentityCommand({}));
const lifetimeOf = ({ LastUpdated, Expiration }: { LastUpdated: string; Expiration: string }) =>
  Date.parse(Expiration) - Date.parse(LastUpdated);

test("the clock ticks rotation before it answers; each generation lives to its own end", async () => {
  const running = await frozenClock("{ lifetime: 1h, renewEvery: 10m }");
  const first = await keysOf(imds(running));
  expect(lifetimeOf(await documentOf(imds(running)))).toBe(60 * MINUTE);
  for (let Generation = 2; Generation <= 6; Generation++) {
    await advance(running, "10m");
    const document = await documentOf(imds(running));
    expect(await listed(running)).toMatchObject({
      Generation,
      AccessKeyId: document.AccessKeyId,
      Expiration: document.Expiration,
    });
    expect(document.AccessKeyId).not.toBe(first.accessKeyId);
    await use(running, first);
  }
  await advance(running, "9m59s");
  await use(running, first);
  await advance(running, "1s");
  expect((await refusal(use(running, first))).name).toBe("ExpiredToken");
});

test("a jump over many renewals leaves the generation that is due, numbered as if each had been", async () => {
  const running = await frozenClock("{ lifetime: 1h, renewEvery: 10m }");
  const { Time } = await running.control("DescribeWorld");
  await advance(running, "24h5m");
  expect((await listed(running)).Generation).toBe(1 + 144);
  const { LastUpdated } = await documentOf(imds(running));
  expect(Date.parse(LastUpdated) - Date.parse(Time)).toBeLessThanOrEqual(24 * 60 * MINUTE);
  await use(running, await keysOf(imds(running)));
});

test("an overlap ends the old generation that long after its successor; at the latest at its own end", async () => {
  const running = await frozenClock("{ lifetime: 1h, renewEvery: 10m, overlap: 2m }");
  const old = await keysOf(imds(running));
  await advance(running, "11m59s");
  await use(running, old);
  await advance(running, "1s");
  expect((await refusal(use(running, old))).name).toBe("ExpiredToken");
  await use(running, await keysOf(imds(running)));

  const long = await frozenClock("{ lifetime: 15m, renewEvery: 10m, overlap: 1h }");
  const first = await keysOf(imds(long));
  await advance(long, "14m59s");
  await use(long, first);
  await advance(long, "1s");
  expect((await refusal(use(long, first))).name).toBe("ExpiredToken");
});

test("an overlap counts from a successor that was asked for too, and of a swap not", async () => {
  const running = await frozenClock("{ lifetime: 1h, renewEvery: 10m, overlap: 1m }");
  const old = await keysOf(imds(running));
  await running.control("RotateCredentials", { Instance: "web" });
  const swapped = await keysOf(imds(running));
  const { ec2 } = clients(running.ready());
  const Filters = [{ Name: "instance-id", Values: [running.ready().instances["web"]!.instanceId] }];
  const { IamInstanceProfileAssociations } = await ec2.send(
    new DescribeIamInstanceProfileAssociationsCommand({ Filters }),
  );
  const { AssociationId } = IamInstanceProfileAssociations![0]!;
  await ec2.send(
    new ReplaceIamInstanceProfileAssociationCommand({ AssociationId, IamInstanceProfile: { Name: "two" } }),
  );
  expect((await listed(running)).Generation).toBe(3);
  await advance(running, "1m");
  expect((await refusal(use(running, old))).name).toBe("ExpiredToken");
  expect((await use(running, swapped)).Arn).toContain("assumed-role/one/");
});

test("frozen: one generation of 15 minutes, never renewed, shown for ever", async () => {
  const running = await frozenClock("frozen");
  const [document, keys] = [await documentOf(imds(running)), await keysOf(imds(running))];
  expect(lifetimeOf(document)).toBe(15 * MINUTE);
  await advance(running, "14m59s");
  await use(running, keys);
  await advance(running, "1s");
  expect((await refusal(use(running, keys))).name).toBe("ExpiredToken");
  await advance(running, "30d");
  expect(await documentOf(imds(running))).toEqual(document);
  expect((await listed(running)).Generation).toBe(1);
  // Asked for, there is another.
  const { Generation } = await running.control("RotateCredentials", { Instance: "web" });
  expect(Generation).toBe(2);
  await use(running, await keysOf(imds(running)));
});

test("jitter adds up to so much to the lifetime, drawn per generation", async () => {
  const running = await frozenClock("{ lifetime: 1h, renewEvery: 1m, jitter: 30m }");
  const lifetimes = new Set<number>();
  for (let n = 0; n < 12; n++) {
    const lifetime = lifetimeOf(await documentOf(imds(running)));
    expect(lifetime).toBeGreaterThanOrEqual(60 * MINUTE);
    expect(lifetime).toBeLessThanOrEqual(90 * MINUTE);
    lifetimes.add(lifetime);
    await advance(running, "1m");
  }
  expect(lifetimes.size).toBeGreaterThan(4);
});

test("SetRotation: what is issued keeps its end; the next is due by the new schedule, at once if that is past", async () => {
  const running = await frozenClock("{ lifetime: 6h, renewEvery: 1h }");
  const first = await documentOf(imds(running));
  await running.control("SetRotation", { Lifetime: "2h", RenewEvery: "30m" });
  expect(await documentOf(imds(running))).toEqual(first);
  await advance(running, "29m59s");
  expect(await documentOf(imds(running))).toEqual(first);
  await advance(running, "1s");
  expect(lifetimeOf(await documentOf(imds(running)))).toBe(120 * MINUTE);
  await advance(running, "20m");
  const second = await documentOf(imds(running));
  await running.control("SetRotation", { Lifetime: "1h", RenewEvery: "15m" });
  const third = await documentOf(imds(running));
  expect(third.AccessKeyId).not.toBe(second.AccessKeyId);
  expect((await listed(running)).Generation).toBe(3);

  await running.control("SetRotation", { Instance: "web", Profile: "frozen" });
  const { Generation } = await listed(running);
  await advance(running, "10h");
  expect((await listed(running)).Generation).toBe(Generation);
  expect((await running.control("ListInstances")).Instances[1].Generation).toBeGreaterThan(Generation + 30);
});

test("moving the clock back un-mints nothing", async () => {
  const running = await frozenClock("{ lifetime: 1h, renewEvery: 10m }");
  await advance(running, "35m");
  const document = await documentOf(imds(running));
  const keys = await keysOf(imds(running));
  await advance(running, "-30m");
  expect(await documentOf(imds(running))).toEqual(document);
  expect((await listed(running)).Generation).toBe(4);
  await use(running, keys);
  await advance(running, "34m59s");
  expect((await listed(running)).Generation).toBe(4);
  await advance(running, "1s");
  expect((await listed(running)).Generation).toBe(5);
});

test("an ended key stays ended when the clock is moved back and forth", async () => {
  const running = await frozenClock("{ lifetime: 1h, renewEvery: 10m }");
  const keys = await keysOf(imds(running));
  await running.control("ExpireCredentials", { Instance: "web" });
  for (const By of ["10m", "1m", "-12m", "12m"]) {
    await advance(running, By);
    if (By !== "-12m") expect((await refusal(use(running, keys))).name).toBe("ExpiredToken");
  }
});

const SHORTEST = [
  { Lifetime: "1s", RenewEvery: "1s" },
  { Lifetime: "1s", RenewEvery: "1s", Overlap: "0s" },
  { Lifetime: "3s", RenewEvery: "1s", Jitter: "1s" },
];

test("the shortest schedules go on by themselves", async () => {
  const names = SHORTEST.map((_, index) => `i${index}`);
  const entries = names.map((name) => `${name}: { role: one }`);
  const running = await start({ config: `version: 1\nroles: { one: {} }\ninstances: { ${entries.join(", ")} }\n` });
  const run = SHORTEST.map(async (schedule, index) => {
    const { imds } = running.ready().instances[names[index]!]!;
    const generation = async () => (await running.control("ListInstances")).Instances[index].Generation as number;
    const old = await keysOf(imds);
    await running.control("SetRotation", { Instance: names[index], ...schedule });
    const before = await generation();
    await until(async () => (await generation()) >= before + 2);
    expect((await documentOf(imds)).AccessKeyId).not.toBe(old.accessKeyId);
    // The keys of the long schedule are still good, unless an overlap ends them.
    if (!schedule.Overlap) await use(running, old);
    else expect((await refusal(use(running, old))).name).toBe("ExpiredToken");
  });
  await Promise.all(run);
  expect(trouble(running)).toBe("");
});

test("a clock ten thousand times as fast keeps every document current", async () => {
  const running = await start({
    config: "version: 1\nrotation: tiny\nroles: { one: {} }\ninstances: { web: { role: one } }\n",
  });
  await running.control("SetClock", { Rate: 10_000 });
  const { Generation } = await listed(running);
  await until(async () => (await listed(running)).Generation > Generation + 30);
  await running.control("SetClock", { Rate: 0 });
  const { Time } = await running.control("DescribeWorld");
  const { Expiration } = await documentOf(imds(running));
  expect(Date.parse(Expiration)).toBeGreaterThan(Date.parse(Time));
  await use(running, await keysOf(imds(running)));
  expect(trouble(running)).toBe("");
});

test("jumps of decades, forth and back, leave good credentials", async () => {
  const running = await frozenClock("ec2");
  for (const Time of ["2099-12-31T00:00:00Z", "2000-01-01T00:00:00Z", "2069-06-15T12:00:00Z", "2026-11-23T05:30:00Z"]) {
    expect((await running.control("SetClock", { Time })).Time).toBe(Time);
    await running.control("RotateCredentials", { Instance: "web" });
    const document = await documentOf(imds(running));
    expect(Date.parse(document.LastUpdated)).toBe(Date.parse(Time));
    await use(running, await keysOf(imds(running)));
  }
  expect(trouble(running)).toBe("");
});

test("a world that was down catches up with its rotation, and a frozen one has nothing to catch up with", async () => {
  const state = `${directory()}/state`;
  const first = await frozenClock("{ lifetime: 2s, renewEvery: 1s }", state);
  const { Generation } = await listed(first);
  const document = await documentOf(imds(first));
  await first.stop();
  const second = await start({ cwd: first.cwd, state });
  expect(await documentOf(imds(second))).toEqual(document);
  await second.control("SetClock", { Rate: 1000 });
  await second.stop();
  const third = await start({ cwd: first.cwd, state });
  expect((await listed(third)).Generation).toBeGreaterThan(Generation + 5);
  expect((await third.control("DescribeWorld")).ClockRate).toBe(1000);
});
