// World time: what goes by it, and by which clock a signature's date is judged.
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expect, test } from "@jest/globals";
import { clients, refusal } from "../support/aws-clients.ts";
import { keysOf, metadata, metadataToken } from "../support/metadata.ts";
import { directory, type Running, start } from "../support/rolemint.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const worldTime = async (running: Running) => Date.parse((await running.control("DescribeWorld")).Time);

/** Clients whose own clock is off by so much. */
const clientsAt = (running: Running, systemClockOffset: number) =>
  clients(running.ready(), undefined, { systemClockOffset });

async function stsAt(running: Running, offset: number): Promise<string> {
  const { sts } = clientsAt(running, offset);
  return sts.send(new GetCallerIdentityCommand({})).then(
    () => "ok",
    ({ name }) => name,
  );
}

async function s3At(running: Running, offset: number): Promise<string> {
  const { s3 } = clientsAt(running, offset);
  return s3.send(new ListBucketsCommand({})).then(
    () => "ok",
    ({ name }) => name,
  );
}

const withClock = (clock: string) => start({ config: `version: 1\nclock: ${clock}\nbuckets: { demo: {} }\n` });

test("a signature's date is good within 15 minutes of the world's clock or of the host's", async () => {
  const running = await withClock("{}");
  await running.control("AdvanceClock", { By: "6h" });
  for (const offset of [0, 14 * MINUTE, -14 * MINUTE, 6 * HOUR, 6 * HOUR + 14 * MINUTE, 6 * HOUR - 14 * MINUTE]) {
    expect({ offset, sts: await stsAt(running, offset), s3: await s3At(running, offset) }).toEqual({
      offset,
      sts: "ok",
      s3: "ok",
    });
  }
  for (const offset of [16 * MINUTE, -16 * MINUTE, 3 * HOUR, 6 * HOUR + 16 * MINUTE]) {
    expect({ offset, sts: await stsAt(running, offset), s3: await s3At(running, offset) }).toEqual({
      offset,
      sts: "SignatureDoesNotMatch",
      s3: "RequestTimeTooSkewed",
    });
  }
});

test("strict: of the world's clock only", async () => {
  const running = await withClock("{ strict: true }");
  await running.control("AdvanceClock", { By: "6h" });
  expect([await stsAt(running, 6 * HOUR), await s3At(running, 6 * HOUR)]).toEqual(["ok", "ok"]);
  expect([await stsAt(running, 0), await s3At(running, 0)]).toEqual(["SignatureDoesNotMatch", "RequestTimeTooSkewed"]);
});

async function presigned(running: Running, offset: number, expiresIn: number): Promise<string> {
  const { endpoints, region, operator } = running.ready();
  const s3 = new S3Client({ endpoint: endpoints.s3, region, credentials: { ...operator }, forcePathStyle: true });
  const signingDate = new Date(Date.now() + offset);
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: "demo", Key: "a" }), { expiresIn, signingDate });
  s3.destroy();
  return url;
}

const statusOf = async (url: string) => (await fetch(url)).status;

test("a presigned URL is good if its date and its end hold on the world's clock or on the host's", async () => {
  const running = await withClock("{}");
  await clients(running.ready()).s3.send(new PutObjectCommand({ Bucket: "demo", Key: "a", Body: "A" }));
  await running.control("AdvanceClock", { By: "6h" });
  const [host, world, between, overdue] = await Promise.all([
    presigned(running, 0, 60),
    presigned(running, 6 * HOUR, 60),
    presigned(running, 3 * HOUR, 60),
    presigned(running, -HOUR, 60),
  ]);
  expect(await statusOf(host)).toBe(200);
  expect(await statusOf(world)).toBe(200);
  // Long past on the world's clock, not yet begun on the host's.
  expect(await statusOf(between)).toBe(403);
  expect(await statusOf(overdue)).toBe(403);
  // Long enough, its end holds on the world's clock too.
  expect(await statusOf(await presigned(running, 3 * HOUR, 4 * 3600))).toBe(200);
});

test("strict: a presigned URL by the world's clock only", async () => {
  const running = await withClock("{ strict: true }");
  await clients(running.ready()).s3.send(new PutObjectCommand({ Bucket: "demo", Key: "a", Body: "A" }));
  const url = await presigned(running, 0, 3600);
  expect(await statusOf(url)).toBe(200);
  await running.control("AdvanceClock", { By: "59m" });
  expect(await statusOf(url)).toBe(200);
  await running.control("AdvanceClock", { By: "2m" });
  expect(await statusOf(url)).toBe(403);
  expect(await statusOf(await presigned(running, 0, 60))).toBe(403);
  expect(await statusOf(await presigned(running, HOUR, 600))).toBe(200);
});

test("sessions and metadata tokens go by world time alone", async () => {
  const running = await start({
    config: "version: 1\nrotation: frozen\nroles: { app: {} }\ninstances: { web: { role: app } }\n",
  });
  const { imds } = running.ready().instances["web"]!;
  const keys = await keysOf(imds);
  const token = await metadataToken(imds, 600);
  const call = () => clients(running.ready(), keys).sts.send(new GetCallerIdentityCommand({}));
  await call();
  await running.control("AdvanceClock", { By: "16m" });
  expect((await refusal(call())).name).toBe("ExpiredToken");
  expect((await metadata(imds, "/latest/meta-data/", token)).status).toBe(401);
  await running.control("AdvanceClock", { By: "-16m" });
  await call();
  expect((await metadata(imds, "/latest/meta-data/", token)).status).toBe(200);
});

test("Date is world time, of every listener", async () => {
  const running = await withClock("{ start: 2031-02-03T04:05:06Z }\ninstances: { web: {} }");
  const { endpoints, instances } = running.ready();
  const urls = [
    `${endpoints.aws}/demo/none`,
    `${endpoints.aws}/?Action=Nope`,
    `${instances["web"]!.imds}/latest/meta-data/`,
  ];
  for (const url of urls) {
    const { headers } = await fetch(url);
    expect({ url, date: headers.get("date") }).toEqual({
      url,
      date: expect.stringMatching(/Mon, 03 Feb 2031 04:0[56]:/),
    });
  }
});

test("AdvanceClock and SetClock answer with the time and the rate that are so then", async () => {
  const running = await withClock("{ start: 2030-01-01T00:00:00Z }");
  const set = await running.control("SetClock", { Time: "2030-06-01T12:00:00Z", Rate: 0 });
  expect(set).toEqual({ Time: "2030-06-01T12:00:00Z", Rate: 0 });
  expect(await running.control("AdvanceClock", { By: "6h20m" })).toEqual({ Time: "2030-06-01T18:20:00Z", Rate: 0 });
  expect(await running.control("AdvanceClock", { By: "-20m" })).toEqual({ Time: "2030-06-01T18:00:00Z", Rate: 0 });
  expect(await running.control("AdvanceClock", { By: "+1d1ms" })).toEqual({
    Time: "2030-06-02T18:00:00.001Z",
    Rate: 0,
  });
  expect(await running.control("SetClock", { Time: "2030-06-01T12:00:00+02:00" })).toEqual({
    Time: "2030-06-01T10:00:00Z",
    Rate: 0,
  });
  expect(await running.control("SetClock", { Rate: 2.5 })).toEqual({
    Time: expect.stringMatching(/^2030-06-01T10:00:0/),
    Rate: 2.5,
  });
  expect((await running.control("DescribeWorld")).ClockRate).toBe(2.5);
  // At the last instant it stands, however fast it runs, and can still be stopped, and moved back.
  const last = "2100-01-01T00:00:00Z";
  expect(await running.control("SetClock", { Time: last, Rate: 1000 })).toEqual({ Time: last, Rate: 1000 });
  expect(await running.control("SetClock", { Rate: 0 })).toEqual({ Time: last, Rate: 0 });
  expect(await running.control("AdvanceClock", { By: "-1h" })).toEqual({ Time: "2099-12-31T23:00:00Z", Rate: 0 });
});

test("offset and rate are state; time runs on while the process is down, and start counts once", async () => {
  const state = `${directory()}/state`;
  const first = await start({ config: "version: 1\nclock: { start: 2030-01-01T00:00:00Z }\n", state });
  expect(Math.abs((await worldTime(first)) - Date.parse("2030-01-01T00:00:00Z"))).toBeLessThan(MINUTE);
  await first.control("AdvanceClock", { By: "10d" });
  await first.control("SetClock", { Rate: 60 });
  const before = { world: await worldTime(first), host: Date.now() };
  await first.stop();
  const second = await start({ cwd: first.cwd, state });
  const after = { world: await worldTime(second), host: Date.now() };
  const passed = after.world - before.world;
  expect(Math.abs(passed - (after.host - before.host) * 60)).toBeLessThan(MINUTE);
  await second.control("SetClock", { Rate: 0 });
  const stood = await worldTime(second);
  await second.stop("SIGKILL");
  const third = await start({ cwd: first.cwd, state });
  expect(await worldTime(third)).toBe(stood);
});

test("a client goes on after the clock was moved: an SDK corrects itself by the Date of an answer", async () => {
  const running = await withClock("{ strict: true }");
  const { endpoints, region, operator } = running.ready();
  const sts = new STSClient({ endpoint: endpoints.aws, region, credentials: { ...operator } });
  for (const By of ["0s", "6h", "-3h", "365d"]) {
    await running.control("AdvanceClock", { By });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe("111122223333");
  }
  sts.destroy();
});
