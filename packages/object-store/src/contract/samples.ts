// Bodies to test with. Apart from the suite, as processes that know no Jest use them too.
import { createCipheriv, createHash } from "node:crypto";
import type { Backend, Checksum, CreateUploadRequest, Incoming, UploadAddress } from "../backend.ts";

export const MiB = 1024 ** 2;

/** `size` bytes that differ with `seed`, and look random. */
export function bytesOf(size: number, seed = 1): Buffer {
  const key = createHash("md5").update(String(seed)).digest();
  return createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

export function md5(bytes: Buffer): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** A body in chunks of 64 KiB; `size` where it is declared wrongly. */
export function incoming(bytes: Buffer | string, checksum?: Checksum, size?: number): Incoming {
  const whole = Buffer.from(bytes as Buffer);
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < whole.length; at += 65536) yield whole.subarray(at, at + 65536);
  }
  const checksumAlgorithm = checksum?.algorithm;
  return { size: size ?? whole.length, chunks: chunks(), checksumAlgorithm, checksum: () => checksum };
}

/** A body that breaks after `bytes`. */
export function broken(bytes: Buffer, size: number): Incoming {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* incoming(bytes).chunks;
    throw new Error("the signature of the last chunk is wrong");
  }
  return { size, chunks: chunks(), checksum: () => undefined };
}

export async function wholeOf(body: Buffer | AsyncIterable<Buffer> | undefined): Promise<Buffer> {
  if (body === undefined) throw new Error("there is no body");
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const initiator = { id: "arn:aws:iam::123456789012:user/alice", name: "alice" };

/** Starts an upload: of the key `k` in the bucket `b`, without headers, unless the request says otherwise. */
export async function startUpload(
  backend: Backend,
  request: Partial<CreateUploadRequest> = {},
): Promise<UploadAddress> {
  const { bucket = "b", key = "k" } = request;
  const { uploadId } = await backend.createUpload({ headers: {}, initiator, ...request, bucket, key });
  return { bucket, key, uploadId };
}
