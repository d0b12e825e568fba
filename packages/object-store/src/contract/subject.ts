// What the parts of the contract share: the back end under test, and short ways to write, to read and to be refused.
import { test } from "@jest/globals";
import { type Backend, Refusal, type Written } from "../backend.ts";
import { incoming, wholeOf } from "./samples.ts";

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

export function put(subject: Subject, bucket: string, key: string, body: Buffer | string): Promise<Written> {
  return subject.backend.put({ bucket, key, headers: {} }, incoming(body));
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
