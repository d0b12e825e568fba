// The seam between containers over real sockets, when things go wrong: a wrong secret, a control plane that is killed,
// restarted or unreachable, a data plane that hangs, events that nobody takes.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { type AuthorityCache, cacheOver, eventBuffer, type IdentifyQuery, type Identity } from "@rolemint/authority";
import type { Place, RemoteAuthority } from "@rolemint/authority/remote";
import type { ServedAuthority, ServeOptions } from "@rolemint/authority/remote-server";
import { listen } from "@rolemint/host";
import { silentLog } from "@rolemint/host/log";
import { localAuthority, type World } from "@rolemint/world";
import { ANY_PORT, openRemote, SECRET, startControlPlane } from "../support/remote-authority.ts";
import { until } from "../support/until.ts";
import {
  ACCOUNT,
  associateNow,
  HOUR,
  makeInstance,
  makeKey,
  makeProfile,
  makeRole,
  makeUser,
  openTestWorld,
  REGION,
  temporaryDirectory,
} from "../support/world.ts";

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function serve(world: World, options: Partial<ServeOptions> = {}): Promise<ServedAuthority> {
  const served = await startControlPlane(localAuthority(world), options);
  ending.push(served.close);
  return served;
}

interface DataPlane {
  readonly authority: RemoteAuthority;
  readonly cache: AuthorityCache<Identity>;
}

function open(place: Place, options: Parameters<typeof openRemote>[1] = {}): DataPlane {
  const authority = openRemote(place, options);
  ending.push(authority.close);
  return { authority, cache: cacheOver(authority, (identity) => identity) };
}

async function follow(world: World, place: Place, options: Parameters<typeof openRemote>[1] = {}): Promise<DataPlane> {
  const plane = open(place, { clock: world.hostClock, ...options });
  await plane.authority.untilConnected();
  return plane;
}

const query = (AccessKeyId: string, Token?: string): IdentifyQuery => ({
  AccessKeyId,
  Token,
  Date: "20261123",
  Region: REGION,
  Service: "s3",
});

function userWithKey(world: World): IdentifyQuery {
  makeUser(world, "ci");
  return query(makeKey(world, "ci").id);
}

function changePolicy(world: World): void {
  makeUser(world, "ci", { ...world.account(ACCOUNT).users.get("ci"), inline: { own: "{}" } });
}

const policiesOf = async ({ cache }: DataPlane, asked: IdentifyQuery) =>
  (await cache.identity(asked)).identity.IdentityPolicies?.length;

function post(place: Place, path: string, body: string, authorization?: string): Promise<Response> {
  if (!("host" in place)) throw new Error("it has no port");
  const headers = authorization === undefined ? {} : { authorization };
  return fetch(`http://${place.host}:${place.port}${path}`, { method: "POST", body, headers });
}

test.each([
  ["no secret", undefined],
  ["another secret", "Bearer another-secret-EXAMPLE"],
  ["its beginning", `Bearer ${SECRET.slice(0, -1)}`],
  ["more than it", `Bearer ${SECRET}x`],
  ["nothing", "Bearer "],
  ["the secret in another scheme", `Basic ${SECRET}`],
])("%s is refused, whatever is asked, and the answer is none of the authority", async (_, authorization) => {
  const { world } = openTestWorld();
  const { places, state } = await serve(world);
  for (const path of ["/Bucket", "/Revisions", "/CreateBucket", "/nothing"]) {
    const response = await post(places[0]!, path, '{"Name":"demo","Client":"x","HoldMs":0}', authorization);
    expect([response.status, response.headers.get("rolemint-revision")]).toEqual([401, null]);
  }
  expect(state().dataPlanes).toEqual([]);
});

test("a data plane with the wrong secret is told so, and is never connected", async () => {
  const { world } = openTestWorld();
  const { places, state } = await serve(world);
  const { authority } = open(places[0]!, { secret: "another-secret-EXAMPLE" });
  await expect(authority.bucket({ Name: "demo" })).rejects.toMatchObject({ name: "SeamError", reason: "refused" });
  expect(authority.isAway()).toBe(true);
  expect(() => authority.clock()).toThrow("has not told the time");
  expect(state().dataPlanes).toEqual([]);
});

test.each<[what: string, path: string, body: string, status: number]>([
  ["what is no question", "/Nothing", "{}", 404],
  ["no JSON", "/Bucket", "{", 400],
  ["another shape", "/Bucket", '{"Name":{}}', 400],
  ["a lack", "/Bucket", "{}", 400],
  ["too much", "/Record", " ".repeat(8 * 1024 * 1024 + 1), 413],
])("%s is refused", async (_, path, body, status) => {
  const { world } = openTestWorld();
  const { places } = await serve(world);
  const response = await post(places[0]!, path, body, `Bearer ${SECRET}`);
  expect([response.status, response.headers.get("rolemint-revision")]).toEqual([status, null]);
});

test.each<[what: string, answer: string, reason: string]>([
  ["another web server", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "unreadable"],
  ["no web server", "220 mail.example.com ready\r\n", "unreadable"],
  [
    "an answer that breaks off",
    "HTTP/1.1 200 OK\r\nrolemint-revision: 1 e\r\ncontent-length: 9\r\n\r\n{}",
    "unreachable",
  ],
  ["a revision that is none", "HTTP/1.1 200 OK\r\nrolemint-revision: x\r\ncontent-length: 2\r\n\r\n{}", "unreadable"],
  [
    "another shape",
    'HTTP/1.1 200 OK\r\nrolemint-revision: 1 e\r\ncontent-length: 20\r\n\r\n{"Bucket":{"Name":1}}',
    "unreadable",
  ],
])("%s in the control plane's place is not believed", async (_, answer, reason) => {
  const stranger = await listen(
    createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(answer));
    }),
    "127.0.0.1",
    0,
  );
  ending.push(stranger.close);
  const { authority } = open(stranger);
  await expect(authority.bucket({ Name: "demo" })).rejects.toMatchObject({ name: "SeamError", reason });
  expect(authority.state()).toMatchObject({ isConnected: false, revision: undefined });
});

test("a change is acknowledged when every data plane has seen it, by a port and by a Unix socket", async () => {
  const { world } = openTestWorld();
  const asked = userWithKey(world);
  const socketPath = join(temporaryDirectory(), "authority.sock");
  const served = await serve(world, { places: [ANY_PORT, { socketPath }] });
  const imds = await follow(world, served.places[0]!, { client: "imds" });
  const gate = await follow(world, { socketPath }, { client: "gate" });
  expect([await policiesOf(imds, asked), await policiesOf(gate, asked)]).toEqual([0, 0]);
  changePolicy(world);
  await served.acknowledged();
  expect([await policiesOf(imds, asked), await policiesOf(gate, asked)]).toEqual([1, 1]);
  const seen = { revision: world.revision(), isLate: false };
  expect(served.state()).toEqual({
    revision: world.revision(),
    dataPlanes: expect.arrayContaining([
      { name: "imds", ...seen },
      { name: "gate", ...seen },
    ]),
    droppedEvents: 0,
  });
  expect(imds.authority.state()).toMatchObject({
    isConnected: true,
    revision: world.revision(),
    staleSince: undefined,
  });
  await gate.authority.close();
  await until(() => served.state().dataPlanes.length === 1);
});

test("a data plane that hangs holds a change up for a time only, and counts again when it asks again", async () => {
  const { world } = openTestWorld();
  const served = await serve(world);
  const { port } = served.places[0] as { port: number };
  const socket = connect(port, "127.0.0.1");
  ending.push(() => socket.destroy());
  const poll = async (body: object) => {
    const text = JSON.stringify({ Client: "hanging", HoldMs: 0, ...body });
    const head = `POST /Revisions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SECRET}\r\n`;
    socket.write(`${head}content-length: ${text.length}\r\n\r\n${text}`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    return JSON.parse(answer.toString().split("\r\n\r\n")[1]!) as { Epoch: string; Revision: number; Reset: boolean };
  };
  const { Epoch, Revision } = await poll({});
  expect(await poll({ Epoch, Since: Revision })).toMatchObject({ Epoch, Revision, Reset: false });
  makeUser(world, "ci");
  await served.acknowledged();
  expect(served.state().dataPlanes).toEqual([{ name: "hanging", revision: Revision, isLate: true }]);
  expect(await poll({ Epoch, Since: Revision })).toMatchObject({ Revision: Revision + 1, Reset: false });
  expect(served.state().dataPlanes).toEqual([{ name: "hanging", revision: Revision, isLate: false }]);
});

test("while the control plane is away the known stays, and what changed is not believed once it is back", async () => {
  const { world } = openTestWorld();
  const asked = userWithKey(world);
  const served = await serve(world);
  const plane = await follow(world, served.places[0]!);
  const known = await plane.cache.identity(asked);
  await served.close();
  await until(plane.authority.isAway);
  expect(plane.cache.identity(asked)).toBe(known);
  await expect(plane.cache.identity(query("AKIAOTHEREXAMPLE"))).rejects.toMatchObject({ reason: "unreachable" });
  await expect(plane.authority.bucket({ Name: "demo" })).rejects.toMatchObject({ reason: "unreachable" });
  changePolicy(world);
  const again = await serve(world, { places: served.places });
  await until(() => !plane.authority.isAway());
  expect(await policiesOf(plane, asked)).toBe(1);
  changePolicy(world);
  await again.acknowledged();
  expect(again.state().dataPlanes).toMatchObject([{ name: "test", revision: world.revision(), isLate: false }]);
});

test("a control plane that was started anew lets a change wait for those that followed the one before", async () => {
  const { world } = openTestWorld();
  const asked = userWithKey(world);
  const served = await serve(world);
  const gate = await follow(world, served.places[0]!, { client: "gate" });
  expect(await policiesOf(gate, asked)).toBe(0);
  await served.close();
  await until(gate.authority.isAway);
  const again = await serve(world, { places: served.places, awaited: ["gate", "gone"] });
  expect(again.state().dataPlanes).toEqual([]);
  changePolicy(world);
  await again.acknowledged();
  expect(await policiesOf(gate, asked)).toBe(1);
  expect(again.state().dataPlanes).toMatchObject([{ name: "gate", isLate: false }]);
});

test("another state in its place is believed, though its revision may be lower", async () => {
  const { world } = openTestWorld();
  const asked = userWithKey(world);
  const served = await serve(world);
  const plane = await follow(world, served.places[0]!);
  expect((await plane.cache.identity(asked)).identity.Verdict).toBe("ok");
  await served.close();
  await until(plane.authority.isAway);
  const { world: other } = openTestWorld();
  expect(other.revision()).toBeLessThan(world.revision());
  await serve(other, { places: served.places });
  await until(() => !plane.authority.isAway());
  expect((await plane.cache.identity(asked)).identity.Verdict).toBe("unknown-key");
});

test("while the control plane is away no credential is known past its end", async () => {
  const { world, clock } = openTestWorld();
  makeRole(world, "app");
  const { id } = associateNow(world, makeInstance(world), makeProfile(world, "app", "app"));
  const served = await serve(world);
  const plane = await follow(world, served.places[0]!);
  const credential = (await plane.cache.instance(id))!.Credentials[0]!;
  const asked = query(credential.AccessKeyId!, credential.Token!);
  expect((await plane.cache.identity(asked)).identity.Verdict).toBe("ok");
  await served.close();
  await until(plane.authority.isAway);
  expect(plane.cache.identity(asked)).not.toBeInstanceOf(Promise);
  expect(plane.cache.instance(id)).not.toBeInstanceOf(Promise);
  clock.pass(7 * HOUR);
  await expect(plane.cache.identity(asked)).rejects.toMatchObject({ reason: "unreachable" });
  await expect(plane.cache.instance(id)).rejects.toMatchObject({ reason: "unreachable" });
});

test("after too long without the control plane nothing known is used, until it is back", async () => {
  const { world } = openTestWorld();
  const asked = userWithKey(world);
  const served = await serve(world);
  const plane = await follow(world, served.places[0]!, { staleForMs: 200 });
  await plane.cache.identity(asked);
  await served.close();
  await until(() => plane.authority.state().staleSince !== undefined);
  expect(plane.authority.state()).toMatchObject({ isConnected: false, staleSince: world.hostClock.now() });
  await expect(plane.cache.identity(asked)).rejects.toMatchObject({ reason: "unreachable" });
  await serve(world, { places: served.places });
  await until(() => plane.authority.state().isConnected);
  expect(plane.authority.state().staleSince).toBeUndefined();
  expect((await plane.cache.identity(asked)).identity.Verdict).toBe("ok");
});

/** A network: connections go to where the target then is; `cut` lets those that are there hang without an end. */
async function openNetwork(target: () => number): Promise<{ readonly place: Place; cut(): void }> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const relay = createServer((near) => {
    const far = connect(target(), "127.0.0.1");
    pairs.add([near, far]);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.pipe(far).pipe(near);
    ending.push(() => far.destroy());
  });
  const { close, ...place } = await listen(relay, "127.0.0.1", 0);
  ending.push(close);
  return {
    place,
    cut() {
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.resume();
        far.resume();
      }
    },
  };
}

test("who polls where nobody is any more learns it from the answers that come from elsewhere", async () => {
  const { world } = openTestWorld();
  const asked = userWithKey(world);
  let current = await serve(world);
  const network = await openNetwork(() => (current.places[0] as { port: number }).port);
  const plane = await follow(world, network.place, { askMs: 200 });
  expect(await policiesOf(plane, asked)).toBe(0);
  network.cut();
  current = await serve(world);
  changePolicy(world);
  await expect(plane.authority.bucket({ Name: "demo" })).rejects.toMatchObject({ reason: "late" });
  expect(plane.cache.identity(asked)).not.toBeInstanceOf(Promise);
  expect(await plane.authority.bucket({ Name: "demo" })).toEqual({});
  expect(await policiesOf(plane, asked)).toBe(1);
  await until(() => current.state().dataPlanes.length === 1 && !plane.authority.isAway());
});

test("events wait while nobody takes them, up to a bound, and what is dropped is counted at both ends", async () => {
  const { world } = openTestWorld();
  const served = await serve(world);
  const { authority } = await follow(world, served.places[0]!);
  await served.close();
  const events = eventBuffer(authority, silentLog);
  for (let n = 0; n < 50_003; n++) events.record({ Time: n, Kind: "metadata" });
  await events.flush();
  expect(events.dropped).toBe(3);
  const again = await serve(world, { places: served.places });
  await events.close();
  expect(again.state().droppedEvents).toBe(3);
  // With the event that tells of the three.
  expect(world.timeline.count()).toBe(50_001);
  expect(world.timeline.dropped()).toBe(3);
});

test("events too large for one request are sent in several", async () => {
  const { world } = openTestWorld();
  const served = await serve(world);
  const { authority } = await follow(world, served.places[0]!);
  const UserAgent = "x".repeat(1024 * 1024);
  const Events = Array.from({ length: 12 }, (_, Time) => ({ Time, Kind: "metadata" as const, UserAgent }));
  await authority.record({ Events, Dropped: 2 });
  expect(
    (world.timeline.query({ limit: 100, kinds: ["metadata", "call"] }) as { Time: number }[])
      .map(({ Time }) => Time)
      .sort((a, b) => a - b),
  ).toEqual(Events.map(({ Time }) => Time));
  expect(served.state().droppedEvents).toBe(2);
});

test("closed, it answers nothing, and whoever waits for the first contact is told", async () => {
  const { authority } = open({ host: "127.0.0.1", port: 1 });
  const waiting = expect(authority.untilConnected()).rejects.toMatchObject({ reason: "closed" });
  await authority.close();
  await waiting;
  await expect(authority.bucket({ Name: "demo" })).rejects.toMatchObject({ reason: "closed" });
});
