// Bodies verified on their way: whatever the pieces, all or never the last of them.
import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { UNSIGNED_PAYLOAD } from "@rolemint/sigv4";
import fc from "fast-check";
import { bodyReader } from "./body.ts";
import { s3Error } from "./errors.ts";

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");

/** A body that arrives in these pieces, and how often it was begun. */
function arriving(
  pieces: readonly Buffer[],
  more: Record<string, string> = {},
  payloadHash: string = UNSIGNED_PAYLOAD,
) {
  const sum = pieces.reduce((total, piece) => total + piece.length, 0);
  let begun = 0;
  const body = {
    length: sum,
    async *read() {
      begun++;
      yield* pieces;
    },
  };
  const headers = new Map([["content-length", String(sum)], ...Object.entries(more)]);
  const signature = { caller: undefined, claim: undefined, key: undefined, payloadHash, ageMs: 0 };
  const reader = bodyReader({ body, headers, signature, allowsSmallChunks: false });
  return { reader, times: () => begun };
}

async function gather(chunks: AsyncIterable<Buffer>, into: Buffer[]): Promise<Buffer> {
  for await (const chunk of chunks) into.push(chunk);
  return Buffer.concat(into);
}

const anyPieces = fc.array(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 8 },
);

test("any segmentation gives the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(anyPieces, async (pieces) => {
      const whole = Buffer.concat(pieces);
      const incoming = arriving(pieces, {}, sha256(whole)).reader.incoming();
      expect([incoming.size, await gather(incoming.chunks, [])]).toEqual([whole.length, whole]);
    }),
  );
});

test("of a wrong body never all of it is handed on", async () => {
  await fc.assert(
    fc.asyncProperty(anyPieces, async (pieces) => {
      const whole = Buffer.concat(pieces);
      const incoming = arriving(pieces, {}, "0".repeat(64)).reader.incoming();
      const given: Buffer[] = [];
      await expect(gather(incoming.chunks, given)).rejects.toMatchObject({ code: "XAmzContentSHA256Mismatch" });
      if (whole.length > 0) expect(Buffer.concat(given).length).toBeLessThan(whole.length);
    }),
  );
});

test("a body is not begun before somebody wants it", async () => {
  const { reader, times } = arriving([Buffer.from("hello")]);
  const { chunks } = reader.incoming();
  expect(times()).toBe(0);
  await gather(chunks, []);
  expect(times()).toBe(1);
});

describe("a document", () => {
  const tooLarge = () => s3Error("MaxMessageLengthExceeded");
  test("is read once, however often it is asked for", async () => {
    const { reader, times } = arriving([Buffer.from("he"), Buffer.from("llo")]);
    expect((await reader.document(5, tooLarge)).toString()).toBe("hello");
    expect((await reader.document(5, tooLarge)).toString()).toBe("hello");
    expect(times()).toBe(1);
  });

  test("that is too large is not read at all", async () => {
    const { reader, times } = arriving([Buffer.from("hello")]);
    await expect(reader.document(4, tooLarge)).rejects.toMatchObject({ code: "MaxMessageLengthExceeded" });
    expect(times()).toBe(0);
  });

  test("may have a checksum that is not of itself", async () => {
    const { reader } = arriving([Buffer.from("hello")], { "x-amz-checksum-crc32": "AAAAAA==" });
    await expect(reader.document(5, tooLarge, false)).resolves.toEqual(Buffer.from("hello"));
    const again = arriving([Buffer.from("hello")], { "x-amz-checksum-crc32": "AAAAAA==" });
    await expect(again.reader.document(5, tooLarge)).rejects.toMatchObject({ code: "BadDigest" });
  });
});
