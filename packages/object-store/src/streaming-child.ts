// A process of the tests: puts 256 MiB into a store and reads them back, and prints by how much its memory grew, in
// bytes, and what it read. Alone in its process, so that nothing else is counted. Argument: the directory.
import { createHash, randomBytes } from "node:crypto";
import { openBuiltinStore } from "./builtin.ts";
import { bytesOf, MiB } from "./contract/samples.ts";

const [directory] = process.argv.slice(2);
const backend = await openBuiltinStore({ directory, clock: { now: () => 0 }, entropy: randomBytes });
const size = 256 * MiB;
const pieces = [1, 2, 3].map((seed) => bytesOf(MiB / 4, seed));

async function* generated(bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes; at += MiB / 4) yield pieces[((at / MiB) % 3) | 0]!;
}

let most = 0;
async function* watched(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    most = Math.max(most, process.memoryUsage.rss());
    yield chunk;
  }
}

async function put(bytes: number): Promise<string> {
  const body = { size: bytes, chunks: watched(generated(bytes)), checksum: () => undefined };
  return (await backend.put({ bucket: "b", key: "k", headers: {} }, body)).etag;
}

async function get(): Promise<{ read: number; etag: string }> {
  const md5 = createHash("md5");
  let read = 0;
  const { body } = await backend.get({ bucket: "b", key: "k" });
  for await (const chunk of watched(body as AsyncIterable<Buffer>)) {
    md5.update(chunk);
    read += chunk.length;
  }
  return { read, etag: md5.digest("hex") };
}

// First the process comes to the size that it has at work: some 64 MiB of buffers that are done with wait for their
// collection, whatever is read. What counts is what a large body adds.
await put(32 * MiB);
for (let turn = 0; turn < 4; turn++) await get();
const before = process.memoryUsage.rss();
most = before;
const etag = await put(size);
const answer = await get();
await backend.close();
process.stdout.write(JSON.stringify({ grown: most - before, read: answer.read, isSame: answer.etag === etag }));
