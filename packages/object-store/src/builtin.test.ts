import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { Backend } from "./backend.ts";
import { openBuiltinStore } from "./builtin.ts";
import { bytesOf, incoming, MiB, startUpload, wholeOf } from "./contract/samples.ts";
import { codeOf, refusalOf } from "./contract/subject.ts";
import { describeBackend } from "./contract.ts";

const clock = { now: () => 1_800_000_000_123 };
const entropy = randomBytes;
const directories: string[] = [];

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "object-store-"));
  directories.push(directory);
  return directory;
}

const inDirectory = (directory: string) => openBuiltinStore({ directory, clock, entropy });
const inMemory = () => openBuiltinStore({ clock, entropy });

afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});

describeBackend("the built-in store in a directory", async () => {
  const backend = await inDirectory(await newDirectory());
  return { backend, close: () => backend.close() };
});

describeBackend("the built-in store in memory", async () => {
  const backend = await inMemory();
  return { backend, close: () => backend.close() };
});

/** The names of all files below the store's bodies. */
async function filesOf(directory: string): Promise<string[]> {
  const entries = await readdir(join(directory, "bodies"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

const put = (backend: Backend, key: string, bytes: Buffer | string) =>
  backend.put({ bucket: "b", key, headers: {} }, incoming(bytes));

describe("a directory", () => {
  test("is read again by the next store", async () => {
    const directory = await newDirectory();
    const first = await inDirectory(directory);
    await put(first, "small", "x");
    await put(first, "large", bytesOf(200_000));
    const address = await startUpload(first);
    const one = await first.putPart(address, 1, incoming(bytesOf(5 * MiB)));
    await first.close();
    const second = await inDirectory(directory);
    expect((await wholeOf((await second.get({ bucket: "b", key: "small" })).body)).toString()).toBe("x");
    expect((await wholeOf((await second.get({ bucket: "b", key: "large" })).body)).equals(bytesOf(200_000))).toBe(true);
    const two = await second.putPart(address, 2, incoming("end"));
    const parts = [one, two].map(({ etag }, index) => ({ number: index + 1, etag }));
    await second.completeUpload({ ...address, parts });
    expect((await second.head(address)).facts.size).toBe(5 * MiB + 3);
    await second.close();
  });

  test("belongs to one store at a time", async () => {
    const directory = await newDirectory();
    const first = await inDirectory(directory);
    await put(first, "large", bytesOf(200_000));
    await expect(inDirectory(directory)).rejects.toThrow(/in use/);
    expect(await filesOf(directory)).toHaveLength(1);
    await first.close();
    await (await inDirectory(directory)).close();
  });

  test("is swept of what no object names", async () => {
    const directory = await newDirectory();
    const first = await inDirectory(directory);
    await put(first, "large", bytesOf(200_000));
    await first.close();
    const [kept] = await filesOf(directory);
    await mkdir(join(directory, "bodies", "ab"), { recursive: true });
    await writeFile(join(directory, "bodies", "ab", "ab00"), "orphan");
    await writeFile(join(directory, "bodies", "incoming", "cd00"), "half");
    const second = await inDirectory(directory);
    expect(await filesOf(directory)).toEqual([kept]);
    await second.close();
  });

  test("loses its files with its objects", async () => {
    const directory = await newDirectory();
    const backend = await inDirectory(directory);
    const large = bytesOf(200_000);
    await put(backend, "k", large);
    await put(backend, "k", large);
    await put(backend, "other", large);
    await backend.copy({ source: { bucket: "b", key: "k" }, bucket: "b", key: "copy" });
    // The copy shares its source's file.
    expect(await filesOf(directory)).toHaveLength(2);
    await backend.delete("b", "k");
    await backend.delete("b", "other");
    expect(await filesOf(directory)).toHaveLength(1);
    await backend.delete("b", "copy");
    const address = await startUpload(backend);
    await backend.putPart(address, 1, incoming(large));
    await backend.putPart(address, 1, incoming(large));
    await backend.putPart(address, 2, incoming(large));
    expect(await filesOf(directory)).toHaveLength(2);
    const { etag } = await backend.putPart(address, 3, incoming("x"));
    await backend.completeUpload({ ...address, parts: [{ number: 3, etag }] });
    expect(await filesOf(directory)).toHaveLength(1);
    await backend.delete("b", "k");
    const failing = backend.put({ bucket: "b", key: "k", headers: {} }, incoming(large, undefined, 200_001));
    expect(await codeOf(failing)).toBe("IncompleteBody");
    expect(await filesOf(directory)).toEqual([]);
    const only = { bucket: "b", key: "k", headers: {}, conditions: { ifNoneMatch: ["*"] } };
    await Promise.allSettled([1, 2, 3].map((seed) => backend.put(only, incoming(bytesOf(200_000, seed)))));
    expect(await filesOf(directory)).toHaveLength(1);
    await backend.close();
  });

  test("keeps the file of a deleted object until its stream ends or is left, begun or not", async () => {
    const directory = await newDirectory();
    const backend = await inDirectory(directory);
    await put(backend, "k", bytesOf(2 * MiB));
    const read = async () => (await backend.get({ bucket: "b", key: "k" })).body as AsyncIterableIterator<Buffer>;
    const [whole, begun, untouched] = [await read(), await read(), await read()];
    await begun.next();
    await backend.delete("b", "k");
    expect(await filesOf(directory)).toHaveLength(1);
    expect((await wholeOf(whole)).equals(bytesOf(2 * MiB))).toBe(true);
    await begun.return?.();
    expect(await filesOf(directory)).toHaveLength(1);
    await untouched.return?.();
    expect(await filesOf(directory)).toEqual([]);
    await backend.close();
  });

  test("keeps the file of a deleted object that is being copied", async () => {
    const directory = await newDirectory();
    const backend = await inDirectory(directory);
    await put(backend, "k", bytesOf(2 * MiB));
    const source = { bucket: "b", key: "k" };
    const copying = backend.copy({ source, bucket: "b", key: "copy", checksumAlgorithm: "CRC32C" });
    await backend.delete("b", "k");
    await copying;
    const { body } = await backend.get({ bucket: "b", key: "copy" });
    expect((await wholeOf(body)).equals(bytesOf(2 * MiB))).toBe(true);
    await backend.close();
  });

  test("does not give a shortened file as a whole body", async () => {
    const directory = await newDirectory();
    const backend = await inDirectory(directory);
    await put(backend, "k", bytesOf(200_000));
    const [name] = await filesOf(directory);
    await writeFile(join(directory, "bodies", name!.slice(0, 2), name!), "short");
    const { body } = await backend.get({ bucket: "b", key: "k" });
    await expect(wholeOf(body)).rejects.toThrow(/shorter/);
    await backend.close();
  });
});

describe("a closed store", () => {
  test.each(["directory", "memory"])("in %s refuses, and cuts what is under way", async (where) => {
    const backend = where === "memory" ? await inMemory() : await inDirectory(await newDirectory());
    await put(backend, "k", bytesOf(2 * MiB));
    const { body } = await backend.get({ bucket: "b", key: "k" });
    const reading = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    await reading.next();
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    async function* slowly(): AsyncGenerator<Buffer> {
      yield bytesOf(MiB);
      await gate;
      yield bytesOf(MiB);
    }
    const slow = { size: 2 * MiB, chunks: slowly(), checksum: () => undefined };
    const writing = refusalOf(backend.put({ bucket: "b", key: "slow", headers: {} }, slow));
    await backend.close();
    await backend.close();
    finish();
    expect((await writing).code).toBe("Unavailable");
    await expect(reading.next()).rejects.toThrow("Unavailable");
    expect(await codeOf(backend.get({ bucket: "b", key: "k" }))).toBe("Unavailable");
  });
});

describe("beyond the contract", () => {
  test.each(["/", "//", "a//b", "../x", "a/../b", ".", "a/", "a\u0000b", "\u0000"])(
    "the key %j is a key",
    async (key) => {
      const backend = await inMemory();
      await put(backend, key, "x");
      await put(backend, `${key}y`, "y");
      const list = await backend.list({ bucket: "b", prefix: key, delimiter: "", after: key, limit: 10 });
      expect(list.objects.map((each) => each.key)).toEqual([`${key}y`]);
      expect((await wholeOf((await backend.get({ bucket: "b", key })).body)).toString()).toBe("x");
      await backend.close();
    },
  );

  test("an If-Modified-Since in the future is void", async () => {
    const backend = await inMemory();
    await put(backend, "k", "x");
    const conditions = { ifModifiedSince: clock.now() + 60_000 };
    expect((await backend.get({ bucket: "b", key: "k", conditions })).facts.size).toBe(1);
    await backend.close();
  });

  test("100,000 keys list in 100 pages, and in one where they share few prefixes", async () => {
    const backend = await inMemory();
    const keyOf = (index: number) => `${index % 4}/${String(index).padStart(6, "0")}`;
    for (let index = 0; index < 100_000; index++) await put(backend, keyOf(index), "");
    const query = { bucket: "b", prefix: "", delimiter: "", limit: 1000 };
    let pages = 0;
    let seen = 0;
    let sorted = true;
    for (let after: string | undefined = ""; after !== undefined; pages++) {
      const page = await backend.list({ ...query, after });
      for (const { key } of page.objects) {
        sorted &&= after! < key;
        after = key;
      }
      seen += page.objects.length;
      after = page.next;
    }
    expect({ pages, seen, sorted }).toEqual({ pages: 100, seen: 100_000, sorted: true });
    const rolled = await backend.list({ ...query, delimiter: "/", after: "" });
    expect(rolled).toEqual({ objects: [], commonPrefixes: ["0/", "1/", "2/", "3/"] });
    await backend.close();
  });
});
