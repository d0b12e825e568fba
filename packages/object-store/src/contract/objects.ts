// Contract: objects put, read, ranged, overwritten, copied and deleted, and bodies that break.
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Range } from "../backend.ts";
import { broken, bytesOf, incoming, MiB, md5, wholeOf } from "./samples.ts";
import { codeOf, put, read, type Subject } from "./subject.ts";

const headers = {
  "content-type": "text/plain; charset=utf-8",
  "x-amz-meta-note": "ü and ä",
  "cache-control": "no-store",
};
const keys = [
  "plain",
  "a/b/c",
  "with space",
  "a+b",
  "100%",
  "%2F",
  "ключ",
  "日本語/キー",
  "😀",
  "ﬀ-\uffee",
  "x".repeat(200),
];

export function describeObjects(subject: Subject): void {
  describe("objects", () => {
    test.each([0, 1, 1024, 65536, 65537, MiB + 3])("%d bytes come back as they were put", async (size) => {
      const bucket = await subject.newBucket();
      const bytes = bytesOf(size);
      const written = await subject.backend.put({ bucket, key: "k", headers }, incoming(bytes));
      expect(written.etag).toBe(md5(bytes));
      const { facts, body, window } = await subject.backend.get({ bucket, key: "k" });
      expect((await wholeOf(body)).equals(bytes)).toBe(true);
      expect(window).toBeUndefined();
      expect(facts).toMatchObject({ key: "k", size, etag: written.etag, headers });
      expect(facts.modified % 1000).toBe(0);
      expect(facts.parts).toBeUndefined();
      const head = await subject.backend.head({ bucket, key: "k" });
      expect(head).toEqual({ facts });
    });

    test.each(keys)("the key %p is kept as it is", async (key) => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, key, "body");
      expect((await subject.backend.head({ bucket, key })).facts.key).toBe(key);
      const { objects } = await subject.backend.list({ bucket, prefix: "", delimiter: "", after: "", limit: 10 });
      expect(objects.map((each) => each.key)).toEqual([key]);
    });

    test("what is not there is NoSuchKey, and deleting it is no error", async () => {
      const bucket = await subject.newBucket();
      expect(await codeOf(subject.backend.get({ bucket, key: "none" }))).toBe("NoSuchKey");
      expect(await codeOf(subject.backend.head({ bucket, key: "none" }))).toBe("NoSuchKey");
      await subject.backend.delete(bucket, "none");
      await put(subject, bucket, "some", "x");
      await subject.backend.delete(bucket, "some");
      expect(await codeOf(subject.backend.get({ bucket, key: "some" }))).toBe("NoSuchKey");
    });

    test("a bucket is deleted only when it is empty", async () => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, "some", "x");
      expect(await subject.backend.deleteBucket(bucket)).toBe("not-empty");
      await subject.backend.delete(bucket, "some");
      expect(await subject.backend.deleteBucket(bucket)).toBe("deleted");
    });

    test.each([10, 200_000])("an overwrite of %d bytes leaves nothing of the old object", async (size) => {
      const bucket = await subject.newBucket();
      await subject.backend.put({ bucket, key: "k", headers }, incoming(bytesOf(size)));
      await subject.backend.put({ bucket, key: "k", headers: { "x-amz-meta-new": "1" } }, incoming("short"));
      const { facts, body } = await subject.backend.get({ bucket, key: "k" });
      expect((await wholeOf(body)).toString()).toBe("short");
      expect(facts.size).toBe(5);
      expect(facts.headers).not.toHaveProperty("x-amz-meta-note");
      expect(facts.headers).toHaveProperty("x-amz-meta-new", "1");
    });

    test("puts of one key at the same time leave one of them, whole", async () => {
      const bucket = await subject.newBucket();
      const bodies = [1, 2, 3, 4, 5, 6].map((seed) => bytesOf(seed % 2 ? 300_000 : 300, seed));
      await Promise.all(bodies.map((body) => put(subject, bucket, "k", body)));
      const left = await read(subject, bucket, "k");
      expect(bodies.filter((body) => body.equals(left))).toHaveLength(1);
    });
  });

  describeRanges(subject);
  describeBrokenBodies(subject);
  describeStreams(subject);
  describeCopies(subject);
}

function describeRanges(subject: Subject): void {
  describe("ranges", () => {
    test.each([
      [{ first: 0, last: 0 }, 0, 0],
      [{ first: 2, last: 5 }, 2, 5],
      [{ first: 7 }, 7, 9],
      [{ first: 7, last: 1000 }, 7, 9],
      [{ suffix: 3 }, 7, 9],
      [{ suffix: 1000 }, 0, 9],
      [{ first: 0 }, 0, 9],
    ] as [Range, number, number][])("of ten bytes, %j is %d to %d", async (range, first, last) => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, "k", "0123456789");
      const { window, body, facts } = await subject.backend.get({ bucket, key: "k", range });
      expect(window).toEqual({ first, last });
      expect(facts.size).toBe(10);
      expect((await wholeOf(body)).toString()).toBe("0123456789".slice(first, last + 1));
      expect((await subject.backend.head({ bucket, key: "k", range })).window).toEqual({ first, last });
    });

    test.each([{ first: 10 }, { first: 11, last: 12 }, { suffix: 0 }] as Range[])("%j is refused", async (range) => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, "k", "0123456789");
      expect(await codeOf(subject.backend.get({ bucket, key: "k", range }))).toBe("InvalidRange");
    });

    test("any range of a large object is that slice", async () => {
      const bucket = await subject.newBucket();
      const size = 1_300_000;
      const bytes = bytesOf(size);
      await put(subject, bucket, "k", bytes);
      const ends = fc.tuple(fc.nat(size - 1), fc.nat(size - 1));
      await fc.assert(
        fc.asyncProperty(ends, async ([one, other]) => {
          const range = { first: Math.min(one, other), last: Math.max(one, other) };
          const { body } = await subject.backend.get({ bucket, key: "k", range });
          return (await wholeOf(body)).equals(bytes.subarray(range.first, range.last + 1));
        }),
        { numRuns: 20 },
      );
    });
  });
}

function describeBrokenBodies(subject: Subject): void {
  describe("a body that breaks", () => {
    test.each([100, 300_000])("after %d bytes leaves nothing", async (size) => {
      const bucket = await subject.newBucket();
      const target = { bucket, key: "k", headers: {} };
      await expect(subject.backend.put(target, broken(bytesOf(size), size))).rejects.toThrow();
      expect(await codeOf(subject.backend.head({ bucket, key: "k" }))).toBe("NoSuchKey");
    });

    test.each([100, 300_000])("after %d bytes leaves the object that was there", async (size) => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, "k", "earlier");
      const target = { bucket, key: "k", headers: {} };
      await expect(subject.backend.put(target, broken(bytesOf(size), size))).rejects.toThrow();
      expect((await read(subject, bucket, "k")).toString()).toBe("earlier");
    });

    test.each([
      ["shorter", 100, 101],
      ["shorter", 300_000, 300_001],
      ["longer", 101, 100],
      ["longer", 300_001, 300_000],
    ])("that is %s than declared (%d for %d) is refused", async (_, size, declared) => {
      const bucket = await subject.newBucket();
      const body = incoming(bytesOf(size), undefined, declared);
      expect(await codeOf(subject.backend.put({ bucket, key: "k", headers: {} }, body))).toBe("IncompleteBody");
      expect(await codeOf(subject.backend.head({ bucket, key: "k" }))).toBe("NoSuchKey");
    });

    test("over 5 GiB is refused unread", async () => {
      const bucket = await subject.newBucket();
      let isRead = false;
      async function* chunks(): AsyncGenerator<Buffer> {
        isRead = true;
        yield Buffer.from("x");
      }
      const body = { size: 5 * 1024 ** 3 + 1, chunks: chunks(), checksum: () => undefined };
      expect(await codeOf(subject.backend.put({ bucket, key: "k", headers: {} }, body))).toBe("EntityTooLarge");
      expect(isRead).toBe(false);
    });
  });
}

function describeStreams(subject: Subject): void {
  describe("a body being read", () => {
    test.each(["overwritten", "deleted"])("goes on with the old bytes when its object is %s", async (how) => {
      const bucket = await subject.newBucket();
      const bytes = bytesOf(5 * MiB);
      await put(subject, bucket, "k", bytes);
      const { body } = await subject.backend.get({ bucket, key: "k" });
      const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
      const start = (await chunks.next()).value as Buffer;
      if (how === "deleted") await subject.backend.delete(bucket, "k");
      else await put(subject, bucket, "k", bytesOf(5 * MiB, 2));
      const rest = await wholeOf({ [Symbol.asyncIterator]: () => chunks });
      expect(Buffer.concat([start, rest]).equals(bytes)).toBe(true);
    });

    test("may be left half-way", async () => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, "k", bytesOf(2 * MiB));
      const { body } = await subject.backend.get({ bucket, key: "k" });
      for await (const chunk of body as AsyncIterable<Buffer>) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      await subject.backend.delete(bucket, "k");
      expect(await codeOf(subject.backend.head({ bucket, key: "k" }))).toBe("NoSuchKey");
    });
  });
}

function describeCopies(subject: Subject): void {
  describe("copies", () => {
    test.each([0, 100, 300_000])("of %d bytes stand on their own", async (size) => {
      const bucket = await subject.newBucket();
      const other = await subject.newBucket();
      const bytes = bytesOf(size);
      await subject.backend.put({ bucket, key: "k", headers }, incoming(bytes));
      const written = await subject.backend.copy({ source: { bucket, key: "k" }, bucket: other, key: "copy" });
      expect(written.etag).toBe(md5(bytes));
      await subject.backend.delete(bucket, "k");
      const { facts, body } = await subject.backend.get({ bucket: other, key: "copy" });
      expect((await wholeOf(body)).equals(bytes)).toBe(true);
      expect(facts).toMatchObject({ size, etag: written.etag, headers, modified: written.modified });
    });

    test("take new headers, also onto themselves", async () => {
      const bucket = await subject.newBucket();
      await subject.backend.put({ bucket, key: "k", headers }, incoming(bytesOf(300_000)));
      const replaced = { "content-type": "text/html", "x-amz-meta-other": "1" };
      await subject.backend.copy({ source: { bucket, key: "k" }, bucket, key: "k", headers: replaced });
      const { facts, body } = await subject.backend.get({ bucket, key: "k" });
      expect(facts.headers).toMatchObject(replaced);
      expect(facts.headers).not.toHaveProperty("x-amz-meta-note");
      expect((await wholeOf(body)).equals(bytesOf(300_000))).toBe(true);
    });

    test("of what is not there are NoSuchKey", async () => {
      const bucket = await subject.newBucket();
      const copy = subject.backend.copy({ source: { bucket, key: "none" }, bucket, key: "copy" });
      expect(await codeOf(copy)).toBe("NoSuchKey");
    });
  });
}
