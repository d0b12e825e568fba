// What the parts of the contract share: the back end under test, and short ways to write, to read and to be refused.
import { createCipheriv, createHash } from "node:crypto";
import { test } from "@jest/globals";
import { type Backend, type Checksum, type Incoming, Refusal, type Written } from "../backend.ts";

/** What some back end may lack. */
export type Feature =
  | "conditional delete"
  | "conditional copy"
  | "copy source ETag lists"
  | "large uploads refused by declared size"
  | "list uploads"
  | "copy turns a multipart ETag into an MD5"
  | "checksums"
  | "repeated complete";

export interface Subject {
  readonly backend: Backend;
  newBucket(): Promise<string>;
  readonly lacks: readonly Feature[];
}

/** `test`, or a skipped one where the back end lacks the feature. */
export function testOf(subject: Subject, feature: Feature): typeof test | typeof test.skip {
  return subject.lacks.includes(feature) ? test.skip : test;
}

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
  return { size: size ?? whole.length, chunks: chunks(), checksum: () => checksum };
}

/** A body that breaks after `bytes`. */
export function broken(bytes: Buffer, size: number): Incoming {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield* incoming(bytes).chunks;
    throw new Error("the signature of the last chunk is wrong");
  }
  return { size, chunks: chunks(), checksum: () => undefined };
}

export function put(subject: Subject, bucket: string, key: string, body: Buffer | string): Promise<Written> {
  return subject.backend.put({ bucket, key, headers: {} }, incoming(body));
}

export async function wholeOf(body: Buffer | AsyncIterable<Buffer> | undefined): Promise<Buffer> {
  if (body === undefined) throw new Error("there is no body");
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function read(subject: Subject, bucket: string, key: string): Promise<Buffer> {
  return wholeOf((await subject.backend.get({ bucket, key })).body);
}

/** The code of a refusal; anything else fails the test. */
export async function codeOf(answer: Promise<unknown>): Promise<string> {
  return (await refusalOf(answer)).code;
}

export async function refusalOf(answer: Promise<unknown>): Promise<Refusal> {
  try {
    await answer;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("it was not refused");
}
