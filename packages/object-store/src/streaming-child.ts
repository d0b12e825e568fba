// A process of the tests: puts 256 MiB into a store and reads them back, and prints by how much its memory grew, in
// bytes, and what it read. Alone in its process, so that nothing else is counted. Argument: the directory.
import { createHash, randomBytes } from "node:crypto";
import { openBuiltinStore } from "./builtin.ts";
import { bytesOf, MiB } from "./contract/subject.ts";

const [directory] = process.argv.slice(2);
const backend = await openBuiltinStore({ directory, clock: { now: () => 0 }, entropy: randomBytes });
const size = 256 * MiB;

async function* generated(): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; at += MiB / 4) yield bytesOf(MiB / 4, at);
}

const before = process.memoryUsage().rss;
let most = before;
const look = () => {
  most = Math.max(most, process.memoryUsage().rss);
};
async function* watched(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    look();
    yield chunk;
  }
}

const body = { size, chunks: watched(generated()), checksum: () => undefined };
const { etag } = await backend.put({ bucket: "b", key: "k", headers: {} }, body);
const answer = await backend.get({ bucket: "b", key: "k" });
const md5 = createHash("md5");
let read = 0;
for await (const chunk of watched(answer.body as AsyncIterable<Buffer>)) {
  md5.update(chunk);
  read += chunk.length;
}
await backend.close();
process.stdout.write(JSON.stringify({ grown: most - before, read, isSame: md5.digest("hex") === etag }));
