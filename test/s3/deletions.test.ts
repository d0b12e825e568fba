// A bucket's deletion whose gate died, or could not say how it ended: the mark that it left is ended by the sweep.
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Refusal } from "@rolemint/object-store";
import { startDeletionSweep } from "@rolemint/simulator/buckets";
import { localAuthority } from "@rolemint/world";
import { ACCOUNT, openTestGate, type TestGate } from "../support/gate.ts";
import { until } from "../support/until.ts";

const SECOND = 1000;

let t: TestGate;
let isBackendAway = false;
let sweep: ReturnType<typeof startDeletionSweep> | undefined;
const failures: unknown[] = [];

beforeEach(async () => {
  t = await openTestGate({
    backendOver: (backend) => ({
      ...backend,
      deleteBucket: (name) => (isBackendAway ? Promise.reject(new Refusal("Unavailable")) : backend.deleteBucket(name)),
    }),
  });
});
afterEach(async () => {
  await sweep?.stop();
  await t.close();
  failures.length = 0;
  isBackendAway = false;
});

const startSweep = () => {
  sweep = startDeletionSweep(t, (error) => failures.push(error), 5);
};
const statusOf = async (bucket: string) => (await t.ask({ method: "HEAD", target: `/${bucket}` })).status;

/** As a gate leaves it that is killed after its first step. */
async function beginDeletion(Name: string): Promise<void> {
  const arn = `arn:aws:iam::${ACCOUNT}:root`;
  const Principal = {
    ...{ Type: "Account" as const, AccountId: ACCOUNT, Arn: arn, PrincipalArn: arn, UserId: ACCOUNT },
    ...{ AccessKeyId: "AKIAEXAMPLE", Tags: [], TransitiveTagKeys: [] },
  };
  const Caller = { Principal, SourceIp: "192.0.2.1", RequestId: "r" };
  await localAuthority(t.world).deleteBucket({ Name, Step: "mark", Caller });
}

test("after half a minute an empty bucket is gone, and one with objects is back", async () => {
  t.bucket("empty-bucket");
  t.bucket("full-bucket");
  await t.put("full-bucket", "key");
  await beginDeletion("empty-bucket");
  await beginDeletion("full-bucket");
  expect([await statusOf("empty-bucket"), await statusOf("full-bucket")]).toEqual([404, 404]);
  t.pass(31 * SECOND);
  startSweep();
  await until(async () => (await statusOf("full-bucket")) === 200);
  expect((await t.ask({ target: "/full-bucket/key" })).text).toBe("hello");
  await until(async () => t.world.tables.buckets.get("empty-bucket") === undefined);
  expect((await t.ask({ method: "PUT", target: "/empty-bucket" })).status).toBe(200);
  expect(failures).toEqual([]);
});

test("a deletion that began a moment ago is left to who began it", async () => {
  t.bucket("old-bucket");
  t.bucket("young-bucket");
  await t.put("young-bucket", "key");
  await beginDeletion("old-bucket");
  t.pass(31 * SECOND);
  await beginDeletion("young-bucket");
  startSweep();
  await until(async () => t.world.tables.buckets.get("old-bucket") === undefined);
  await sweep!.stop();
  expect(await statusOf("young-bucket")).toBe(404);
  expect((await t.ask({ method: "PUT", target: "/young-bucket" })).code).toBe("OperationAborted");
});

test("while the back end is away nothing ends; it does when that is back", async () => {
  t.bucket("full-bucket");
  await t.put("full-bucket", "key");
  await beginDeletion("full-bucket");
  t.pass(31 * SECOND);
  isBackendAway = true;
  startSweep();
  await until(async () => failures.length > 1);
  expect(await statusOf("full-bucket")).toBe(404);
  isBackendAway = false;
  await until(async () => (await statusOf("full-bucket")) === 200);
});

test("a gate whose back end is away takes its own mark back", async () => {
  t.bucket("full-bucket");
  isBackendAway = true;
  expect((await t.ask({ method: "DELETE", target: "/full-bucket" })).code).toBe("SlowDown");
  expect(await statusOf("full-bucket")).toBe(200);
});
