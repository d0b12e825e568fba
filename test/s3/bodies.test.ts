// A body is stored only if it is, to its last byte, what was signed and promised; of any other nothing remains.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { onEachBackend } from "../support/backends.ts";
import { signedFrames, unsignedFrames } from "../support/framing.ts";
import { exchange, type TestGate, UNSIGNED_PAYLOAD } from "../support/gate.ts";

onEachBackend(({ openTestGate }) => {
  let t: TestGate;
  let bucket = "";
  let count = 0;
  beforeAll(async () => {
    t = await openTestGate();
  });
  beforeEach(() => {
    bucket = `bodies-${++count}`;
    t.bucket(bucket);
  });
  afterAll(() => t.close());

  const bytes = (size: number) => Buffer.alloc(size, 7);
  const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");
  const md5 = (data: Buffer) => createHash("md5").update(data).digest("base64");
  const crc = (data: Buffer) => {
    const value = Buffer.alloc(4);
    value.writeUInt32BE(crc32(data));
    return value.toString("base64");
  };
  const WRONG = sha256(Buffer.from("something else"));
  const SIZES = [0, 1, 8191, 65_536, 3 * 1024 ** 2 + 1];

  async function partsOf(uploadId: string): Promise<number> {
    return (await t.backend.listParts({ bucket, key: "key", uploadId }, 0, 10)).parts.length;
  }

  async function newUpload(): Promise<string> {
    const initiator = { id: "id", name: "name" };
    return (await t.backend.createUpload({ bucket, key: "key", headers: {}, initiator })).uploadId;
  }

  describe.each(SIZES)("a body of %d bytes", (size) => {
    const body = bytes(size);
    test("with another hash than was signed is no object", async () => {
      const answer = await t.ask({ method: "PUT", target: `/${bucket}/key`, body, payloadHash: WRONG });
      expect([answer.status, answer.code]).toEqual([400, "XAmzContentSHA256Mismatch"]);
      expect(answer.text).toContain(
        `<ClientComputedContentSHA256>${WRONG}</ClientComputedContentSHA256><S3ComputedContentSHA256>${sha256(body)}<`,
      );
      expect(await t.keys(bucket)).toEqual([]);
    });

    test("with another hash than was signed is no part", async () => {
      const uploadId = await newUpload();
      const target = `/${bucket}/key?partNumber=1&uploadId=${uploadId}`;
      const answer = await t.ask({ method: "PUT", target, body, payloadHash: WRONG });
      expect(answer.code).toBe("XAmzContentSHA256Mismatch");
      expect(await partsOf(uploadId)).toBe(0);
      expect((await t.ask({ method: "PUT", target, body })).status).toBe(200);
      expect(await partsOf(uploadId)).toBe(1);
    });

    test("does not replace what is there when it is wrong", async () => {
      await t.put(bucket, "key", "before");
      await t.ask({ method: "PUT", target: `/${bucket}/key`, body, payloadHash: WRONG });
      expect((await t.ask({ target: `/${bucket}/key` })).text).toBe("before");
      expect((await t.ask({ method: "PUT", target: `/${bucket}/key`, body })).status).toBe(200);
      expect((await t.ask({ target: `/${bucket}/key` })).body.equals(body)).toBe(true);
    });
  });

  describe("digests and checksums", () => {
    const body = bytes(100);
    const cases: [string, string[], number, string | undefined, string | undefined][] = [
      ["a right Content-MD5", ["Content-MD5", md5(body)], 200, undefined, undefined],
      [
        "a wrong Content-MD5",
        ["Content-MD5", md5(bytes(1))],
        400,
        "BadDigest",
        `<CalculatedDigest>${md5(body)}</CalculatedDigest><ExpectedDigest>${md5(bytes(1))}<`,
      ],
      ["a Content-MD5 that is none", ["Content-MD5", "bm9uZQ=="], 400, "InvalidDigest", "<Content-MD5>bm9uZQ==<"],
      ["a right checksum", ["x-amz-checksum-crc32", crc(body)], 200, undefined, undefined],
      [
        "a wrong checksum",
        ["x-amz-checksum-crc32", "AAAAAA=="],
        400,
        "BadDigest",
        "The CRC32 you specified did not match the calculated checksum.",
      ],
      [
        "a checksum that is none",
        ["x-amz-checksum-crc32", "AAAA"],
        400,
        "InvalidRequest",
        "Value for x-amz-checksum-crc32 header is invalid.",
      ],
      [
        "two checksums",
        ["x-amz-checksum-crc32", crc(body), "x-amz-checksum-sha1", "x"],
        400,
        "InvalidRequest",
        "Multiple checksum Types are not allowed",
      ],
      [
        "a checksum that is announced and missing",
        ["x-amz-sdk-checksum-algorithm", "CRC32"],
        400,
        "InvalidRequest",
        "no corresponding x-amz-checksum-*",
      ],
      [
        "another checksum than announced",
        ["x-amz-sdk-checksum-algorithm", "SHA1", "x-amz-checksum-crc32", crc(body)],
        400,
        "InvalidRequest",
        "Value for x-amz-sdk-checksum-algorithm header is invalid.",
      ],
      [
        "a checksum of an algorithm that is not served",
        ["x-amz-checksum-xxhash64", "AAAAAAAAAAA="],
        501,
        "NotImplemented",
        "<Header>x-amz-checksum-xxhash64<",
      ],
      ["a trailer without framing", ["x-amz-trailer", "x-amz-checksum-crc32"], 400, "InvalidRequest", "x-amz-trailer"],
    ];
    test.each(cases)("%s", async (_, headers, status, code, said) => {
      for (const payloadHash of [undefined, UNSIGNED_PAYLOAD]) {
        const answer = await t.ask({
          method: "PUT",
          target: `/${bucket}/key`,
          headers,
          body,
          ...(payloadHash && { payloadHash }),
        });
        expect([answer.status, answer.code]).toEqual([status, code]);
        if (said) expect(answer.text).toContain(said);
        expect(await t.keys(bucket)).toEqual(status === 200 ? ["key"] : []);
      }
    });
  });

  describe("lengths", () => {
    test.each([
      ["no length", [], 411, "MissingContentLength"],
      ["chunked transfer of a plain body", ["Transfer-Encoding", "chunked"], 411, "MissingContentLength"],
      ["over five gibibytes", ["Content-Length", "5368709121"], 400, "EntityTooLarge"],
    ] as const)("%s", async (_, headers, status, code) => {
      const { rawHeaders } = await signedPut(`/${bucket}/key`);
      const answer = await exchange(t.port, headOf(`/${bucket}/key`, [...rawHeaders, ...headers]), "PUT");
      expect([answer.status, answer.code]).toEqual([status, code]);
    });

    test("of a decoded body that is not stated", async () => {
      const body = unsignedFrames({ data: bytes(10), chunkBytes: 10 });
      const headers = ["x-amz-trailer", "x-amz-checksum-crc32"];
      const payloadHash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
      const answer = await t.ask({ method: "PUT", target: `/${bucket}/key`, headers, body, payloadHash });
      expect([answer.status, answer.code]).toEqual([411, "MissingContentLength"]);
    });
  });

  async function signedPut(target: string) {
    const { signRequest } = await import("@rolemint/sigv4");
    const request = { method: "PUT", target, rawHeaders: ["Host", `127.0.0.1:${t.port}`] };
    const scope = { ...t.root, region: t.region, service: "s3" };
    return signRequest(request, scope, { timeMs: t.now(), payloadHash: UNSIGNED_PAYLOAD });
  }

  function headOf(target: string, rawHeaders: readonly string[]): Buffer {
    let head = `PUT ${target} HTTP/1.1\r\n`;
    for (let i = 0; i < rawHeaders.length; i += 2) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
    return Buffer.from(`${head}\r\n`);
  }

  describe("unsigned chunks with a trailer", () => {
    const data = bytes(20_000);
    const trailer = ["x-amz-checksum-crc32", crc(data)] as const;
    const ask = (body: Buffer, headers: string[] = []) =>
      t.ask({
        method: "PUT",
        target: `/${bucket}/key`,
        headers: [
          "x-amz-decoded-content-length",
          "20000",
          "x-amz-trailer",
          "x-amz-checksum-crc32",
          "Content-Encoding",
          "aws-chunked,gzip",
          ...headers,
        ],
        body,
        payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      });
    const good = unsignedFrames({ data, chunkBytes: 8192, trailer });

    test("are decoded and verified", async () => {
      const answer = await ask(good);
      expect([answer.status, answer.headers["x-amz-checksum-crc32"]]).toEqual([200, trailer[1]]);
      const got = await t.ask({ target: `/${bucket}/key`, headers: ["x-amz-checksum-mode", "ENABLED"] });
      expect([got.body.equals(data), got.headers["content-encoding"], got.headers["x-amz-checksum-crc32"]]).toEqual([
        true,
        "gzip",
        trailer[1],
      ]);
    });

    const cases: [string, Buffer, string, string | undefined][] = [
      [
        "whose checksum is wrong",
        unsignedFrames({ data, chunkBytes: 8192, trailer: [trailer[0], "AAAAAA=="] }),
        "BadDigest",
        undefined,
      ],
      [
        "whose checksum is none",
        unsignedFrames({ data, chunkBytes: 8192, trailer: [trailer[0], "AAAA"] }),
        "InvalidRequest",
        "Value for x-amz-checksum-crc32 trailing header is invalid.",
      ],
      [
        "without the trailer that was announced",
        unsignedFrames({ data, chunkBytes: 8192 }),
        "MalformedTrailerError",
        undefined,
      ],
      [
        "with another trailer than was announced",
        unsignedFrames({ data, chunkBytes: 8192, trailer: ["x-amz-checksum-sha1", "x"] }),
        "MalformedTrailerError",
        undefined,
      ],
      [
        "that are too small",
        unsignedFrames({ data, chunkBytes: 5000, trailer }),
        "InvalidChunkSizeError",
        "<Chunk>2</Chunk><BadChunkSize>5000<",
      ],
      [
        "that are too few",
        unsignedFrames({ data: bytes(19_999), chunkBytes: 8192, trailer }),
        "IncompleteBody",
        "<NumberBytesExpected>20000</NumberBytesExpected><NumberBytesProvided>19999<",
      ],
      [
        "that are too many",
        unsignedFrames({ data: bytes(20_001), chunkBytes: 8192, trailer }),
        "IncompleteBody",
        undefined,
      ],
      ["without an end", good.subarray(0, -trailer[1].length - 30), "IncompleteBody", undefined],
      ["with more behind the end", Buffer.concat([good, Buffer.from("x")]), "IncompleteBody", undefined],
      ["that are none", Buffer.from("zz\r\n"), "IncompleteBody", undefined],
    ];
    test.each(cases)("%s are no object", async (_, body, code, said) => {
      const answer = await ask(body);
      expect([answer.status, answer.code]).toEqual([400, code]);
      if (said) expect(answer.text).toContain(said);
      expect(await t.keys(bucket)).toEqual([]);
    });

    test("and a checksum in the header too are refused", async () => {
      expect((await ask(good, ["x-amz-checksum-crc32", trailer[1]])).code).toBe("InvalidRequest");
    });

    test("come in chunked transfer as well, without a length", async () => {
      const chunked = Buffer.concat([
        Buffer.from(`${good.length.toString(16)}\r\n`),
        good,
        Buffer.from("\r\n0\r\n\r\n"),
      ]);
      const answer = await ask(chunked, ["Transfer-Encoding", "chunked"]);
      expect(answer.status).toBe(200);
    });

    test("are only for objects and parts", async () => {
      const payloadHash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
      const target = `/${bucket}?policy`;
      const answer = await t.ask({ method: "PUT", target, body: good, payloadHash });
      expect([answer.status, answer.code]).toEqual([400, "InvalidRequest"]);
    });
  });

  describe.each([
    ["without a trailer", undefined],
    ["with a trailer", (data: Buffer) => ["x-amz-checksum-crc32", crc(data)] as const],
  ])("signed chunks %s", (_, trailerOf) => {
    const data = bytes(150_000);
    const framed = { data, chunkBytes: 65_536, ...(trailerOf && { trailer: trailerOf(data) }) };
    const send = (signer = t.root, spoil?: (body: Buffer) => Buffer) =>
      exchange(t.port, signedFrames(t, { target: `/${bucket}/key`, signer }, framed, spoil), "PUT");

    test("of a user and of a session are decoded and verified", async () => {
      const session = t.session(`chunks-${bucket}`, [{ Effect: "Allow", Action: "s3:*", Resource: "*" }]);
      for (const signer of [t.root, session]) {
        expect((await send(signer)).status).toBe(200);
        expect((await t.ask({ target: `/${bucket}/key` })).body.equals(data)).toBe(true);
        await t.ask({ method: "DELETE", target: `/${bucket}/key` });
      }
    });

    const spoilt: [string, (body: Buffer) => Buffer, number, string][] = [
      ["of which one byte changed", (body) => Buffer.from(body).fill(8, 70_000, 70_001), 403, "SignatureDoesNotMatch"],
      [
        "of which the last byte changed",
        (body) => Buffer.from(body).fill(8, body.lastIndexOf(7), body.lastIndexOf(7) + 1),
        403,
        "SignatureDoesNotMatch",
      ],
      ["without the end", (body) => body.subarray(0, 140_000), 400, "IncompleteBody"],
      [
        "with another signature at the end",
        (body) => Buffer.from(body.toString("latin1").replace(/(.*signature[=:])./s, "$1z"), "latin1"),
        403,
        "SignatureDoesNotMatch",
      ],
    ];
    test.each(spoilt)("%s are no object", async (_, spoil, status, code) => {
      const answer = await send(t.root, spoil);
      expect([answer.status, answer.code]).toEqual([status, code]);
      expect(await t.keys(bucket)).toEqual([]);
    });
  });

  describe("documents", () => {
    test("are verified before they are read", async () => {
      const body = "<Delete><Object><Key>key</Key></Object></Delete>";
      await t.put(bucket, "key");
      const ask = { method: "POST", target: `/${bucket}?delete`, body };
      expect((await t.ask({ ...ask, headers: ["Content-MD5", md5(bytes(1))] })).code).toBe("BadDigest");
      expect((await t.ask({ ...ask, headers: ["Content-MD5", md5(Buffer.from(body))], payloadHash: WRONG })).code).toBe(
        "XAmzContentSHA256Mismatch",
      );
      expect((await t.ask(ask)).text).toContain(
        "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
      );
      expect(await t.keys(bucket)).toEqual(["key"]);
    });

    test.each([
      ["nothing", "", "MissingRequestBodyError"],
      ["no XML", "hello", "MalformedXML"],
      ["another root", "<Other/>", "MalformedXML"],
      ["an entity", '<!DOCTYPE a [<!ENTITY b "c">]><Delete><Object><Key>&b;</Key></Object></Delete>', "MalformedXML"],
      ["no key", "<Delete><Object></Object></Delete>", "MalformedXML"],
      ["a key with an element in it", "<Delete><Object><Key>k<b>x</b></Key></Object></Delete>", "MalformedXML"],
      ["too many keys", `<Delete>${"<Object><Key>k</Key></Object>".repeat(1001)}</Delete>`, "MalformedXML"],
      ["too much", `<Delete>${" ".repeat(2 * 1024 ** 2)}</Delete>`, "MaxMessageLengthExceeded"],
    ])("of %s are refused", async (_, body, code) => {
      const headers = ["Content-MD5", md5(Buffer.from(body))];
      const answer = await t.ask({ method: "POST", target: `/${bucket}?delete`, headers, body });
      expect([answer.status, answer.code]).toEqual([400, code]);
    });

    test("are not for requests that have none", async () => {
      await t.put(bucket, "key");
      for (const ask of [{ target: `/${bucket}/key` }, { method: "DELETE", target: `/${bucket}/key` }]) {
        const answer = await t.ask({ ...ask, body: "surprise" });
        expect([answer.status, answer.code]).toEqual([400, "InvalidRequest"]);
        expect((await t.ask({ ...ask, payloadHash: WRONG })).code).toBe("XAmzContentSHA256Mismatch");
      }
      expect(await t.keys(bucket)).toEqual(["key"]);
    });
  });
});
