// Contract: conditional reads, writes, copies and deletes.
import { describe, expect, test } from "@jest/globals";
import { type Conditions, Refusal } from "../backend.ts";
import { bytesOf, incoming, md5 } from "./samples.ts";
import { codeOf, put, read, type Subject } from "./subject.ts";

const ETAG = md5(Buffer.from("body"));
const OTHER = md5(Buffer.from("other"));

/** Conditions with times relative to the object's, in seconds. */
interface Row {
  readonly ifMatch?: readonly string[];
  readonly ifNoneMatch?: readonly string[];
  readonly modifiedSince?: number;
  readonly unmodifiedSince?: number;
}

const reads: readonly [Row, "read" | "NotModified" | "PreconditionFailed"][] = [
  [{ ifMatch: [ETAG] }, "read"],
  [{ ifMatch: [OTHER] }, "PreconditionFailed"],
  [{ ifMatch: [OTHER, ETAG] }, "read"],
  [{ ifMatch: ["*"] }, "read"],
  [{ ifNoneMatch: [ETAG] }, "NotModified"],
  [{ ifNoneMatch: [OTHER] }, "read"],
  [{ ifNoneMatch: ["*"] }, "NotModified"],
  [{ modifiedSince: -10 }, "read"],
  [{ modifiedSince: 0 }, "NotModified"],
  [{ unmodifiedSince: 0 }, "read"],
  [{ unmodifiedSince: 10 }, "read"],
  [{ unmodifiedSince: -10 }, "PreconditionFailed"],
  // The two combinations that S3 documents.
  [{ ifMatch: [ETAG], unmodifiedSince: -10 }, "read"],
  [{ ifNoneMatch: [ETAG], modifiedSince: -10 }, "NotModified"],
  // RFC 9110: an ETag that was asked for takes the date's place.
  [{ ifNoneMatch: [OTHER], modifiedSince: 0 }, "read"],
  [{ ifMatch: [OTHER], ifNoneMatch: [ETAG] }, "PreconditionFailed"],
  [{ ifMatch: [ETAG], ifNoneMatch: [ETAG] }, "NotModified"],
];

function conditionsOf(row: Row, modified: number): Conditions {
  const at = (seconds: number | undefined) => (seconds === undefined ? undefined : modified + seconds * 1000);
  const { ifMatch, ifNoneMatch } = row;
  return { ifMatch, ifNoneMatch, ifModifiedSince: at(row.modifiedSince), ifUnmodifiedSince: at(row.unmodifiedSince) };
}

export function describeConditions(subject: Subject): void {
  describe("conditional reads", () => {
    test.each(reads)("%j: %s", async (row, outcome) => {
      const bucket = await subject.newBucket();
      const { modified } = await put(subject, bucket, "k", "body");
      const request = { bucket, key: "k", conditions: conditionsOf(row, modified) };
      for (const ask of [subject.backend.get, subject.backend.head]) {
        if (outcome === "read") expect((await ask(request)).facts.size).toBe(4);
        else expect(await codeOf(ask(request))).toBe(outcome);
      }
    });

    test("come before the range", async () => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, "k", "body");
      const request = { bucket, key: "k", conditions: { ifMatch: [OTHER] }, range: { first: 100 } };
      expect(await codeOf(subject.backend.get(request))).toBe("PreconditionFailed");
    });
  });

  describe("conditional copies", () => {
    test.each(reads)("%j on the source: %s", async (row, outcome) => {
      const bucket = await subject.newBucket();
      const { modified } = await put(subject, bucket, "k", "body");
      const source = { bucket, key: "k", conditions: conditionsOf(row, modified) };
      const copy = subject.backend.copy({ source, bucket, key: "copy" });
      if (outcome === "read") expect((await copy).etag).toBe(ETAG);
      else expect(await codeOf(copy)).toBe("PreconditionFailed");
    });

    test("look at the destination too", async () => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, "k", "body");
      await put(subject, bucket, "copy", "other");
      const source = { bucket, key: "k" };
      const copy = (conditions: Conditions) => subject.backend.copy({ source, bucket, key: "copy", conditions });
      expect(await codeOf(copy({ ifNoneMatch: ["*"] }))).toBe("PreconditionFailed");
      expect(await codeOf(copy({ ifMatch: [ETAG] }))).toBe("PreconditionFailed");
      expect((await copy({ ifMatch: [OTHER] })).etag).toBe(ETAG);
    });
  });

  describeWrites(subject);
  describeDeletes(subject);
}

function describeWrites(subject: Subject): void {
  describe("conditional writes", () => {
    test.each([
      ["nothing", { ifNoneMatch: ["*"] }, "written"],
      ["nothing", { ifMatch: [ETAG] }, "NoSuchKey"],
      ["an object", { ifNoneMatch: ["*"] }, "PreconditionFailed"],
      ["an object", { ifMatch: [ETAG] }, "written"],
      ["an object", { ifMatch: [OTHER] }, "PreconditionFailed"],
    ] as [string, Conditions, string][])("over %s, %j: %s", async (there, conditions, outcome) => {
      const bucket = await subject.newBucket();
      if (there === "an object") await put(subject, bucket, "k", "body");
      const write = subject.backend.put({ bucket, key: "k", headers: {}, conditions }, incoming("new"));
      if (outcome === "written") {
        await write;
        expect((await read(subject, bucket, "k")).toString()).toBe("new");
      } else {
        expect(await codeOf(write)).toBe(outcome);
        if (there === "an object") expect((await read(subject, bucket, "k")).toString()).toBe("body");
      }
    });

    test.each([
      ["If-None-Match: *", 100, { ifNoneMatch: ["*"] }],
      ["If-None-Match: *", 200_000, { ifNoneMatch: ["*"] }],
      ["If-Match", 100, { ifMatch: [ETAG] }],
      ["If-Match", 200_000, { ifMatch: [ETAG] }],
    ] as [string, number, Conditions][])("%s with %d bytes: of many at once one wins", async (_, size, conditions) => {
      const bucket = await subject.newBucket();
      if (conditions.ifMatch) await put(subject, bucket, "k", "body");
      const bodies = Array.from({ length: 8 }, (_, index) => bytesOf(size, index + 1));
      const outcomes = await Promise.allSettled(
        bodies.map((body) => subject.backend.put({ bucket, key: "k", headers: {}, conditions }, incoming(body))),
      );
      const won = outcomes.flatMap((outcome, index) => (outcome.status === "fulfilled" ? [bodies[index]!] : []));
      expect(won).toHaveLength(1);
      expect((await read(subject, bucket, "k")).equals(won[0]!)).toBe(true);
      for (const outcome of outcomes) {
        if (outcome.status === "fulfilled") continue;
        expect(outcome.reason).toBeInstanceOf(Refusal);
        expect(["PreconditionFailed", "ConditionalRequestConflict"]).toContain((outcome.reason as Refusal).code);
      }
    });

    test("are decided when the body is there, not when it began", async () => {
      const bucket = await subject.newBucket();
      const { etag } = await put(subject, bucket, "k", "body");
      async function* chunks(): AsyncGenerator<Buffer> {
        await put(subject, bucket, "k", "in between");
        yield Buffer.from("late");
      }
      const body = { size: 4, chunks: chunks(), checksum: () => undefined };
      const write = subject.backend.put({ bucket, key: "k", headers: {}, conditions: { ifMatch: [etag] } }, body);
      expect(["PreconditionFailed", "ConditionalRequestConflict"]).toContain(await codeOf(write));
      expect((await read(subject, bucket, "k")).toString()).toBe("in between");
    });
  });
}

function describeDeletes(subject: Subject): void {
  describe("conditional deletes", () => {
    test("want the ETag", async () => {
      const bucket = await subject.newBucket();
      await put(subject, bucket, "k", "body");
      expect(await codeOf(subject.backend.delete(bucket, "k", { ifMatch: [OTHER] }))).toBe("PreconditionFailed");
      expect((await read(subject, bucket, "k")).toString()).toBe("body");
      await subject.backend.delete(bucket, "k", { ifMatch: [ETAG] });
      expect(await codeOf(subject.backend.head({ bucket, key: "k" }))).toBe("NoSuchKey");
    });

    test("want the object to be there", async () => {
      const bucket = await subject.newBucket();
      expect(await codeOf(subject.backend.delete(bucket, "k", { ifMatch: ["*"] }))).toBe("NoSuchKey");
      await put(subject, bucket, "k", "body");
      await subject.backend.delete(bucket, "k", { ifMatch: ["*"] });
      expect(await codeOf(subject.backend.head({ bucket, key: "k" }))).toBe("NoSuchKey");
    });
  });
}
