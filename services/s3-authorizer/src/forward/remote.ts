// The server behind as every operation needs it: the way to it, and what was learnt of it, which may be forgotten.
import type { Clock } from "@rolemint/host";
import type { Client } from "./client.ts";
import { skip } from "./documents.ts";
import { refusalIn } from "./errors.ts";
import type { UploadRecord } from "./records.ts";

export interface Remote {
  readonly client: Client;
  readonly clock: Clock;
  readonly region: string;
  /** Paths of buckets that were there when they were last looked at. */
  readonly buckets: Set<string>;
  /** Records of uploads by their path, which never change. */
  readonly records: Map<string, UploadRecord>;
}

const HOME_REGION = "us-east-1";

/** Makes a bucket that is not known to be there. Which buckets exist is the world's knowledge, not the server's. */
export async function ensureBucket(remote: Remote, path: string): Promise<void> {
  if (remote.buckets.has(path)) return;
  const { region } = remote;
  const location = `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
  const content = region === HOME_REGION ? "" : location;
  const response = await remote.client.ask({ method: "PUT", target: path, content });
  const isThere = response.statusCode === 200 || response.statusCode === 409;
  if (!isThere) throw await refusalIn(remote, response, { bucket: path.slice(1), key: "" });
  skip(response);
  remote.buckets.add(path);
}
