// A process of the tests: writes to a store without end, and says on its standard output, a line each, what it is about
// to do and what was acknowledged, until it is killed. Arguments: the directory and a name for this run.
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { openBuiltinStore } from "./builtin.ts";
import { bytesOf, incoming, startUpload } from "./contract/samples.ts";

const [directory, run] = process.argv.slice(2);
const clock = { now: () => 1_800_000_000_000 };
const backend = await openBuiltinStore({ directory, clock, entropy: randomBytes });
const bucket = "b";

function say(word: "try" | "done", key: string, etag: string): void {
  writeSync(1, `${word} ${key} ${etag}\n`);
}

/** `try` comes before the change and `done` after it; the ETag of what was put is only known then. */
async function change(key: string, write: () => Promise<{ etag: string } | undefined>): Promise<void> {
  say("try", key, "?");
  say("done", key, (await write())?.etag ?? "none");
}

function put(key: string, bytes: Buffer): Promise<{ etag: string }> {
  return backend.put({ bucket, key, headers: {} }, incoming(bytes));
}

async function putInParts(key: string, bytes: Buffer): Promise<{ etag: string }> {
  const address = await startUpload(backend, { bucket, key });
  const { etag } = await backend.putPart(address, 1, incoming(bytes));
  return backend.completeUpload({ ...address, parts: [{ number: 1, etag }] });
}

/** Each worker has keys of its own, so that its lines are in the order of its changes. */
async function work(worker: string): Promise<never> {
  for (let turn = 0; ; turn++) {
    const bytes = bytesOf(((turn * 7919) % 100) + 1, turn);
    const large = bytesOf(70_000 + (turn % 50), turn);
    await change(`${worker}/small/${turn}`, () => put(`${worker}/small/${turn}`, bytes));
    await change(`${worker}/large/${turn}`, () => put(`${worker}/large/${turn}`, large));
    await change(`${worker}/again`, () => put(`${worker}/again`, turn % 2 ? bytes : large));
    await change(`${worker}/parts/${turn % 5}`, () => putInParts(`${worker}/parts/${turn % 5}`, large));
    const old = `${worker}/large/${turn - 3}`;
    if (turn >= 3) await change(old, () => backend.delete(bucket, old).then(() => undefined));
  }
}

await Promise.all(["w", "x", "y", "z"].map((worker) => work(`${run}-${worker}`)));
