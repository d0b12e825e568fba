// How long one tick takes that is due for ten thousand instances, and how long it keeps anything else waiting: a
// metadata answer must never wait for rotation. The world is on disk, as `up` has it. Run directly, or by `make bench`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { hostClock, hostEntropy } from "@rolemint/host";
import { breathe } from "@rolemint/host/schedule";
import { addInstance, associate, iamArn, openWorld, type World } from "@rolemint/world";
import { median, type Row } from "./row.ts";

const ACCOUNT = "111122223333";
const START = Date.parse("2026-11-23T05:30:00Z");
const HOUR = 3_600_000;
const INSTANCES = 10_000;
const ROUNDS = 5;
/** Milliseconds. */
const TOTAL_BOUND = 1000;
const STALL_BOUND = 50;

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** Running instances that all have the same role, none of them with a credential yet. */
function fill(world: World): void {
  world.change(() => {
    const account = world.account(ACCOUNT);
    const named = { accountId: ACCOUNT, name: "app", path: "/", created: START, tags: [] };
    const role = { ...named, id: world.ids.unique("AROA", ACCOUNT), arn: iamArn(ACCOUNT, "role", "/", "app") };
    account.roles.put({ ...role, trust: TRUST, trustedIds: {}, maxSessionSeconds: 3600, attached: [], inline: {} });
    const arn = iamArn(ACCOUNT, "instance-profile", "/", "app");
    const id = world.ids.unique("AIPA", ACCOUNT);
    const profile = account.instanceProfiles.put({ ...named, id, arn, roleName: "app" });
    for (let launchIndex = 0; launchIndex < INSTANCES; launchIndex++) {
      const tags = [{ Key: "Name", Value: `app-${launchIndex}` }];
      const instance = addInstance(world, { reservationId: world.ids.hex17("r-"), launchIndex, tags });
      world.rotation.issueNow(associate(world, instance, profile));
    }
  });
}

/** Milliseconds that the tick takes, and the longest time between two turns of the event loop while it does. */
async function timedTick(world: World): Promise<{ total: number; stall: number }> {
  let stall = 0;
  let last = performance.now();
  let isOver = false;
  const turn = () => {
    const now = performance.now();
    stall = Math.max(stall, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  const begun = performance.now();
  await world.rotation.tick(breathe);
  const total = performance.now() - begun;
  isOver = true;
  turn();
  return { total, stall };
}

export async function run(): Promise<Row[]> {
  const state = mkdtempSync(join(tmpdir(), "rolemint-rotation-"));
  let ahead = 0;
  const clock = { now: () => hostClock.now() + ahead };
  const world = openWorld({
    state,
    accountId: ACCOUNT,
    region: "us-east-1",
    clock,
    entropy: hostEntropy,
    pid: process.pid,
  });
  try {
    fill(world);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      ahead += HOUR;
      rounds.push(await timedTick(world));
    }
    // There is no peer to set it against, so the fastest round counts: the others hold what else the machine did.
    const total = Math.round(Math.min(...rounds.map((round) => round.total)));
    const stall = Math.round(median(rounds.map((round) => round.stall)));
    const size = `${INSTANCES} instances`;
    const row = (name: string, value: number, bound: number): Row => {
      return { name: `rotation: ${name}`, value, unit: "ms", bound: `< ${bound} ms`, ok: value < bound };
    };
    return [
      row(`a tick of ${size}, fastest of ${ROUNDS}`, total, TOTAL_BOUND),
      row(`longest wait of other work, ${size}`, stall, STALL_BOUND),
    ];
  } finally {
    world.close();
    rmSync(state, { recursive: true });
  }
}

if (import.meta.main) console.table(await run());
