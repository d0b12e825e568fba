// What a data plane remembers: nothing that moved, nothing that was asked for while something moved, nothing that is
// over, and no more than its bound.
import { expect, test } from "@jest/globals";
import type { Authority, IdentifyQuery, Identity, Moved } from "./authority.ts";
import { cacheOver } from "./cache.ts";
import type { InstanceView } from "./view.ts";

const QUERY: IdentifyQuery = {
  AccessKeyId: "ASIAEXAMPLE",
  Token: "t",
  Date: "20261123",
  Region: "us-east-1",
  Service: "s3",
};
const STILL: Omit<Moved, "revision"> = { identities: false, instances: [], buckets: [], clock: false, faults: false };

/** An authority whose answers are set by the test, and which counts how often it is asked. */
function openStandIn() {
  const state = {
    now: 1000,
    asked: 0,
    revision: 0,
    isAway: false,
    identity: ok(),
    view: undefined as InstanceView | undefined,
  };
  const watchers = new Set<(moved: Moved) => void>();
  /** Resolved at once, unless a test holds the answers back. */
  let gate: Promise<void> = Promise.resolve();
  const answer = async <Value>(value: () => Value): Promise<Value> => {
    state.asked++;
    const said = value();
    await gate;
    return said;
  };
  const unused = () => Promise.reject(new Error("not asked for by a cache"));
  const authority: Authority = {
    identify: () => answer(() => state.identity),
    instance: () => answer(() => ({ Instance: state.view })),
    bucket: ({ Name }) =>
      answer(() => ({ Bucket: { Name, AccountId: "111122223333", Region: "us-east-1", Created: state.revision } })),
    buckets: unused,
    createBucket: unused,
    deleteBucket: unused,
    putBucketPolicy: unused,
    deleteBucketPolicy: unused,
    putPublicAccessBlock: unused,
    record: unused,
    clock: () => ({ now: state.now, strict: false }),
    faults: () => [],
    isAway: () => state.isAway,
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
  };
  return {
    state,
    cache: cacheOver(authority, ({ Verdict }) => ({ Verdict })),
    move(moved: Partial<Moved>) {
      state.revision++;
      for (const watcher of watchers) watcher({ ...STILL, ...moved, revision: state.revision });
    },
    hold(): () => void {
      let release = () => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}

function ok(ExpiresAt?: number): Identity {
  const ids = { AccountId: "1", Arn: "a", PrincipalArn: "a", UserId: "u", AccessKeyId: "k" };
  return { Verdict: "ok", Principal: { Type: "AssumedRole", ...ids, Tags: [], TransitiveTagKeys: [], ExpiresAt } };
}

const view = (given: Partial<InstanceView> = {}) => ({ InstanceId: "i-1", ...given }) as InstanceView;

test("an answer is asked for once, and then known at once", async () => {
  const { state, cache } = openStandIn();
  state.view = view();
  const first = [await cache.identity(QUERY), await cache.instance("i-1"), await cache.bucket("b")];
  expect(state.asked).toBe(3);
  expect([cache.identity(QUERY), cache.instance("i-1"), cache.bucket("b")]).toEqual(first);
  expect(cache.identity(QUERY)).not.toBeInstanceOf(Promise);
  expect(cache.instance("i-1")).toBe(state.view);
});

test("what an identity is prepared into is made once", async () => {
  const { cache } = openStandIn();
  const known = await cache.identity(QUERY);
  expect(await cache.identity(QUERY)).toBe(known);
  expect(known.prepared).toEqual({ Verdict: "ok" });
});

test("that there is none is known as well", async () => {
  const { state, cache } = openStandIn();
  expect(await cache.instance("i-1")).toBeUndefined();
  expect(cache.instance("i-1")).toBeUndefined();
  expect(state.asked).toBe(1);
});

test("an identity that is not ok is asked for each time", async () => {
  const { state, cache } = openStandIn();
  state.identity = { Verdict: "unknown-key" };
  expect((await cache.identity(QUERY)).identity.Verdict).toBe("unknown-key");
  state.identity = ok();
  expect((await cache.identity(QUERY)).identity.Verdict).toBe("ok");
});

test.each([
  ["key", { AccessKeyId: "ASIAOTHEREXAMPLE" }],
  ["token", { Token: "other" }],
  ["lack of a token", { Token: undefined }],
  ["day", { Date: "20261124" }],
  ["region", { Region: "eu-west-1" }],
  ["service", { Service: "sts" }],
])("another %s is another question", async (_, other) => {
  const { state, cache } = openStandIn();
  await cache.identity(QUERY);
  await cache.identity({ ...QUERY, ...other });
  expect(state.asked).toBe(2);
});

test.each<[what: string, moved: Partial<Moved>, dropped: readonly string[]]>([
  ["identities", { identities: true }, ["identity"]],
  ["an instance", { instances: ["i-1"] }, ["instance"]],
  ["another instance", { instances: ["i-2"] }, []],
  ["a bucket", { buckets: ["b"] }, ["bucket"]],
  ["another bucket", { buckets: ["c"] }, []],
  ["the clock", { clock: true }, ["identity", "instance"]],
])("%s moved: only what may be stale is dropped", async (_, moved, dropped) => {
  const { state, cache, move } = openStandIn();
  state.view = view();
  const ask = {
    identity: () => cache.identity(QUERY),
    instance: () => cache.instance("i-1"),
    bucket: () => cache.bucket("b"),
  };
  for (const one of Object.values(ask)) await one();
  move(moved);
  const asked = Object.entries(ask).filter(([, one]) => one() instanceof Promise);
  expect(asked.map(([name]) => name)).toEqual(dropped);
});

test("an answer that was on its way while something moved is given, and not kept", async () => {
  const { state, cache, move, hold } = openStandIn();
  state.view = view({ Name: "old" });
  const release = hold();
  const asking = [cache.identity(QUERY), cache.instance("i-1"), cache.bucket("b")] as const;
  move({ instances: ["i-1"] });
  state.view = view({ Name: "new" });
  release();
  expect((await asking[1])?.Name).toBe("old");
  await Promise.all(asking);
  expect((await cache.instance("i-1"))?.Name).toBe("new");
  expect(state.asked).toBe(4);
  expect(cache.identity(QUERY)).toBeInstanceOf(Promise);
  expect(cache.bucket("b")).toBeInstanceOf(Promise);
});

test("an identity is not given past its credential's end", async () => {
  const { state, cache } = openStandIn();
  state.identity = ok(2000);
  await cache.identity(QUERY);
  state.now = 1999;
  expect(cache.identity(QUERY)).not.toBeInstanceOf(Promise);
  state.now = 2000;
  state.identity = { Verdict: "token-expired" };
  expect((await cache.identity(QUERY)).identity.Verdict).toBe("token-expired");
});

test("a view is not given past its own end", async () => {
  const { state, cache } = openStandIn();
  state.view = view({ ValidUntil: 2000 });
  await cache.instance("i-1");
  state.now = 1999;
  expect(cache.instance("i-1")).toBe(state.view);
  state.now = 2000;
  state.view = view({ Name: "without" });
  expect((await cache.instance("i-1"))?.Name).toBe("without");
  expect(cache.instance("i-1")).toBe(state.view);
});

test("no more than ten thousand of a kind are kept, and the oldest go first", async () => {
  const { state, cache } = openStandIn();
  for (let n = 0; n < 10_005; n++) await cache.bucket(`b-${n}`);
  const asked = state.asked;
  expect(cache.bucket("b-5")).not.toBeInstanceOf(Promise);
  expect(cache.bucket("b-10004")).not.toBeInstanceOf(Promise);
  expect(state.asked).toBe(asked);
  expect(cache.bucket("b-4")).toBeInstanceOf(Promise);
});

test("an answer that takes its own place drops no other", async () => {
  const { state, cache } = openStandIn();
  const query = (n: number) => ({ ...QUERY, AccessKeyId: String(n) });
  for (let n = 0; n < 10_000; n++) await cache.identity(query(n));
  await cache.identity({ ...query(9_999), Token: "other" });
  const asked = state.asked;
  await cache.identity(query(0));
  expect(state.asked).toBe(asked);
});

test("stopped, it hears of nothing more", async () => {
  const { cache, move } = openStandIn();
  await cache.bucket("b");
  cache.stop();
  move({ buckets: ["b"] });
  expect(cache.bucket("b")).not.toBeInstanceOf(Promise);
});

test("what is asked for while the authority is away is given, and not kept; what was known is", async () => {
  const { state, cache } = openStandIn();
  await cache.bucket("b");
  state.isAway = true;
  expect(await cache.bucket("c")).toBeDefined();
  expect(cache.bucket("c")).toBeInstanceOf(Promise);
  expect(cache.bucket("b")).not.toBeInstanceOf(Promise);
});

test("while the authority is away no view is given past the end of its credentials", async () => {
  const { state, cache } = openStandIn();
  const document = { Delivery: "2.0", Generation: 1, Code: "Success", LastUpdated: 0, Expiration: 2000 } as const;
  state.view = view({ Credentials: [document] });
  await cache.instance("i-1");
  state.now = 2000;
  expect(cache.instance("i-1")).toBe(state.view);
  state.isAway = true;
  expect(cache.instance("i-1")).toBeInstanceOf(Promise);
  state.now = 1999;
  expect(cache.instance("i-1")).toBe(state.view);
});

test("when it is not known what moved, nothing is known", async () => {
  const { state, cache, move } = openStandIn();
  state.view = view({ Credentials: [] });
  const ask = () => [cache.identity(QUERY), cache.instance("i-1"), cache.bucket("b")];
  await Promise.all(ask());
  move({ everything: true });
  for (const asked of ask()) expect(asked).toBeInstanceOf(Promise);
});

test("an answer that came after its credential's end says so", async () => {
  const { state, cache, hold } = openStandIn();
  state.identity = ok(2000);
  const release = hold();
  const asking = cache.identity(QUERY);
  state.now = 2000;
  release();
  expect((await asking).identity.Verdict).toBe("token-expired");
});
