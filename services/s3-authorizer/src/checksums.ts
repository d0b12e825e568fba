// What a request says of the integrity of its body, in headers and in the trailer, and the checks that follow from it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
import { createHash } from "node:crypto";
import { type Checksum, type ChecksumAlgorithm, checksumStream } from "@rolemint/object-store";
import type { AwsError } from "@rolemint/wire";
import type { Headers } from "./call.ts";
import { invalidRequest, s3Error } from "./errors.ts";

/** Bytes of a value. */
const SIZES = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 } as const satisfies Record<
  ChecksumAlgorithm,
  number
>;
const ALGORITHMS = Object.keys(SIZES) as ChecksumAlgorithm[];
const PREFIX = "x-amz-checksum-";
const NOT_VALUES = new Set(["mode", "algorithm", "type"].map((end) => PREFIX + end));

/** The headers that hold a value: `x-amz-checksum-crc32` and the like. */
export const checksumHeaders: readonly string[] = ALGORITHMS.map(headerOf);

export function headerOf(algorithm: ChecksumAlgorithm): string {
  return PREFIX + algorithm.toLowerCase();
}

/** Whether a header holds a checksum, of an algorithm that is served or not. */
export function isChecksumHeader(name: string): boolean {
  return name.startsWith(PREFIX) && !NOT_VALUES.has(name);
}

const OF_NOTHING: Readonly<Record<ChecksumAlgorithm, string>> = {
  CRC32: "AAAAAA==",
  CRC32C: "AAAAAA==",
  CRC64NVME: "AAAAAAAAAAA=",
  SHA1: "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
  SHA256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
};

/** Whether a header says what is true of every request without a body. */
export function isChecksumOfNothing(name: string, value: string): boolean {
  return ALGORITHMS.some((algorithm) => name === headerOf(algorithm) && value === OF_NOTHING[algorithm]);
}

/** `ChecksumCRC32` and the like, of a document. */
export function isChecksumElement(name: string): boolean {
  return ALGORITHMS.some((algorithm) => name === `Checksum${algorithm}`);
}

/** `CRC32` from `crc32`; undefined for one that is not served. */
export function algorithmNamed(text: string): ChecksumAlgorithm | undefined {
  return ALGORITHMS.find((algorithm) => algorithm === text.toUpperCase());
}

function isChecksumValue(algorithm: ChecksumAlgorithm, value: string): boolean {
  return isBase64(value, SIZES[algorithm]);
}

function isBase64(value: string, bytes: number): boolean {
  const decoded = Buffer.from(value, "base64");
  return decoded.length === bytes && decoded.toString("base64") === value;
}

/** What is claimed: a value in a header, or a name in x-amz-trailer whose value comes after the body. */
export type Claimed =
  | { readonly algorithm: ChecksumAlgorithm; readonly value: string }
  | { readonly algorithm: ChecksumAlgorithm; readonly trailer: string };

/** Throws InvalidRequest when it is unclear what is claimed. `hasTrailer`: the framing of the body has one. */
export function claimedChecksum(headers: Headers, hasTrailer: boolean): Claimed | undefined {
  const given = ALGORITHMS.filter((algorithm) => headers.has(headerOf(algorithm)));
  const trailer = headers.get("x-amz-trailer");
  if (given.length > 1 || (given.length === 1 && trailer !== undefined)) {
    throw invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  }
  if ((trailer !== undefined) !== hasTrailer) throw unsupportedTrailer();
  const claimed = trailer === undefined ? claimedInHeader(headers, given[0]) : claimedInTrailer(trailer);
  const announced = headers.get("x-amz-sdk-checksum-algorithm");
  if (announced === undefined) return claimed;
  if (!claimed) {
    throw invalidRequest(
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  if (claimed.algorithm !== announced.toUpperCase()) {
    throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  return claimed;
}

function claimedInHeader(headers: Headers, algorithm: ChecksumAlgorithm | undefined): Claimed | undefined {
  if (!algorithm) return undefined;
  const value = headers.get(headerOf(algorithm))!;
  if (!isChecksumValue(algorithm, value)) {
    throw invalidRequest(`Value for ${headerOf(algorithm)} header is invalid.`);
  }
  return { algorithm, value };
}

function claimedInTrailer(names: string): Claimed {
  const trailer = names.trim().toLowerCase();
  const algorithm = isChecksumHeader(trailer) ? algorithmNamed(trailer.slice(PREFIX.length)) : undefined;
  if (!algorithm) throw unsupportedTrailer();
  return { algorithm, trailer };
}

function unsupportedTrailer(): AwsError {
  return invalidRequest("The value specified in the x-amz-trailer header is not supported");
}

/** One property of a body, looked at while it passes. */
export interface Check {
  update(chunk: Buffer): void;
  /** After the last chunk; throws when the body is not what was claimed. */
  finish(trailers: ReadonlyMap<string, string>): void;
}

export function sha256Check(expected: string): Check {
  const running = createHash("sha256");
  return {
    update: (chunk) => void running.update(chunk),
    finish() {
      const calculated = running.digest("hex");
      if (calculated !== expected) throw sha256Mismatch(expected, calculated);
    },
  };
}

export function sha256Mismatch(claimed: string, calculated: string): AwsError {
  const members = { ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: calculated };
  return s3Error("XAmzContentSHA256Mismatch", members);
}

/** Undefined without a Content-MD5. Throws InvalidDigest for one that is none. */
export function md5Check(headers: Headers): Check | undefined {
  const expected = headers.get("content-md5");
  if (expected === undefined) return undefined;
  if (!isBase64(expected, 16)) throw s3Error("InvalidDigest", { "Content-MD5": expected });
  const running = createHash("md5");
  return {
    update: (chunk) => void running.update(chunk),
    finish() {
      const calculated = running.digest("base64");
      const members = { CalculatedDigest: calculated, ExpectedDigest: expected };
      if (calculated !== expected) throw s3Error("BadDigest", members);
    },
  };
}

/** Also gives the verified value, once it is finished. */
export function checksumCheck(claimed: Claimed): Check & { value(): Checksum } {
  const { algorithm } = claimed;
  const running = checksumStream(algorithm);
  let verified: Checksum | undefined;
  return {
    update: (chunk) => running.update(chunk),
    finish(trailers) {
      const expected = "value" in claimed ? claimed.value : (trailers.get(claimed.trailer) ?? "");
      if (!isChecksumValue(algorithm, expected)) {
        throw invalidRequest(`Value for ${headerOf(algorithm)} trailing header is invalid.`);
      }
      const value = running.value();
      if (value !== expected) {
        throw s3Error("BadDigest", {}, `The ${algorithm} you specified did not match the calculated checksum.`);
      }
      verified = { algorithm, value, type: "FULL_OBJECT" };
    },
    value() {
      if (!verified) throw new Error("the checksum was asked for before the end of the body");
      return verified;
    },
  };
}
