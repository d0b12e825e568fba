import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { openBuiltinStore } from "./builtin.ts";
import { bytesOf, incoming, MiB, md5, startUpload } from "./contract/samples.ts";
import { codeOf } from "./contract/subject.ts";

const clock = { now: () => 1_800_000_000_123 };
const entropy = randomBytes;
const inMemory = () => openBuiltinStore({ clock, entropy });

test("the ids of one key's uploads sort by the time they were initiated", async () => {
  let now = 1_800_000_000_000;
  const backend = await openBuiltinStore({ clock: { now: () => now }, entropy });
  const started: string[] = [];
  for (; started.length < 5; now += 1) started.push((await startUpload(backend)).uploadId);
  const all = { prefix: "", delimiter: "", keyMarker: "", uploadIdMarker: "", limit: 10 };
  const { uploads } = await backend.listUploads({ ...all, bucket: "b" });
  expect(uploads.map(({ uploadId }) => uploadId)).toEqual(started);
  await backend.close();
});

test("a part sent without its upload's checksum gets one", async () => {
  const backend = await inMemory();
  const address = await startUpload(backend, { checksumAlgorithm: "CRC64NVME" });
  const { etag, checksum } = await backend.putPart(address, 1, incoming("123456789"));
  expect(checksum?.value).toBe("rosUhgp5mIg=");
  const written = await backend.completeUpload({ ...address, parts: [{ number: 1, etag }] });
  expect(written.checksum).toEqual({ algorithm: "CRC64NVME", type: "FULL_OBJECT", value: "rosUhgp5mIg=" });
  await backend.close();
});

test("Completes of one upload at the same time make one object", async () => {
  const backend = await inMemory();
  const address = await startUpload(backend);
  const { etag } = await backend.putPart(address, 1, incoming("x"));
  const complete = () => backend.completeUpload({ ...address, parts: [{ number: 1, etag }] });
  const [first, second] = await Promise.all([complete(), complete()]);
  expect(second).toEqual(first);
  const other = backend.completeUpload({ ...address, parts: [{ number: 1, etag: md5(Buffer.from("y")) }] });
  expect(await codeOf(other)).toBe("InvalidPart");
  await backend.close();
});

test("a Complete that names fewer parts than the first is not a repeated one", async () => {
  const backend = await inMemory();
  const address = await startUpload(backend);
  const one = await backend.putPart(address, 1, incoming(bytesOf(5 * MiB)));
  const two = await backend.putPart(address, 2, incoming("x"));
  const parts = [one, two].map(({ etag }, index) => ({ number: index + 1, etag }));
  await backend.completeUpload({ ...address, parts });
  expect(await codeOf(backend.completeUpload({ ...address, parts: parts.slice(0, 1) }))).toBe("NoSuchUpload");
  await backend.close();
});

test("a part that arrives after its upload was aborted is refused, and leaves no file", async () => {
  const directory = await mkdtemp(join(tmpdir(), "object-store-"));
  const backend = await openBuiltinStore({ directory, clock, entropy });
  const address = await startUpload(backend);
  async function* chunks(): AsyncGenerator<Buffer> {
    await backend.abortUpload(address);
    yield Buffer.from("late");
  }
  const late = { size: 4, chunks: chunks(), checksum: () => undefined };
  expect(await codeOf(backend.putPart(address, 1, late))).toBe("NoSuchUpload");
  const left = await readdir(join(directory, "bodies"), { recursive: true, withFileTypes: true });
  expect(left.filter((entry) => entry.isFile())).toEqual([]);
  await backend.close();
  await rm(directory, { recursive: true });
});
