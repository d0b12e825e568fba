// What only a killed process can show: every acknowledged change is there when the state is opened again, and the one
// that was under way is there wholly or not at all.
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "@jest/globals";
import { ACCOUNT, openTestWorld, temporaryDirectory } from "../../../test/support/world.ts";
import type { World } from "./world.ts";

const KILLS = 50;
/** Milliseconds. */
const LONGEST = 60;
/** Changes in every second run, so that there are more than kills on any machine. */
const ENOUGH = 3;

const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

function load(state: string): void {
  const script = join(import.meta.dirname, "durability.fixture.ts");
  const flags = ["--disable-warning=ExperimentalWarning", script, state];
  children.push(spawn(process.execPath, flags, { stdio: ["pipe", "pipe", "inherit"] }));
}

/**
 * Lets the oldest loaded process run for a moment; what it acknowledged until it was killed. A moment after its start
 * it may still be making or opening the state; on a slow machine only one after some changes is sure to see any.
 */
async function runAndKill(state: string, since: "start" | "changes"): Promise<string[]> {
  load(state);
  const child = children.shift()!;
  const exit = once(child, "exit");
  const killSoon = () => setTimeout(() => child.kill("SIGKILL"), randomInt(0, LONGEST));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line === "loaded") child.stdin!.write("go\n");
    else lines.push(line);
    if (since === "start" ? line === "loaded" : lines.length === ENOUGH) killSoon();
  }
  expect((await exit)[1]).toBe("SIGKILL");
  return lines;
}

/** How much there must be of everything after so many whole changes: see the fixture. */
function countsAfter(changes: number) {
  const of = (kind: number) => Math.floor((changes - kind + 5) / 6);
  const generations = of(1) + of(2) + of(4);
  return {
    roles: of(0),
    profiles: of(0),
    instances: of(1),
    running: of(1) - of(5),
    buckets: of(3) - of(5),
    generations,
    trail: generations + of(3) + of(5),
  };
}

function counts(world: World): ReturnType<typeof countsAfter> {
  const account = world.account(ACCOUNT);
  const instances = account.instances();
  return {
    roles: account.roles.count(),
    profiles: account.instanceProfiles.count(),
    instances: instances.length,
    running: instances.filter(({ state }) => state === "running").length,
    buckets: world.tables.buckets.count(),
    generations: world.tables.generations.count(),
    trail: world.trail.count(),
  };
}

/** That what a line acknowledged is there as it says. */
function check(world: World, line: string): void {
  const [n, facts = ""] = line.split(" ");
  const [instanceId = "", number, accessKeyId] = facts.split("/");
  if (accessKeyId !== undefined) {
    const [keys] = world.tables.generations.get(instanceId, Number(number))!.keys;
    expect(keys!.accessKeyId).toBe(accessKeyId);
    expect(world.sealer.open(keys!.token)!.secret).toBe(keys!.secret);
  } else if (facts.startsWith("AROA")) {
    expect(world.account(ACCOUNT).roles.get(`app-${n}`)?.id).toBe(facts);
  }
}

test(`${KILLS} kills at any moment lose nothing that was acknowledged and leave nothing by half`, async () => {
  const state = temporaryDirectory();
  load(state);
  let acknowledged = 0;
  let underWay = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const lines = await runAndKill(state, kill % 2 === 0 ? "start" : "changes");
    const { world } = openTestWorld({ state });
    const changes = Number(world.store.setting("changes") ?? "0");
    const last = Number(lines.at(-1)?.split(" ")[0] ?? acknowledged - 1);
    expect([last + 1, last + 2]).toContain(changes);
    if (changes === last + 2) underWay++;
    expect(counts(world)).toEqual(countsAfter(changes));
    for (const line of lines) check(world, line);
    expect(world.revision()).toBeGreaterThanOrEqual(Number(lines.at(-1)?.split(" ")[2] ?? 0));
    expect(Object.values(world.store.db.prepare("PRAGMA quick_check").get()!)).toEqual(["ok"]);
    acknowledged = changes;
    world.close();
  }
  expect(acknowledged).toBeGreaterThan(KILLS);
  expect(underWay).toBeLessThan(KILLS);
}, 120_000);
