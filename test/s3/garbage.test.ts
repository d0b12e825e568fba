// Nothing that a client sends makes the gate fall over or answer that the fault was its own.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openConnection, openTestGate, type TestGate } from "../support/gate.ts";

let t: TestGate;
const unexpected: unknown[] = [];
beforeAll(async () => {
  const log = { debug() {}, info() {}, warn() {}, error: (entry: unknown) => void unexpected.push(entry) };
  t = await openTestGate({ log: log as never, idleMs: 200 });
  t.bucket("some-bucket");
  await t.put("some-bucket", "key");
});
afterAll(() => t.close());

const METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "BREW"];
const segment = fc.oneof(
  fc.constantFrom(
    "some-bucket",
    "key",
    "..",
    ".",
    "",
    "%2F",
    "%00",
    "%zz",
    "%e4",
    "a b".replace(" ", "%20"),
    "{}|\\^",
    "ä".normalize(),
  ),
  fc.string({ unit: fc.constantFrom(..."abcXYZ0189-._~%+&=?#;:@!$'()*,"), maxLength: 12 }),
);
const path = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
const names =
  `acl policy location uploads uploadId partNumber delete list-type prefix max-keys marker delimiter versionId
  encoding-type continuation-token start-after X-Amz-Algorithm X-Amz-Credential X-Amz-Date X-Amz-Expires
  X-Amz-SignedHeaders X-Amz-Signature X-Amz-Security-Token x-amz-acl response-content-type x-id tagging`.split(/\s+/);
const value = fc.oneof(
  fc.constantFrom("", "1", "2", "-1", "0", "url", "/", "key", "99999999999", "%", "%0d%0a", "%f0%9f"),
  segment,
);
const query = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...names), segment), value), { maxLength: 4 })
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map(([name, text]) => `${name}=${text}`).join("&")}`));
const headerName = fc.constantFrom(
  ...`x-amz-acl x-amz-copy-source x-amz-copy-source-range x-amz-content-sha256 x-amz-date x-amz-decoded-content-length
  x-amz-trailer x-amz-meta-a x-amz-checksum-crc32 x-amz-checksum-algorithm x-amz-checksum-type x-amz-mp-object-size
  x-amz-metadata-directive x-amz-security-token x-amz-expected-bucket-owner content-md5 content-encoding range if-match
  if-none-match if-modified-since if-range authorization date origin expect user-agent referer`.split(/\s+/),
);
const headerValue = fc.oneof(
  value,
  fc.constantFrom(
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "UNSIGNED-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "REPLACE",
    "bytes=0-1",
    "*",
    '"x"',
    "CRC32",
    "some-bucket/key",
    "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=0",
    "100-continue",
  ),
  fc.string({ unit: fc.constantFrom(..."\u0080\u00ff\t !~<>&'\"%"), maxLength: 8 }),
);
const headers = fc.array(fc.tuple(headerName, headerValue), { maxLength: 4 });
const body = fc.oneof(
  fc.constantFrom(
    "",
    "x",
    "<Delete><Object><Key>key</Key></Object></Delete>",
    "<Delete>",
    "<a/>",
    "5\r\nhello\r\n0\r\n\r\n",
    "0\r\n\r\n",
    '{"Version":"2012-10-17"}',
    "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>",
  ),
  fc.string({ maxLength: 40 }),
);

async function statusOf(bytes: Buffer, method: string): Promise<number> {
  const connection = openConnection(t.port);
  connection.write(bytes);
  const status = await connection.answer(method).then(
    (answer) => answer.status,
    () => 0,
  );
  connection.end();
  return status;
}

/** 501 and 503 would be answers of ours too: the back end here never fails, so only what is lacking may say so. */
function expectDecent(status: number): void {
  expect([500, 502, 503, 504]).not.toContain(status);
  expect(status).toBeGreaterThanOrEqual(200);
  expect(unexpected).toEqual([]);
}

test("signed requests of any kind", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...METHODS),
      path,
      query,
      headers,
      body,
      async (method, where, what, extra, text) => {
        const framed = extra.filter(([name]) => name !== "authorization" && name !== "x-amz-date" && name !== "expect");
        const ask = { method, target: where + what, headers: framed.flat(), body: text };
        let bytes: Buffer;
        try {
          const given = framed.find(([name]) => name === "x-amz-content-sha256")?.[1];
          bytes = t.bytesOf(given === undefined ? ask : { ...ask, payloadHash: given });
        } catch {
          return;
        }
        expectDecent(await statusOf(bytes, method));
      },
    ),
    { numRuns: 600 },
  );
});

test("unsigned requests of any kind", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...METHODS),
      path,
      query,
      headers,
      body,
      async (method, where, what, extra, text) => {
        const bytes = t.bytesOf({ method, target: where + what, headers: extra.flat(), body: text, signer: undefined });
        expectDecent(await statusOf(bytes, method));
      },
    ),
    { numRuns: 600 },
  );
});

test("bytes of any kind", async () => {
  const lines = fc.constantFrom(
    "GET / HTTP/1.1\r\n",
    "PUT /some-bucket/key HTTP/1.1\r\n",
    "Host: x\r\n",
    "Content-Length: 3\r\n",
    "Transfer-Encoding: chunked\r\n",
    "\r\n",
    "abc",
    "0\r\n\r\n",
  );
  const junk = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 4, arbitrary: lines }, junk), { minLength: 1, maxLength: 8 }),
      async (parts) => {
        const connection = openConnection(t.port);
        connection.write(Buffer.from(parts.join(""), "latin1"));
        connection.socket.end();
        await connection.closed();
        const pending = connection.pending();
        expect(pending).not.toMatch(/HTTP\/1\.1 50[0234]/);
        expect(unexpected).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
  expect((await t.ask({ target: "/some-bucket?location" })).status).toBe(200);
});
