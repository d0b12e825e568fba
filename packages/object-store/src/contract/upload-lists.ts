// Contract: what ListParts and ListMultipartUploads give, page by page.
import { describe, expect, test } from "@jest/globals";
import { incoming, initiator, md5, startUpload } from "./samples.ts";
import type { Subject } from "./subject.ts";

export function describeUploadLists(subject: Subject): void {
  test("parts are listed in order, in pages", async () => {
    const address = await startUpload(subject.backend, { bucket: await subject.newBucket() });
    for (const number of [10, 2, 1, 9999]) await subject.backend.putPart(address, number, incoming(`part ${number}`));
    const first = await subject.backend.listParts(address, 0, 3);
    expect(first.parts.map(({ number }) => number)).toEqual([1, 2, 10]);
    expect(first.parts[2]).toMatchObject({ number: 10, size: 7, etag: md5(Buffer.from("part 10")) });
    expect(first.truncated).toBe(true);
    const rest = await subject.backend.listParts(address, 10, 3);
    expect(rest.parts.map(({ number }) => number)).toEqual([9999]);
    expect(rest.truncated).toBe(false);
  });

  describe("listed uploads", () => {
    const all = { prefix: "", delimiter: "", keyMarker: "", uploadIdMarker: "", limit: 1000 };

    test("are those that go on, by key", async () => {
      const bucket = await subject.newBucket();
      const started = [];
      for (const key of ["b", "a/2", "a/1", "😀", "\uffee"])
        started.push(await startUpload(subject.backend, { bucket, key }));
      await subject.backend.abortUpload(started[0]!);
      const { uploads, truncated } = await subject.backend.listUploads({ ...all, bucket });
      expect(uploads.map(({ key }) => key)).toEqual(["a/1", "a/2", "\uffee", "😀"]);
      expect(uploads[0]).toMatchObject({ uploadId: started[2]!.uploadId, initiator });
      expect(truncated).toBe(false);
    });

    test("are rolled up and cut by prefix and markers", async () => {
      const bucket = await subject.newBucket();
      for (const key of ["a/1", "a/2", "b", "c/1", "c/d/1"]) await startUpload(subject.backend, { bucket, key });
      const list = (query: Partial<typeof all>) => subject.backend.listUploads({ ...all, bucket, ...query });
      const rolled = await list({ delimiter: "/" });
      expect(rolled.commonPrefixes).toEqual(["a/", "c/"]);
      expect(rolled.uploads.map(({ key }) => key)).toEqual(["b"]);
      const within = await list({ delimiter: "/", prefix: "c/" });
      expect(within.commonPrefixes).toEqual(["c/d/"]);
      expect(within.uploads.map(({ key }) => key)).toEqual(["c/1"]);
      const page = await list({ delimiter: "/", limit: 1, keyMarker: "a/" });
      expect(page.uploads.map(({ key }) => key)).toEqual(["b"]);
      expect(page.truncated).toBe(true);
      const rest = await list({ delimiter: "/", keyMarker: "a/1", uploadIdMarker: "0" });
      expect(rest.commonPrefixes).toEqual(["c/"]);
      expect(rest.uploads.map(({ key }) => key)).toEqual(["b"]);
    });

    test("of one key go on after the upload id", async () => {
      const bucket = await subject.newBucket();
      for (const key of ["k", "k", "k", "z"]) await startUpload(subject.backend, { bucket, key });
      const seen: string[] = [];
      let page = await subject.backend.listUploads({ ...all, bucket, limit: 1 });
      for (;;) {
        const [last] = page.uploads;
        seen.push(last!.key);
        if (!page.truncated) break;
        const marker = { keyMarker: last!.key, uploadIdMarker: last!.uploadId };
        page = await subject.backend.listUploads({ ...all, bucket, limit: 1, ...marker });
      }
      expect(seen).toEqual(["k", "k", "k", "z"]);
      const behind = await subject.backend.listUploads({ ...all, bucket, keyMarker: "k" });
      expect(behind.uploads.map(({ key }) => key)).toEqual(["z"]);
    });
  });
}
