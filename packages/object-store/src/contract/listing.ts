// Contract: listings, in the order of UTF-8 bytes, held against a plain model of what S3 documents.
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ListRequest } from "../backend.ts";
import { md5 } from "./samples.ts";
import { put, type Subject } from "./subject.ts";

type Query = Omit<ListRequest, "bucket">;

const everything: Query = { prefix: "", delimiter: "", after: "", limit: 1000 };

function utf8Order(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** All entries that S3 would give for a query without a limit, in order. */
function modelOf(keys: readonly string[], { prefix, delimiter, after }: Query): string[] {
  const entries = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    entries.add(at < 0 ? key : key.slice(0, at + delimiter.length));
  }
  return [...entries].sort(utf8Order).filter((entry) => utf8Order(entry, after) > 0);
}

/** Every page of a listing, each as its entries in order. */
async function pagesOf(subject: Subject, bucket: string, query: Query): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: string | undefined = query.after; after !== undefined; ) {
    const page = await subject.backend.list({ ...query, bucket, after });
    pages.push([...page.objects.map(({ key }) => key), ...page.commonPrefixes].sort(utf8Order));
    after = page.next;
  }
  return pages;
}

async function bucketOf(subject: Subject, keys: readonly string[]): Promise<string> {
  const bucket = await subject.newBucket();
  for (const key of keys) await put(subject, bucket, key, key);
  return bucket;
}

const photos = ["asset", "photos/2006/January/1", "photos/2006/February/2", "photos/2006/3", "photos/2007/4", "zebra"];

export function describeListing(subject: Subject): void {
  describeContents(subject);
  describePages(subject);
  describeModel(subject);
}

function describeContents(subject: Subject): void {
  describe("listings", () => {
    test("of an empty bucket are empty", async () => {
      const bucket = await subject.newBucket();
      const { objects, commonPrefixes, next } = await subject.backend.list({ ...everything, bucket });
      expect([objects, commonPrefixes, next]).toEqual([[], [], undefined]);
    });

    test("give the facts of each object", async () => {
      const bucket = await subject.newBucket();
      const { modified } = await put(subject, bucket, "k", "body");
      const { objects } = await subject.backend.list({ ...everything, bucket });
      expect(objects).toHaveLength(1);
      expect(objects[0]).toMatchObject({ key: "k", size: 4, etag: md5(Buffer.from("body")), modified });
    });

    test("are in the order of UTF-8 bytes, not of UTF-16 units", async () => {
      const keys = ["a", "\ue000", "\uffee", "😀", "\u{10ffff}", "Z", "é", "z"];
      const bucket = await bucketOf(subject, keys);
      const { objects } = await subject.backend.list({ ...everything, bucket });
      expect(objects.map(({ key }) => key)).toEqual(["Z", "a", "z", "é", "\ue000", "\uffee", "😀", "\u{10ffff}"]);
    });

    test.each([
      ["", "/", ["asset", "zebra"], ["photos/"]],
      ["photos/2006/", "/", ["photos/2006/3"], ["photos/2006/February/", "photos/2006/January/"]],
      ["photos/2006/", "uary/", ["photos/2006/3"], ["photos/2006/February/", "photos/2006/January/"]],
      ["photos/2007", "", ["photos/2007/4"], []],
      ["photos/2006", "/", [], ["photos/2006/"]],
      ["none", "/", [], []],
      // Prefixes that no file's name has.
      ["//", "", [], []],
      ["/photos", "/", [], []],
      ["photos//2006", "/", [], []],
      ["../", "/", [], []],
      ["", "a", ["photos/2006/3", "photos/2007/4"], ["a", "photos/2006/Februa", "photos/2006/Ja", "zebra"]],
    ])("of %p by %p", async (prefix, delimiter, keys, commonPrefixes) => {
      const bucket = await bucketOf(subject, photos);
      const answer = await subject.backend.list({ ...everything, bucket, prefix, delimiter });
      expect(answer.objects.map(({ key }) => key)).toEqual(keys);
      expect(answer.commonPrefixes).toEqual(commonPrefixes);
      expect(answer.next).toBeUndefined();
    });
  });
}

function describePages(subject: Subject): void {
  describe("listings", () => {
    test.each([
      ["photos/", ["zebra"]],
      ["photos/2006/3", ["zebra"]],
      ["photos", ["photos/", "zebra"]],
      ["asset", ["photos/", "zebra"]],
      ["zebra", []],
    ])("go on after %p", async (after, entries) => {
      const bucket = await bucketOf(subject, photos);
      expect((await pagesOf(subject, bucket, { ...everything, delimiter: "/", after })).flat()).toEqual(entries);
    });

    test("end where the limit says, and say where to go on", async () => {
      const bucket = await bucketOf(subject, photos);
      const query = { ...everything, delimiter: "/", limit: 2 };
      const first = await subject.backend.list({ ...query, bucket });
      expect(first).toMatchObject({ commonPrefixes: ["photos/"], next: "photos/" });
      expect(await pagesOf(subject, bucket, query)).toEqual([["asset", "photos/"], ["zebra"]]);
      expect(await pagesOf(subject, bucket, { ...query, limit: 3 })).toEqual([["asset", "photos/", "zebra"]]);
    });

    test("with limit 0 are empty and at their end", async () => {
      const bucket = await bucketOf(subject, photos);
      const { objects, commonPrefixes, next } = await subject.backend.list({ ...everything, bucket, limit: 0 });
      expect([objects, commonPrefixes, next]).toEqual([[], [], undefined]);
    });

    test("see only their bucket", async () => {
      const bucket = await bucketOf(subject, ["a"]);
      await bucketOf(subject, ["b"]);
      expect(await pagesOf(subject, bucket, everything)).toEqual([["a"]]);
    });
  });
}

function describeModel(subject: Subject): void {
  describe("listings", () => {
    test("are what the model says, for any keys and any query", async () => {
      const letter = fc.constantFrom("a", "b", "/", "-", "é", "\ud7ff", "\ue000", "\uffee", "😀", "\u{10ffff}");
      const text = (least: number, most: number) =>
        fc.array(letter, { minLength: least, maxLength: most }).map((letters) => letters.join(""));
      const query = fc.record({
        prefix: text(0, 2),
        delimiter: fc.constantFrom("", "/", "-", "a/", "\ud7ff", "😀", "\u{10ffff}"),
        after: text(0, 3),
        limit: fc.integer({ min: 1, max: 5 }),
      });
      // Keys that are path and directory at once, and empty path segments, are beyond back ends that store files.
      const keys = fc.uniqueArray(text(1, 5), { maxLength: 14 }).map(asFiles);
      await fc.assert(
        fc.asyncProperty(keys, fc.array(query, { minLength: 1, maxLength: 12 }), async (stored, queries) => {
          const bucket = await bucketOf(subject, stored);
          for (const each of queries) {
            const pages = await pagesOf(subject, bucket, each);
            expect(pages.flat()).toEqual(modelOf(stored, each));
            expect(pages.slice(0, -1).every((page) => page.length === each.limit)).toBe(true);
          }
        }),
        { numRuns: 40 },
      );
    });
  });
}

/** Drops keys with empty path segments, and keys below another key. */
function asFiles(keys: readonly string[]): string[] {
  const plain = keys.filter((key) => !/^\/|\/\/|\/$/.test(key));
  return plain.filter((key) => !plain.some((other) => key.startsWith(`${other}/`)));
}
