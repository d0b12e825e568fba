// What only separate processes can show: that a kill loses nothing that was acknowledged, and how much memory is used.
import { execFile, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { Backend, ObjectFacts } from "./backend.ts";
import { openBuiltinStore } from "./builtin.ts";
import { MiB, md5, wholeOf } from "./contract/samples.ts";

const ROUNDS = 10;
const clock = { now: () => 1_800_000_000_000 };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "object-store-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** What is known of a key: the last acknowledged ETag (`none` when deleted), and whether a change was under way. */
interface Known {
  etag: string;
  isUncertain: boolean;
}

/** Runs the writing process until it is killed some moments after its second acknowledgement. */
async function writeAndKill(run: number, known: Map<string, Known>): Promise<void> {
  const script = join(import.meta.dirname, "durability-child.ts");
  const child = spawn(process.execPath, [script, directory, `run${run}`], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, key, etag] = line.split(" ") as [string, string, string];
    if (word === "try") known.set(key, { etag: known.get(key)?.etag ?? "none", isUncertain: true });
    else known.set(key, { etag, isUncertain: false });
    if (word === "done" && ++acknowledged === 2) setTimeout(() => child.kill("SIGKILL"), randomInt(1, 120));
  }
  expect(await ended).toBe("SIGKILL");
}

async function allObjects(backend: Backend): Promise<Map<string, ObjectFacts>> {
  const found = new Map<string, ObjectFacts>();
  for (let after: string | undefined = ""; after !== undefined; ) {
    const page = await backend.list({ bucket: "b", prefix: "", delimiter: "", after, limit: 1000 });
    for (const facts of page.objects) found.set(facts.key, facts);
    after = page.next;
  }
  return found;
}

async function isWhole(backend: Backend, facts: ObjectFacts): Promise<boolean> {
  const bytes = await wholeOf((await backend.get({ bucket: "b", key: facts.key })).body);
  const etag = facts.parts === 1 ? `${md5(Buffer.from(md5(bytes), "hex"))}-1` : md5(bytes);
  return etag === facts.etag && bytes.length === facts.size;
}

async function abortUploads(backend: Backend): Promise<void> {
  const all = { bucket: "b", prefix: "", delimiter: "", keyMarker: "", uploadIdMarker: "", limit: 1000 };
  const { uploads } = await backend.listUploads(all);
  for (const { key, uploadId } of uploads) await backend.abortUpload({ bucket: "b", key, uploadId });
}

test(`${ROUNDS} kills at any moment lose nothing that was acknowledged`, async () => {
  const known = new Map<string, Known>();
  let acknowledged = 0;
  for (let run = 0; run < ROUNDS; run++) {
    await writeAndKill(run, known);
    const backend = await openBuiltinStore({ directory, clock, entropy: randomBytes });
    expect(await readdir(join(directory, "bodies", "incoming"))).toEqual([]);
    const found = await allObjects(backend);
    for (const [key, { etag, isUncertain }] of known) {
      const facts = found.get(key);
      if (!isUncertain) expect([key, facts?.etag ?? "none"]).toEqual([key, etag]);
      known.set(key, { etag: facts?.etag ?? "none", isUncertain: false });
    }
    // Those of earlier runs were read then.
    const news = [...found.values()].filter(({ key }) => key.startsWith(`run${run}-`));
    for (const facts of news) expect([facts.key, await isWhole(backend, facts)]).toEqual([facts.key, true]);
    acknowledged += news.length;
    await abortUploads(backend);
    const files = await readdir(join(directory, "bodies"), { recursive: true, withFileTypes: true });
    const inFiles = [...found.values()].filter(({ size }) => size > 65_536);
    expect(files.filter((entry) => entry.isFile())).toHaveLength(inFiles.length);
    await backend.close();
  }
  expect(acknowledged).toBeGreaterThan(ROUNDS);
});

test("256 MiB go in and out in less than 64 MiB of memory", async () => {
  const script = join(import.meta.dirname, "streaming-child.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory]);
  const { grown, read, isSame } = JSON.parse(stdout) as { grown: number; read: number; isSame: boolean };
  expect({ read, isSame }).toEqual({ read: 256 * MiB, isSame: true });
  expect(grown).toBeLessThan(64 * MiB);
});
