// Whatever was read before, a read gives what was written last.
import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { openBuiltinStore } from "./builtin.ts";
import { bytesOf, incoming, startUpload, wholeOf } from "./contract/samples.ts";
import { type Database, type ObjectRow, openDatabase } from "./database.ts";

const key = fc.constantFrom("a", "b", "c/a");
const step = fc.oneof(
  fc.record({ does: fc.constant("read" as const), key }),
  fc.record({ does: fc.constant("put" as const), key, size: fc.constantFrom(0, 1, 15_000, 17_000, 70_000) }),
  fc.record({ does: fc.constant("upload" as const), key, size: fc.constantFrom(1, 15_000) }),
  fc.record({ does: fc.constant("copy" as const), key, from: key }),
  fc.record({ does: fc.constant("delete" as const), key }),
);

test("of puts, uploads, copies and deletions in any order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const store = await openBuiltinStore({ clock: { now: () => 1_800_000_000_123 }, entropy: randomBytes });
      const expected = new Map<string, Buffer>();
      const read = async (at: string) =>
        store.get({ bucket: "b", key: at }).then(
          ({ body }) => wholeOf(body),
          () => undefined,
        );
      for (const [seed, done] of steps.entries()) {
        const address = { bucket: "b", key: done.key };
        if (done.does === "put" || done.does === "upload") expected.set(done.key, bytesOf(done.size, seed));
        if (done.does === "put") await store.put({ ...address, headers: {} }, incoming(expected.get(done.key)!));
        if (done.does === "upload") {
          const upload = await startUpload(store, address);
          const { etag } = await store.putPart(upload, 1, incoming(expected.get(done.key)!));
          await store.completeUpload({ ...upload, parts: [{ number: 1, etag }] });
        }
        if (done.does === "copy" && expected.has(done.from)) {
          // Over itself it needs other headers.
          await store.copy({
            source: { bucket: "b", key: done.from },
            ...address,
            headers: { "x-amz-meta-n": `${seed}` },
          });
          expected.set(done.key, expected.get(done.from)!);
        }
        if (done.does === "delete") {
          await store.delete("b", done.key);
          expected.delete(done.key);
        }
        if (done.does === "read") expect(await read(done.key)).toEqual(expected.get(done.key));
      }
      for (const at of ["a", "b", "c/a"]) expect(await read(at)).toEqual(expected.get(at));
      await store.close();
    }),
    { numRuns: 60 },
  );
});

const write = (database: Database, name: string, body: string) =>
  database.run("storeObject", "b", name, body.length, "e", 1, "{}", null, null, null, null, Buffer.from(body));
const bodyOf = (row: ObjectRow | undefined) => row && Buffer.from(row.bytes!).toString();

test("of a change that was undone", () => {
  const database = openDatabase(":memory:");
  write(database, "k", "one");
  expect(bodyOf(database.object("b", "k"))).toBe("one");
  expect(() =>
    database.transaction(() => {
      write(database, "k", "two");
      expect(bodyOf(database.object("b", "k"))).toBe("two");
      throw new Error("undone");
    }),
  ).toThrow("undone");
  expect(bodyOf(database.object("b", "k"))).toBe("one");
  database.close();
});

test("of more than is kept", () => {
  const database = openDatabase(":memory:");
  const names = Array.from({ length: 400 }, (_, i) => `k${i}`);
  for (const name of names) write(database, name, name.repeat(2000));
  for (let round = 0; round < 2; round++) {
    expect(names.filter((name) => bodyOf(database.object("b", name)) !== name.repeat(2000))).toEqual([]);
  }
  database.close();
});
