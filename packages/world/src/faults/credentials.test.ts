// The faults that change what is issued and shown: which credentials metadata has, how long they live, whose they are.
import { expect, test } from "@jest/globals";
import type { InstanceView } from "@rolemint/authority";
import {
  associateNow,
  fresh,
  HOUR,
  MINUTE,
  makeCredentialed,
  makeInstance,
  makeProfile,
  makeRole,
  moveClock,
  openTestWorld,
  SECOND,
  START,
  tick,
} from "../../../../test/support/world.ts";
import { localAuthority } from "../authority.ts";
import type { Instance } from "../rows.ts";
import type { World } from "../world.ts";

const put = (world: World, name: string, given: object = {}, more: object = {}) =>
  world.faults.put({ name, target: "all", given: { ...given }, ...more });

const viewOf = async (world: World, { id }: Instance): Promise<InstanceView> =>
  (await localAuthority(world).instance({ Name: id })).Instance!;

const keyOf = ({ Credentials }: InstanceView) => Credentials.at(-1)?.AccessKeyId;

function verdictOf(world: World, { Credentials }: InstanceView): Promise<string> {
  const { AccessKeyId, Token } = Credentials.at(-1)!;
  const query = { AccessKeyId: AccessKeyId!, Token, Date: "20261123", Region: "us-east-1", Service: "s3" };
  return localAuthority(world)
    .identify(query)
    .then(({ Verdict }) => Verdict);
}

/** As time passes: what is due happens. */
async function pass(world: World, by: number): Promise<void> {
  moveClock(world, by);
  world.faults.tick();
  await tick(world);
}

const messages = (world: World) =>
  world.timeline.query({ limit: 100, kinds: ["fault"] }).map(({ Code, Message }) => [Code, Message]);

test("imds.stale-serve goes on showing what it showed, and metadata is told when it ends", async () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const first = await viewOf(world, instance);
  put(world, "imds.stale-serve", {}, { for: 10 * HOUR });
  await pass(world, 2 * HOUR);
  const stale = await viewOf(world, instance);
  expect(stale).toEqual(first);
  expect(world.rotation.current(instance)!.number).toBe(3);
  expect(await verdictOf(world, stale)).toBe("ok");
  await pass(world, 6 * HOUR);
  expect(await verdictOf(world, await viewOf(world, instance))).toBe("token-expired");
  const moved: string[] = [];
  world.watch(({ instances }) => void moved.push(...instances));
  await pass(world, 2 * HOUR);
  expect(moved).toContain(instance.id);
  expect(keyOf(await viewOf(world, instance))).toBe(world.rotation.current(instance)!.keys.at(-1)!.accessKeyId);
});

test("imds.stale-serve has nothing to hold where nothing was shown, and says so", async () => {
  const { world } = openTestWorld();
  const role = makeProfile(world, makeRole(world, "app").name, "app");
  const instance = makeInstance(world);
  put(world, "imds.stale-serve");
  expect(messages(world)).toEqual([["began", "web shows no credentials that it could go on showing"]]);
  associateNow(world, instance, role);
  expect(keyOf(await viewOf(world, instance))).toBeDefined();
});

test("imds.wrong-role shows another instance's credentials, and follows when that one rotates", async () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  makeRole(world, "mail");
  const other = associateNow(world, makeInstance(world, "mail"), makeProfile(world, "mail", "mail"));
  const own = await viewOf(world, instance);
  put(world, "imds.wrong-role", { From: "mail" }, { target: "web" });
  const wrong = await viewOf(world, instance);
  expect(wrong.Profile!.RoleName).toBe("mail");
  expect(wrong.Credentials).toEqual((await viewOf(world, other)).Credentials);
  expect([wrong.InstanceId, wrong.TokenKey]).toEqual([own.InstanceId, own.TokenKey]);
  const moved: string[] = [];
  world.watch(({ instances }) => void moved.push(...instances));
  world.rotation.issueNow(fresh(world, other));
  expect(moved).toEqual(expect.arrayContaining([instance.id, other.id]));
  expect(keyOf(await viewOf(world, instance))).toBe(keyOf(await viewOf(world, other)));
  await pass(world, HOUR);
  expect((await viewOf(world, instance)).Profile!.RoleName).toBe("app");
});

test("imds.wrong-role: a caller without a token gets what there is", async () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world, { tokens: "optional" });
  makeRole(world, "mail");
  associateNow(world, makeInstance(world, "mail"), makeProfile(world, "mail", "mail"));
  put(world, "imds.wrong-role", { From: "mail" }, { target: "web" });
  const { Credentials } = await viewOf(world, instance);
  expect(Credentials.map(({ Delivery }) => Delivery)).toEqual(["1.0", "2.0"]);
  expect(new Set(Credentials.map(({ AccessKeyId }) => AccessKeyId)).size).toBe(1);
});

test.each([
  ["nobody", "gone", "no running instance is called gone"],
  ["itself", "web", "web shows its own role already"],
])("imds.wrong-role of %s is refused", (_, From, message) => {
  const { world } = openTestWorld();
  makeCredentialed(world);
  expect(() => put(world, "imds.wrong-role", { From }, { target: "web" })).toThrow(message);
});

test.each([
  ["2s", 1 * SECOND],
  ["60s", 30 * SECOND],
  ["10m", 5 * MINUTE],
  ["30m", 25 * MINUTE],
])("imds.short-ttl of %s: real, stated, and without a gap", async (Lifetime, renewEvery) => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const before = world.rotation.current(instance)!;
  const lifetime = { "2s": 2 * SECOND, "60s": MINUTE, "10m": 10 * MINUTE, "30m": 30 * MINUTE }[Lifetime]!;
  put(world, "imds.short-ttl", { Lifetime }, { target: "web", for: 4 * lifetime });
  const issued: number[] = [];
  for (let time = 0; time < 4 * lifetime; time += SECOND) {
    const current = world.rotation.current(instance)!;
    expect(current.stated - current.issued).toBe(lifetime);
    expect(current.enforced).toBe(current.stated);
    expect(current.enforced).toBeGreaterThan(world.now());
    if (issued.at(-1) !== current.issued) issued.push(current.issued);
    if (lifetime > 60 * SECOND) time += 59 * SECOND;
    await pass(world, lifetime > 60 * SECOND ? MINUTE : SECOND);
  }
  expect(issued[1]! - issued[0]!).toBe(renewEvery);
  // By its own schedule again, from a generation of its own.
  const after = world.rotation.current(instance)!;
  expect(after.stated - after.issued).toBeGreaterThanOrEqual(6 * HOUR);
  expect(after.issued).toBe(START + 4 * lifetime);
  expect(before.enforced).toBeGreaterThan(world.now());
});

test("imds.short-ttl: a schedule that is set meanwhile holds from its end on", async () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  put(world, "imds.short-ttl", { Lifetime: "60s" }, { target: "web", for: 10 * MINUTE });
  world.rotation.setSchedule({ lifetime: 20 * MINUTE, renewEvery: 10 * MINUTE }, fresh(world, instance));
  await pass(world, 5 * MINUTE);
  const short = world.rotation.current(instance)!;
  expect(short.stated - short.issued).toBe(MINUTE);
  await pass(world, 5 * MINUTE);
  const own = world.rotation.current(instance)!;
  expect(own.stated - own.issued).toBe(20 * MINUTE);
});

test("creds.expire-now ends also what is kept no more: the clock went on and came back", async () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const early = await viewOf(world, instance);
  await pass(world, 30 * HOUR);
  await pass(world, -30 * HOUR);
  expect(world.tables.generations.get(instance.id, 1)).toBeUndefined();
  expect(await verdictOf(world, early)).toBe("ok");
  const later = await viewOf(world, instance);
  put(world, "creds.expire-now", {}, { target: "web" });
  expect(await verdictOf(world, early)).toBe("token-expired");
  expect(await verdictOf(world, later)).toBe("token-expired");
  world.rotation.issueNow(fresh(world, instance));
  expect(await verdictOf(world, await viewOf(world, instance))).toBe("ok");
});

test.each([
  ["0s", "token-expired", 0],
  ["1m", "ok", MINUTE],
])("creds.rotate-early with an overlap of %s", async (Overlap, atOnce, overlap) => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  await pass(world, HOUR);
  const old = await viewOf(world, instance);
  put(world, "creds.rotate-early", { Overlap });
  const next = await viewOf(world, instance);
  expect(keyOf(next)).not.toBe(keyOf(old));
  expect([await verdictOf(world, old), await verdictOf(world, next)]).toEqual([atOnce, "ok"]);
  moveClock(world, overlap);
  expect([await verdictOf(world, old), await verdictOf(world, next)]).toEqual(["token-expired", "ok"]);
  expect(world.faults.list()).toEqual([]);
});

test("creds.rotate-early ends nothing where there can be no successor", async () => {
  const { world } = openTestWorld();
  const { instance, role } = makeCredentialed(world);
  const old = await viewOf(world, instance);
  world.change(() =>
    world.account(role.accountId).roles.put({ ...role, trust: '{"Version":"2012-10-17","Statement":[]}' }),
  );
  put(world, "creds.rotate-early");
  expect(await verdictOf(world, old)).toBe("ok");
  expect(messages(world)[0]![1]).toBe("web has no role that EC2 could take for new credentials");
});

test("creds.no-overlap-herd: all end in one second, with a successor only then, and the peak is told", async () => {
  const { world } = openTestWorld();
  const { profile, instance } = makeCredentialed(world);
  const instances = [instance, ...["b", "c"].map((name) => associateNow(world, makeInstance(world, name), profile))];
  const ends = () => new Set(instances.map((each) => world.rotation.current(each)!.stated));
  put(world, "creds.no-overlap-herd", { Lifetime: "5m" }, { for: HOUR });
  expect([...ends()]).toEqual([START + 5 * MINUTE]);
  await pass(world, 5 * MINUTE - 1);
  expect([...ends()]).toEqual([START + 5 * MINUTE]);
  await pass(world, 1);
  expect([...ends()]).toEqual([START + 10 * MINUTE]);
  const asks = (Time: number, Instance: string) => ({ Time, Kind: "metadata", Instance }) as const;
  const second = START + 5 * MINUTE;
  world.note([
    asks(second - 1, instance.id),
    ...instances.map(({ id }) => asks(second + 400, id)),
    asks(second + 999, "i-x"),
  ]);
  await pass(world, HOUR);
  expect(messages(world).at(-1)).toEqual([
    "ended",
    "at most 3 metadata requests in one second, at 2026-11-23T05:35:00Z",
  ]);
  const { issued, stated } = world.rotation.current(instance)!;
  expect(stated - issued).toBeGreaterThanOrEqual(6 * HOUR);
});
