// Contract: multipart uploads, from their start to the object that they become.
import { describe, expect, test } from "@jest/globals";
import type { CompleteRequest, UploadAddress, Written } from "../backend.ts";
import { broken, bytesOf, incoming, MiB, md5, startUpload, wholeOf } from "./samples.ts";
import { codeOf, put, read, type Subject } from "./subject.ts";

type Part = CompleteRequest["parts"][number];

async function start(subject: Subject, key = "k", bucket?: string): Promise<UploadAddress> {
  return startUpload(subject.backend, { bucket: bucket ?? (await subject.newBucket()), key });
}

async function upload(subject: Subject, address: UploadAddress, number: number, bytes: Buffer | string): Promise<Part> {
  return { number, etag: (await subject.backend.putPart(address, number, incoming(bytes))).etag };
}

function complete(subject: Subject, address: UploadAddress, parts: readonly Part[]): Promise<Written> {
  return subject.backend.completeUpload({ ...address, parts });
}

function multipartEtag(parts: readonly Buffer[]): string {
  return `${md5(Buffer.from(parts.map(md5).join(""), "hex"))}-${parts.length}`;
}

const bytes = [bytesOf(5 * MiB, 1), bytesOf(5 * MiB + 7, 2), bytesOf(1000, 3)] as const;
const whole = Buffer.concat(bytes);

export function describeUploads(subject: Subject): void {
  describeCompletion(subject);
  describeEnds(subject);
  describeReplacements(subject);
  describeRefusals(subject);
  describeCopiedParts(subject);
}

function describeCompletion(subject: Subject): void {
  describe("a multipart upload", () => {
    test("becomes one object of its parts, in whatever order they came", async () => {
      const address = await start(subject);
      const parts = [];
      for (const number of [3, 1, 2]) parts.push(await upload(subject, address, number, bytes[number - 1]!));
      expect(await codeOf(subject.backend.head(address))).toBe("NoSuchKey");
      const written = await complete(
        subject,
        address,
        parts.sort((left, right) => left.number - right.number),
      );
      expect(written.etag).toBe(multipartEtag(bytes));
      const { facts, body } = await subject.backend.get(address);
      expect(facts).toMatchObject({ size: whole.length, etag: written.etag });
      expect((await wholeOf(body)).equals(whole)).toBe(true);
      for (const [first, last] of [
        [5 * MiB - 1, 5 * MiB],
        [0, whole.length - 1],
        [10 * MiB + 6, 10 * MiB + 8],
        [5 * MiB, 10 * MiB + 6],
      ] as const) {
        const ranged = await subject.backend.get({ ...address, range: { first, last } });
        expect((await wholeOf(ranged.body)).equals(whole.subarray(first, last + 1))).toBe(true);
      }
    });

    test("is read by part number", async () => {
      const address = await start(subject);
      const parts = [await upload(subject, address, 1, bytes[0]), await upload(subject, address, 2, bytes[2])];
      await complete(subject, address, parts);
      const second = await subject.backend.get({ ...address, partNumber: 2 });
      expect(second.facts.parts).toBe(2);
      expect(second.window).toEqual({ first: 5 * MiB, last: 5 * MiB + 999 });
      expect((await wholeOf(second.body)).equals(bytes[2])).toBe(true);
      const first = await subject.backend.head({ ...address, partNumber: 1 });
      expect(first.window).toEqual({ first: 0, last: 5 * MiB - 1 });
      expect(await codeOf(subject.backend.get({ ...address, partNumber: 3 }))).toBe("InvalidPartNumber");
    });

    test("keeps the headers that it was started with", async () => {
      const bucket = await subject.newBucket();
      const headers = { "content-type": "text/csv", "x-amz-meta-a": "b" };
      const address = await startUpload(subject.backend, { bucket, headers });
      await complete(subject, address, [await upload(subject, address, 1, "x")]);
      expect((await subject.backend.head(address)).facts.headers).toMatchObject(headers);
    });
  });
}

function describeReplacements(subject: Subject): void {
  describe("a multipart upload", () => {
    test("takes the last of what was sent for a part, and leaves out what Complete does not name", async () => {
      const address = await start(subject);
      await upload(subject, address, 1, bytes[0]);
      const again = await upload(subject, address, 1, bytes[1]);
      await upload(subject, address, 2, "left out");
      const last = await upload(subject, address, 7, "end");
      const written = await complete(subject, address, [again, last]);
      expect(written.etag).toBe(multipartEtag([bytes[1], Buffer.from("end")]));
      expect((await read(subject, address.bucket, "k")).equals(Buffer.concat([bytes[1], Buffer.from("end")]))).toBe(
        true,
      );
    });

    test("replaces the object that was there, and is replaced", async () => {
      const address = await start(subject);
      await put(subject, address.bucket, "k", bytesOf(200_000));
      await complete(subject, address, [await upload(subject, address, 1, "parts")]);
      expect((await read(subject, address.bucket, "k")).toString()).toBe("parts");
      await put(subject, address.bucket, "k", "plain");
      const { facts, body } = await subject.backend.get(address);
      expect((await wholeOf(body)).toString()).toBe("plain");
      expect(facts.parts).toBeUndefined();
    });
  });
}

function describeEnds(subject: Subject): void {
  describe("a multipart upload", () => {
    test("is gone once it is aborted or completed", async () => {
      const address = await start(subject);
      const part = await upload(subject, address, 1, "x");
      await subject.backend.abortUpload(address);
      const gone = [
        () => subject.backend.upload(address),
        () => subject.backend.putPart(address, 1, incoming("x")),
        () => subject.backend.listParts(address, 0, 10),
        () => complete(subject, address, [part]),
        () => subject.backend.abortUpload(address),
      ];
      for (const ask of gone) expect(await codeOf(ask())).toBe("NoSuchUpload");
      const other = await start(subject, "k", address.bucket);
      await complete(subject, other, [await upload(subject, other, 1, "x")]);
      expect(await codeOf(subject.backend.putPart(other, 1, incoming("x")))).toBe("NoSuchUpload");
      expect(await codeOf(subject.backend.listParts({ ...other, uploadId: "none" }, 0, 10))).toBe("NoSuchUpload");
    });

    test("answers a repeated Complete as the first", async () => {
      const address = await start(subject);
      const part = await upload(subject, address, 1, "x");
      const written = await complete(subject, address, [part]);
      expect(await complete(subject, address, [part])).toEqual(written);
      await put(subject, address.bucket, "k", "other");
      expect(await codeOf(complete(subject, address, [part]))).toBe("NoSuchUpload");
    });

    test("does not keep its bucket from being deleted", async () => {
      const address = await start(subject);
      await upload(subject, address, 1, "x");
      expect(await subject.backend.deleteBucket(address.bucket)).toBe("deleted");
      await subject.backend.createBucket(address.bucket);
      expect(await codeOf(subject.backend.listParts(address, 0, 10))).toBe("NoSuchUpload");
    });

    test.each([100, 300_000])("keeps the earlier part when a new one breaks after %d bytes", async (size) => {
      const address = await start(subject);
      const part = await upload(subject, address, 1, "earlier");
      await expect(subject.backend.putPart(address, 1, broken(bytesOf(size), size))).rejects.toThrow();
      await expect(subject.backend.putPart(address, 2, broken(bytesOf(size), size))).rejects.toThrow();
      const { parts } = await subject.backend.listParts(address, 0, 10);
      expect(parts.map(({ number, etag }) => ({ number, etag }))).toEqual([part]);
    });

    test("honours the conditions of Complete", async () => {
      const address = await start(subject);
      const part = await upload(subject, address, 1, "x");
      await put(subject, address.bucket, "k", "there");
      const refused = subject.backend.completeUpload({ ...address, parts: [part], conditions: { ifNoneMatch: ["*"] } });
      expect(await codeOf(refused)).toBe("PreconditionFailed");
      const conditions = { ifMatch: [md5(Buffer.from("there"))] };
      await subject.backend.completeUpload({ ...address, parts: [part], conditions });
      expect((await read(subject, address.bucket, "k")).toString()).toBe("x");
    });
  });
}

function describeRefusals(subject: Subject): void {
  describe("Complete refuses", () => {
    const wrong = md5(Buffer.from("wrong"));
    test.each([
      ["parts out of order", "InvalidPartOrder", (one: Part, two: Part) => [two, one]],
      ["a part twice", "InvalidPartOrder", (one: Part) => [one, one]],
      ["a part that was not uploaded", "InvalidPart", (one: Part) => [one, { ...one, number: 5 }]],
      ["another ETag", "InvalidPart", (one: Part, two: Part) => [one, { ...two, etag: wrong }]],
      ["a small part that is not the last", "EntityTooSmall", (one: Part, two: Part) => [one, two]],
    ])("%s", async (_, code, choose) => {
      const address = await start(subject);
      const one = await upload(subject, address, 1, "one");
      const two = await upload(subject, address, 2, "two");
      expect(await codeOf(complete(subject, address, choose(one, two)))).toBe(code);
      // The upload stays, and can be completed.
      await complete(subject, address, [two]);
      expect((await read(subject, address.bucket, "k")).toString()).toBe("two");
    });
  });
}

function describeCopiedParts(subject: Subject): void {
  describe("a part that is copied", () => {
    test("is the source, or the range of it", async () => {
      const address = await start(subject);
      const bytes = bytesOf(5 * MiB + 100);
      await put(subject, address.bucket, "source", bytes);
      const source = { bucket: address.bucket, key: "source" };
      const one = await subject.backend.copyPart(address, 1, source);
      expect(one.etag).toBe(md5(bytes));
      const two = await subject.backend.copyPart(address, 2, { ...source, range: { first: 10, last: 19 } });
      await complete(subject, address, [
        { number: 1, etag: one.etag },
        { number: 2, etag: two.etag },
      ]);
      const joined = Buffer.concat([bytes, bytes.subarray(10, 20)]);
      expect((await read(subject, address.bucket, "k")).equals(joined)).toBe(true);
    });

    test("obeys the source's conditions, and the source must be there", async () => {
      const address = await start(subject);
      const { etag } = await put(subject, address.bucket, "source", "x");
      const source = { bucket: address.bucket, key: "source" };
      const unlike = subject.backend.copyPart(address, 1, { ...source, conditions: { ifNoneMatch: [etag] } });
      expect(await codeOf(unlike)).toBe("PreconditionFailed");
      const missing = subject.backend.copyPart(address, 1, { ...source, key: "none" });
      expect(await codeOf(missing)).toBe("NoSuchKey");
    });
  });

  test("a copy of a multipart object has a plain ETag", async () => {
    const address = await start(subject);
    const bytes = [bytesOf(5 * MiB), bytesOf(10)];
    const parts = [await upload(subject, address, 1, bytes[0]!), await upload(subject, address, 2, bytes[1]!)];
    await complete(subject, address, parts);
    const written = await subject.backend.copy({ source: address, bucket: address.bucket, key: "copy" });
    expect(written.etag).toBe(md5(Buffer.concat(bytes)));
    expect((await read(subject, address.bucket, "copy")).equals(Buffer.concat(bytes))).toBe(true);
  });
}
