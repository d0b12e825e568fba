import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "@jest/globals";
import { type Backend, type Checksum, type CompleteRequest, Refusal } from "./backend.ts";
import { openBuiltinStore } from "./builtin.ts";
import { incoming, md5, startUpload } from "./contract/samples.ts";
import { refusalOf } from "./contract/subject.ts";

const clock = { now: () => 1_800_000_000_123 };
const entropy = randomBytes;
const inMemory = () => openBuiltinStore({ clock, entropy });

const put = (backend: Backend, key: string, body: string) =>
  backend.put({ bucket: "b", key, headers: {} }, incoming(body));

describe("refusals say what their answers need", () => {
  type Ask = (backend: Backend) => Promise<unknown>;
  const part = { number: 1, etag: md5(Buffer.from("one")) };
  const rows: readonly [string, Record<string, string>, Ask][] = [
    ["NoSuchKey", { Key: "none" }, (b) => b.get({ bucket: "b", key: "none" })],
    ["InvalidRange", { ActualObjectSize: "3" }, (b) => b.get({ bucket: "b", key: "k", range: { first: 3 } })],
    [
      "InvalidPartNumber",
      { PartNumberRequested: "2", ActualPartCount: "1" },
      (b) => b.get({ bucket: "b", key: "k", partNumber: 2 }),
    ],
    [
      "NotModified",
      { ETag: part.etag, LastModified: "1800000000000" },
      (b) => b.get({ bucket: "b", key: "k", conditions: { ifNoneMatch: ["*"] } }),
    ],
    [
      "PreconditionFailed",
      { Condition: "If-Unmodified-Since" },
      (b) => b.get({ bucket: "b", key: "k", conditions: { ifUnmodifiedSince: 0 } }),
    ],
    [
      "PreconditionFailed",
      { Condition: "x-amz-copy-source-If-None-Match" },
      (b) => b.copy({ source: { bucket: "b", key: "k", conditions: { ifNoneMatch: ["*"] } }, bucket: "b", key: "c" }),
    ],
    [
      "EntityTooLarge",
      { ProposedSize: "5368709121", MaxSizeAllowed: "5368709120" },
      (b) => b.put({ bucket: "b", key: "k", headers: {} }, incoming("x", undefined, 5 * 1024 ** 3 + 1)),
    ],
    [
      "EntityTooSmall",
      { ProposedSize: "3", MinSizeAllowed: "5242880", PartNumber: "1", ETag: part.etag },
      async (b) => {
        const address = await startUpload(b);
        await b.putPart(address, 1, incoming("one"));
        await b.putPart(address, 2, incoming("one"));
        return b.completeUpload({ ...address, parts: [part, { ...part, number: 2 }] });
      },
    ],
    [
      "InvalidRequest",
      { Reason: "PartNumberOutOfRange" },
      async (b) => b.putPart(await startUpload(b), 10_001, incoming("x")),
    ],
    ["InvalidRequest", { Reason: "NoParts" }, async (b) => b.completeUpload({ ...(await startUpload(b)), parts: [] })],
    [
      "InvalidRange",
      { ActualObjectSize: "3" },
      async (b) => b.copyPart(await startUpload(b), 1, { bucket: "b", key: "k", range: { first: 0, last: 3 } }),
    ],
  ];

  test.each(rows)("%s %j", async (code, facts, ask) => {
    const backend = await inMemory();
    await put(backend, "k", "one");
    const refusal = await refusalOf(ask(backend));
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal.code).toBe(code);
    expect(refusal.facts).toEqual(facts);
    await backend.close();
  });

  type Complete = Partial<CompleteRequest>;
  const crc = (value: string, type: Checksum["type"] = "COMPOSITE"): Checksum => ({ algorithm: "CRC32", type, value });
  test.each([
    [{ Reason: "PartChecksumMissing", PartNumber: "1", ChecksumAlgorithm: "CRC32" }, {}],
    [{ Reason: "PartNumbersNotConsecutive" }, { parts: [{ ...part, number: 2, checksum: "emyG8Q==" }] }],
    [
      { Reason: "ChecksumTypeMismatch", Expected: "COMPOSITE", Actual: "FULL_OBJECT" },
      { checksum: crc("emyG8Q==", "FULL_OBJECT") },
    ],
    [
      { Reason: "ChecksumAlgorithmMismatch", Expected: "CRC32", Actual: "SHA1" },
      { checksum: { algorithm: "SHA1", type: "COMPOSITE", value: "x-1" } },
    ],
    [
      { Reason: "ObjectSizeMismatch", ProposedSize: "4", ActualSize: "3" },
      { parts: [{ ...part, checksum: "emyG8Q==" }], size: 4 },
    ],
  ] as [Record<string, string>, Complete][])("of Complete: %j", async (facts, changes) => {
    const backend = await inMemory();
    const address = await startUpload(backend, { checksumAlgorithm: "CRC32" });
    for (const number of [1, 2]) await backend.putPart(address, number, incoming("one"));
    const refusal = await refusalOf(backend.completeUpload({ ...address, parts: [part], ...changes }));
    expect([refusal.code, refusal.facts]).toEqual(["InvalidRequest", facts]);
    const other = incoming("x", { algorithm: "SHA1", type: "FULL_OBJECT", value: "x" });
    const mismatch = { Reason: "ChecksumAlgorithmMismatch", Expected: "CRC32", Actual: "SHA1" };
    expect((await refusalOf(backend.putPart(address, 1, other))).facts).toEqual(mismatch);
    await backend.close();
  });

  test("a copy's source is at most 5 GiB, unless a range of it is copied", async () => {
    const directory = await mkdtemp(join(tmpdir(), "object-store-"));
    const first = await openBuiltinStore({ directory, clock, entropy });
    await put(first, "k", "one");
    await first.close();
    const database = new DatabaseSync(join(directory, "objects.sqlite"));
    database.exec("UPDATE object SET size = 5368709121");
    database.close();
    const backend = await openBuiltinStore({ directory, clock, entropy });
    const source = { bucket: "b", key: "k" };
    const address = await startUpload(backend, { key: "other" });
    const facts = { Reason: "CopySourceTooLarge", MaxSizeAllowed: "5368709120" };
    expect((await refusalOf(backend.copy({ source, bucket: "b", key: "copy" }))).facts).toEqual(facts);
    expect((await refusalOf(backend.copyPart(address, 1, source))).facts).toEqual(facts);
    await backend.copyPart(address, 1, { ...source, range: { first: 0, last: 2 } });
    await backend.close();
    await rm(directory, { recursive: true });
  });

  test("InvalidPart names the part, its ETag and the upload", async () => {
    const backend = await inMemory();
    const address = await startUpload(backend);
    const refusal = await refusalOf(backend.completeUpload({ ...address, parts: [part] }));
    expect(refusal).toMatchObject({ code: "InvalidPart" });
    expect(refusal.facts).toEqual({ PartNumber: "1", ETag: part.etag, UploadId: address.uploadId });
    await backend.close();
  });
});
