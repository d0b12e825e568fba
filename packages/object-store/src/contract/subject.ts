// What the parts of the contract share: the back end under test, and short ways to write, to read and to be refused.
import { type Backend, Refusal, type Written } from "../backend.ts";
import { incoming, wholeOf } from "./samples.ts";

export interface Subject {
  readonly backend: Backend;
  newBucket(): Promise<string>;
}

/** Gives what HEAD tells of it too: when it was written. */
export async function put(
  subject: Subject,
  bucket: string,
  key: string,
  body: Buffer | string,
): Promise<Written & { readonly modified: number }> {
  const written = await subject.backend.put({ bucket, key, headers: {} }, incoming(body));
  const { facts } = await subject.backend.head({ bucket, key });
  return { ...written, modified: facts.modified };
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
