// Contract: checksums are kept with objects and parts, made anew by a copy, and joined by Complete.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import type { Checksum, ChecksumAlgorithm, CompleteRequest, UploadAddress } from "../backend.ts";
import { bytesOf, incoming, MiB, startUpload } from "./samples.ts";
import { codeOf, type Subject } from "./subject.ts";

// The check values of the algorithms' catalogues: CRCs of "123456789"; FIPS 180 for the others.
const digits = "123456789";
const ofDigits = {
  CRC32: "y/Q5Jg==",
  CRC32C: "4waSgw==",
  CRC64NVME: "rosUhgp5mIg=",
  SHA1: createHash("sha1").update(digits).digest("base64"),
  SHA256: createHash("sha256").update(digits).digest("base64"),
} satisfies Record<ChecksumAlgorithm, string>;
const algorithms = Object.keys(ofDigits) as ChecksumAlgorithm[];

function crc32Of(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}

function whole(algorithm: ChecksumAlgorithm, value: string): Checksum {
  return { algorithm, type: "FULL_OBJECT", value };
}

const bytes = [bytesOf(5 * MiB, 4), bytesOf(5 * MiB + 13, 5), bytesOf(999, 6)];

/** An upload of three parts whose CRC32s came with them, and what Complete would name. */
async function threeParts(
  subject: Subject,
  checksumType: Checksum["type"],
): Promise<{ address: UploadAddress; parts: CompleteRequest["parts"] }> {
  const bucket = await subject.newBucket();
  const address = await startUpload(subject.backend, { bucket, checksumAlgorithm: "CRC32", checksumType });
  const parts = [];
  for (const [index, body] of bytes.entries()) {
    const checksum = crc32Of(body).toString("base64");
    const { etag } = await subject.backend.putPart(address, index + 1, incoming(body, whole("CRC32", checksum)));
    parts.push({ number: index + 1, etag, checksum });
  }
  return { address, parts };
}

const composite = (() => {
  const value = crc32Of(Buffer.concat(bytes.map(crc32Of))).toString("base64");
  return { algorithm: "CRC32", type: "COMPOSITE", value: `${value}-3` } as const;
})();
const fullObject = whole("CRC32", crc32Of(Buffer.concat(bytes)).toString("base64"));

export function describeChecksums(subject: Subject): void {
  describeSingleChecksums(subject);
  describeJoinedChecksums(subject);
}

function describeSingleChecksums(subject: Subject): void {
  describe("checksums", () => {
    test.each(algorithms)("%s is kept with the object and by its copy", async (algorithm) => {
      const bucket = await subject.newBucket();
      const checksum = whole(algorithm, ofDigits[algorithm]);
      const written = await subject.backend.put({ bucket, key: "k", headers: {} }, incoming(digits, checksum));
      expect(written.checksum).toEqual(checksum);
      expect((await subject.backend.head({ bucket, key: "k" })).facts.checksum).toEqual(checksum);
      const copy = await subject.backend.copy({ source: { bucket, key: "k" }, bucket, key: "copy" });
      expect(copy.checksum).toEqual(checksum);
    });

    test.each(algorithms)("%s is made anew by a copy that asks for it", async (checksumAlgorithm) => {
      const bucket = await subject.newBucket();
      const other = checksumAlgorithm === "SHA1" ? "SHA256" : "SHA1";
      const first = whole(other, ofDigits[other]);
      await subject.backend.put({ bucket, key: "k", headers: {} }, incoming(digits, first));
      await subject.backend.copy({ source: { bucket, key: "k" }, bucket, key: "copy", checksumAlgorithm });
      const { checksum } = (await subject.backend.head({ bucket, key: "copy" })).facts;
      expect(checksum).toEqual(whole(checksumAlgorithm, ofDigits[checksumAlgorithm]));
    });

    test.each(algorithms)("%s of a copied part is made for it", async (checksumAlgorithm) => {
      const bucket = await subject.newBucket();
      await subject.backend.put({ bucket, key: "source", headers: {} }, incoming(`<${digits}>`));
      const address = await startUpload(subject.backend, { bucket, checksumAlgorithm });
      const source = { bucket, key: "source", range: { first: 1, last: 9 } };
      const part = await subject.backend.copyPart(address, 1, source);
      expect(part.checksum?.value).toBe(ofDigits[checksumAlgorithm]);
    });
  });
}

function describeJoinedChecksums(subject: Subject): void {
  describe("checksums", () => {
    test.each([
      ["COMPOSITE", composite],
      ["FULL_OBJECT", fullObject],
    ] as const)("of the parts are joined to a %s one", async (type, expected) => {
      const { address, parts } = await threeParts(subject, type);
      const listed = await subject.backend.listParts(address, 0, 10);
      expect(listed.parts.map(({ checksum }) => checksum?.value)).toEqual(parts.map(({ checksum }) => checksum));
      const written = await subject.backend.completeUpload({ ...address, parts });
      expect(written.checksum).toEqual(expected);
      expect((await subject.backend.head(address)).facts.checksum).toEqual(expected);
    });

    test("of a part and of the whole are held against what Complete states", async () => {
      const { address, parts } = await threeParts(subject, "FULL_OBJECT");
      const complete = (changes: Partial<CompleteRequest>) =>
        subject.backend.completeUpload({ ...address, parts, ...changes });
      const wrong = crc32Of(Buffer.from("wrong")).toString("base64");
      const wrongPart = [{ ...parts[0]!, checksum: wrong }, ...parts.slice(1)];
      expect(await codeOf(complete({ parts: wrongPart }))).toBe("InvalidPart");
      expect(await codeOf(complete({ checksum: whole("CRC32", wrong) }))).toBe("BadDigest");
      expect(await codeOf(complete({ size: 1 }))).toBe("InvalidRequest");
      const size = Buffer.concat(bytes).length;
      expect((await complete({ checksum: fullObject, size })).checksum).toEqual(fullObject);
    });

    test("of each part must be in Complete of a COMPOSITE upload", async () => {
      const { address, parts } = await threeParts(subject, "COMPOSITE");
      const bare = parts.map(({ number, etag }) => ({ number, etag }));
      expect(await codeOf(subject.backend.completeUpload({ ...address, parts: bare }))).toBe("InvalidRequest");
    });

    test("that S3 does not offer are refused at the start", async () => {
      const bucket = await subject.newBucket();
      const start = (checksumAlgorithm: ChecksumAlgorithm, checksumType: Checksum["type"]) =>
        startUpload(subject.backend, { bucket, checksumAlgorithm, checksumType });
      expect(await codeOf(start("SHA256", "FULL_OBJECT"))).toBe("InvalidRequest");
      expect(await codeOf(start("CRC64NVME", "COMPOSITE"))).toBe("InvalidRequest");
    });

    test("have their default type", async () => {
      const bucket = await subject.newBucket();
      for (const checksumAlgorithm of algorithms) {
        const facts = await subject.backend.upload(await startUpload(subject.backend, { bucket, checksumAlgorithm }));
        const checksumType = checksumAlgorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
        expect(facts).toMatchObject({ checksumAlgorithm, checksumType });
      }
    });
  });
}
