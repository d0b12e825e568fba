// What a request may ask for: a feature that is lacking is refused by name, never ignored; a value that asks for the
// default is accepted; what SDKs add without asking for anything is let pass.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { onEachBackend } from "../support/backends.ts";
import type { TestGate } from "../support/gate.ts";

onEachBackend(({ openTestGate, countsMetadataPrefix }) => {
  let t: TestGate;
  beforeAll(async () => {
    t = await openTestGate();
    t.bucket("feature-bucket");
    await t.put("feature-bucket", "key");
  });
  afterAll(() => t.close());

  const LACKING: readonly (readonly [string, string])[] = [
    ["x-amz-server-side-encryption", "AES256"],
    ["x-amz-server-side-encryption", "aws:kms"],
    ["x-amz-server-side-encryption-aws-kms-key-id", "key"],
    ["x-amz-server-side-encryption-customer-algorithm", "AES256"],
    ["x-amz-server-side-encryption-bucket-key-enabled", "true"],
    ["x-amz-tagging", "a=b"],
    ["x-amz-object-lock-mode", "GOVERNANCE"],
    ["x-amz-object-lock-legal-hold", "ON"],
    ["x-amz-object-lock-retain-until-date", "2030-01-01T00:00:00Z"],
    ["x-amz-website-redirect-location", "/other"],
    ["x-amz-storage-class", "GLACIER"],
    ["x-amz-write-offset-bytes", "1"],
    ["x-amz-checksum-sha512", "x"],
    ["x-amz-mfa", "1 2"],
    ["x-amz-api-version", "2030-01-01"],
    ["x-amz-something-new", "x"],
  ];
  const WRITES = [
    { method: "PUT", target: "/feature-bucket/new", body: "x" },
    { method: "POST", target: "/feature-bucket/new?uploads" },
    { method: "PUT", target: "/feature-bucket/new", copies: true },
  ];

  test.each(LACKING)("%s: %s is refused by every write", async (name, value) => {
    for (const { copies, ...ask } of WRITES.map((write) => ({ copies: false, ...write }))) {
      const headers = [name, value, ...(copies ? ["x-amz-copy-source", "feature-bucket/key"] : [])];
      const answer = await t.ask({ ...ask, headers });
      expect([answer.status, answer.code]).toEqual([501, "NotImplemented"]);
      expect(answer.text).toContain(
        `<Message>A header you provided implies functionality that is not implemented</Message><Header>${name}</Header>`,
      );
    }
    expect(await t.keys("feature-bucket")).toEqual(["key"]);
  });

  test.each([
    ["x-amz-acl", "public-read"],
    ["x-amz-acl", "bucket-owner-read"],
    ["x-amz-acl", "nonsense"],
    ["x-amz-grant-read", "id=1"],
    ["x-amz-grant-full-control", "id=1"],
  ])("%s: %s is refused by every write, since buckets have no ACLs", async (name, value) => {
    for (const { copies, ...ask } of WRITES.map((write) => ({ copies: false, ...write }))) {
      const headers = [name, value, ...(copies ? ["x-amz-copy-source", "feature-bucket/key"] : [])];
      const answer = await t.ask({ ...ask, headers });
      expect([answer.status, answer.code]).toEqual([400, "AccessControlListNotSupported"]);
      expect(answer.text).toContain("<Message>The bucket does not allow ACLs</Message>");
    }
    expect(await t.keys("feature-bucket")).toEqual(["key"]);
  });

  test.each([
    ["x-amz-acl", "private"],
    ["x-amz-acl", "bucket-owner-full-control"],
    ["x-amz-storage-class", "STANDARD"],
    ["x-amz-user-agent", "aws-sdk-js/3"],
    ["x-amz-api-version", "2006-03-01"],
    ["amz-sdk-invocation-id", "1"],
    ["amz-sdk-request", "attempt=1"],
    ["x-amz-request-payer", "requester"],
    ["x-amz-expected-bucket-owner", "111122223333"],
    ["x-amzn-trace-id", "Root=1"],
  ])("%s: %s is accepted", async (name, value) => {
    const answer = await t.ask({ method: "PUT", target: "/feature-bucket/key", body: "x", headers: [name, value] });
    expect(answer.status).toBe(200);
  });

  test.each([
    ["append-md5", 200],
    ["gzip", 501],
  ])("a caller who could read a body with x-amz-te: %s", async (coding, status) => {
    const target = "/feature-bucket/key";
    await t.ask({ method: "PUT", target, body: "text" });
    const answer = await t.ask({ target, headers: ["x-amz-te", coding] });
    expect(answer.status).toBe(status);
    if (status === 200) expect([answer.text, answer.headers["x-amz-transfer-encoding"]]).toEqual(["text", undefined]);
  });

  test.each([
    ["GET", "x-amz-checksum-crc32", "AAAAAA==", 200],
    ["HEAD", "x-amz-checksum-crc64nvme", "AAAAAAAAAAA=", 200],
    ["GET", "x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", 200],
    ["GET", "x-amz-checksum-crc32", "AAAAAQ==", 501],
  ])("a %s, which has no body, with %s: %s", async (method, name, value, status) => {
    const answer = await t.ask({ method, target: "/feature-bucket/key", headers: [name, value] });
    expect(answer.status).toBe(status);
  });

  test.each([
    ["x-amz-bucket-object-lock-enabled", "true", 501],
    ["x-amz-bucket-object-lock-enabled", "false", 200],
    ["x-amz-object-ownership", "ObjectWriter", 501],
    ["x-amz-object-ownership", "BucketOwnerEnforced", 200],
    ["x-amz-acl", "public-read", 400],
    ["x-amz-acl", "bucket-owner-full-control", 400],
    ["x-amz-grant-read", "id-1", 400],
    ["x-amz-acl", "private", 200],
  ])("CreateBucket with %s: %s", async (name, value, status) => {
    const answer = await t.ask({
      method: "PUT",
      target: `/made-${name.length}-${value.toLowerCase()}`,
      headers: [name, value],
    });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.code).toBe("InvalidBucketAclWithObjectOwnership");
  });

  test.each([
    ["<Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags>", "CreateBucket Tags is not implemented by rolemint"],
    ["<Bucket><Type>Directory</Type></Bucket>", "CreateBucket Bucket is not implemented by rolemint"],
  ])("CreateBucket with %s", async (inside, said) => {
    const body = `<CreateBucketConfiguration>${inside}</CreateBucketConfiguration>`;
    const answer = await t.ask({ method: "PUT", target: "/made-with-more", body });
    expect([answer.status, answer.text]).toEqual([501, expect.stringContaining(said)]);
  });

  describe("query parameters", () => {
    test.each([
      ["GET", "/feature-bucket/key?versionId=null", 200, undefined],
      ["HEAD", "/feature-bucket/key?versionId=null", 200, undefined],
      ["DELETE", "/feature-bucket/other?versionId=null", 204, undefined],
      ["GET", "/feature-bucket/key?versionId=1", 400, "InvalidArgument"],
      ["GET", "/feature-bucket/key?versionId=", 400, "InvalidArgument"],
      ["HEAD", "/feature-bucket/key?versionId=1", 400, undefined],
      ["DELETE", "/feature-bucket/key?versionId=3sL4kqtJlcpXroDTDmJ%2BrmSpXd3dIbrHY", 400, "InvalidArgument"],
      ["PUT", "/feature-bucket/key?versionId=null", 501, "NotImplemented"],
      ["GET", "/feature-bucket/key?x-log-annotation=a%20b&x-=1", 200, undefined],
      ["GET", "/feature-bucket/key?x-amz-foo=1", 400, "InvalidArgument"],
      ["GET", "/feature-bucket/key?X-Amz-Foo=1", 400, "InvalidArgument"],
      ["GET", "/feature-bucket?list-type=2&metadata=true", 501, "NotImplemented"],
      ["GET", "/feature-bucket/key?lambdaArn=x", 501, "NotImplemented"],
      ["GET", "/feature-bucket?events=x", 501, "NotImplemented"],
      ["GET", "/feature-bucket/key?unheard=of", 400, "InvalidArgument"],
      ["GET", "/feature-bucket/key?prefix=a", 400, "InvalidArgument"],
      ["PUT", "/feature-bucket/key?partNumber=1", 400, "InvalidArgument"],
      ["GET", "/feature-bucket?list-type=1", 400, "InvalidArgument"],
      ["GET", "/feature-bucket?max-keys=-1", 400, "InvalidArgument"],
      ["GET", "/feature-bucket?max-keys=many", 400, "InvalidArgument"],
      ["GET", "/feature-bucket?max-keys=5000", 200, undefined],
      ["GET", "/feature-bucket?encoding-type=base64", 400, "InvalidArgument"],
      ["GET", "/feature-bucket/key?partNumber=0", 400, "InvalidArgument"],
      ["GET", "/feature-bucket/key?partNumber=2", 416, "InvalidPartNumber"],
      ["GET", "/feature-bucket/key?x-id=GetObject", 200, undefined],
      ["GET", "/?max-buckets=0", 400, "InvalidArgument"],
      ["GET", "/feature-bucket/key?a=1&a=2", 400, "InvalidArgument"],
      ["GET", "/feature-bucket/key?a=%zz", 400, "InvalidURI"],
      ["GET", "/feature-bucket?policy&location", 400, "InvalidRequest"],
    ])("%s %s", async (method, target, status, code) => {
      if (target.includes("%zz")) {
        const answer = await t.ask({ method, target, signer: undefined });
        expect([answer.status, answer.code]).toEqual([status, code]);
        return;
      }
      const answer = await t.ask({ method, target, ...(method === "PUT" && { body: "x" }) });
      expect([answer.status, answer.code]).toEqual([status, code]);
    });
  });

  describe("metadata", () => {
    test("is at most two kilobytes", async () => {
      const put = (size: number) =>
        t.ask({
          method: "PUT",
          target: "/feature-bucket/meta",
          body: "x",
          headers: ["x-amz-meta-a", "b".repeat(size)],
        });
      const [most, refused] = [await put(2047 - (countsMetadataPrefix ? "x-amz-meta-".length : 0)), await put(2047)];
      expect(most.status).toBe(200);
      expect(refused.code).toBe(countsMetadataPrefix ? "InvalidRequest" : undefined);
      const answer = await put(2048);
      expect([answer.status, answer.code]).toEqual([400, "MetadataTooLarge"]);
      expect(answer.text).toContain("<Size>2049</Size><MaxSizeAllowed>2048</MaxSizeAllowed>");
    });

    test("of any byte comes back as it was sent, repeated headers joined", async () => {
      const headers = ["x-amz-meta-a", "ä", "X-Amz-Meta-B", "1", "x-amz-meta-b", "2", "x-amz-meta-constructor", "c"];
      expect((await t.ask({ method: "PUT", target: "/feature-bucket/bytes", body: "x", headers })).status).toBe(200);
      const got = await t.ask({ target: "/feature-bucket/bytes" });
      expect([got.headers["x-amz-meta-a"], got.headers["x-amz-meta-b"], got.headers["x-amz-meta-constructor"]]).toEqual(
        ["ä", "1,2", "c"],
      );
    });

    test("and no other header is kept", async () => {
      const headers = ["Constructor", "x", "X-Custom", "y", "Cookie", "z", "Content-Type", "text/plain"];
      await t.ask({ method: "PUT", target: "/feature-bucket/other", body: "x", headers });
      const { facts } = await t.backend.head({ bucket: "feature-bucket", key: "other" });
      expect(facts.headers).toEqual({ "content-type": "text/plain" });
    });
  });

  describe("ranges and their conditions", () => {
    test.each([
      ["bytes=0-1", 206, "he"],
      ["bytes=3-9223372036854775806", 206, "lo"],
      ["bytes=-9223372036854775807", 206, "hello"],
      ["bytes=5-", 416, undefined],
      ["bytes=9223372036854775806-", 416, undefined],
      ["bytes=3-1", 200, "hello"],
      ["bytes=0-1,3-4", 200, "hello"],
      ["lines=0-1", 200, "hello"],
      ["bytes=-0", 416, undefined],
    ])("%s", async (range, status, text) => {
      await t.put("feature-bucket", "range", "hello");
      const answer = await t.ask({ target: "/feature-bucket/range", headers: ["Range", range] });
      expect(answer.status).toBe(status);
      if (text !== undefined) expect(answer.text).toBe(text);
      else
        expect(answer.text).toContain(
          `<ActualObjectSize>5</ActualObjectSize><RangeRequested>${range}</RangeRequested>`,
        );
    });

    test.each([
      ['"5d41402abc4b2a76b9719d911017c592"', 206],
      ['"other"', 200],
      ["Mon, 01 Jan 2001 00:00:00 GMT", 200],
    ])("If-Range: %s", async (validator, status) => {
      await t.put("feature-bucket", "range", "hello");
      const headers = ["Range", "bytes=0-1", "If-Range", validator];
      expect((await t.ask({ target: "/feature-bucket/range", headers })).status).toBe(status);
    });

    test("a 304 has the validators and no body", async () => {
      await t.put("feature-bucket", "range", "hello");
      const headers = ["If-None-Match", '"5d41402abc4b2a76b9719d911017c592"'];
      const answer = await t.ask({ target: "/feature-bucket/range", headers });
      expect([answer.status, answer.headers.etag, answer.text]).toEqual([304, headers[1], ""]);
      expect(answer.headers["last-modified"]).toMatch(/GMT$/);
      expect(answer.headers["content-length"]).toBeUndefined();
    });

    test("a range and a part at once are refused", async () => {
      const answer = await t.ask({ target: "/feature-bucket/key?partNumber=1", headers: ["Range", "bytes=0-1"] });
      expect([answer.status, answer.code]).toEqual([400, "InvalidRequest"]);
    });
  });
});
