// Which bucket and key a request is for: from the path, or from the Host where that names a bucket. What is read here
// is what is authorised and what the back end is asked for; the raw target stays with the signature.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
import { AwsError } from "@rolemint/wire";
import { s3Error } from "./errors.ts";

export interface Address {
  readonly level: "service" | "bucket" | "object";
  /** "" at the service. */
  readonly bucket: string;
  /** "" at the service and at a bucket. */
  readonly key: string;
}

const MAX_KEY_BYTES = 1024;
const KNOWN_HOSTS = 1000;
const LOCAL_SUFFIX = "s3.localhost";

/** `s3.amazonaws.com` and its regional, dualstack and accelerate forms, with or without a bucket before. */
const AWS_HOST = /^(?:(.+)\.)?s3(?:-accelerate)?(?:\.dualstack)?(?:[.-][a-z]{2}(?:-[a-z]+)+-\d)?\.amazonaws\.com$/;
/** Looser than the rules for new buckets, as old ones are: letters, digits, dots, dashes, underscores. */
const BUCKET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/;

/** The bucket that a Host names, "" for none; undefined for an endpoint of S3 that is something else. */
export type HostReader = (host: string) => string | undefined;

/** `suffixes`: domains under which each name is a bucket, besides AWS's own and `s3.localhost`. */
export function hostReader(suffixes: readonly string[]): HostReader {
  const known = new Map<string, string | undefined>();
  const longestFirst = [...suffixes, LOCAL_SUFFIX]
    .map((suffix) => suffix.toLowerCase())
    .sort((a, b) => b.length - a.length);
  return (host) => {
    if (known.has(host)) return known.get(host);
    const bucket = bucketOfHost(host, longestFirst);
    if (known.size >= KNOWN_HOSTS) known.clear();
    known.set(host, bucket);
    return bucket;
  };
}

function bucketOfHost(host: string, suffixes: readonly string[]): string | undefined {
  const name = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  for (const suffix of suffixes) {
    if (name === suffix) return "";
    if (name.endsWith(`.${suffix}`)) return name.slice(0, -suffix.length - 1);
  }
  if (!name.endsWith(".amazonaws.com")) return "";
  const match = AWS_HOST.exec(name);
  return match ? (match[1] ?? "") : undefined;
}

/** Throws InvalidURI, InvalidBucketName, KeyTooLongError, or 501 for a website or access point host. */
export function readAddress(target: string, host: string | undefined, bucketOf: HostReader): Address {
  if (!target.startsWith("/")) throw s3Error("InvalidURI", { URI: target });
  const mark = target.indexOf("?");
  const end = mark < 0 ? target.length : mark;
  const hostBucket = host === undefined ? "" : bucketOf(host);
  if (hostBucket === undefined) {
    throw new AwsError("NotImplemented", 501, `The endpoint ${host} is not implemented by rolemint`);
  }
  if (hostBucket !== "") return addressOf(hostBucket, decodePath(target, 1, end));
  if (end === 1) return { level: "service", bucket: "", key: "" };
  const slash = target.indexOf("/", 1);
  const bucketEnd = slash < 0 || slash > end ? end : slash;
  const key = bucketEnd === end ? "" : decodePath(target, bucketEnd + 1, end);
  return addressOf(decodePath(target, 1, bucketEnd), key);
}

export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name);
}

function addressOf(bucket: string, key: string): Address {
  if (!isBucketName(bucket)) throw s3Error("InvalidBucketName", { BucketName: bucket });
  if (key === "") return { level: "bucket", bucket, key };
  if (climbsOut(key)) throw s3Error("400");
  refuseLongKey(key);
  return { level: "object", bucket, key };
}

export function refuseLongKey(key: string): void {
  // A character of UTF-16 is at most three bytes of UTF-8.
  if (key.length * 3 <= MAX_KEY_BYTES) return;
  const size = Buffer.byteLength(key);
  if (size > MAX_KEY_BYTES) {
    throw s3Error("KeyTooLongError", { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) });
  }
}

/**
 * Whether `..`, read from left to right, ever goes above the bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */
export function climbsOut(key: string): boolean {
  if (!key.includes("..")) return false;
  let depth = 0;
  for (const segment of key.split("/")) {
    if (segment === "..") depth--;
    else if (segment !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

function decodePath(target: string, start: number, end: number): string {
  const key = decodeKey(target.slice(start, end));
  if (key === undefined) throw s3Error("InvalidURI", { URI: target.slice(0, end) });
  return key;
}

/** Decodes once. Undefined for a bad escape, bytes that are no UTF-8, or NUL, which no listing could show. */
export function decodeKey(text: string): string | undefined {
  let decoded = text;
  if (text.includes("%")) {
    try {
      decoded = decodeURIComponent(text);
    } catch {
      return undefined;
    }
  }
  return decoded.includes("\0") ? undefined : decoded;
}
