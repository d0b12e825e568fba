// The confused deputy: requests that could mean one thing to who authorises and another to who serves. Each either means
// the same to both, or is refused.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { onEachBackend } from "../support/backends.ts";
import { type Ask, allow, deny, type Signer, type TestGate } from "../support/gate.ts";

onEachBackend(({ openTestGate, keysArePaths }) => {
  // Where keys are paths there is no such object, and who may not list is not told.
  const dotted = keysArePaths ? "AccessDenied" : "own-bucket:mine/../secret";
  const keys = ["mine/a", "secret", "a%2Fb", "mine/x?versionId=1", "%2e%2e"];
  if (!keysArePaths) keys.push("mine/../secret", "mine");
  let t: TestGate;
  /** May read and write under `mine/` of its bucket, and nothing else. */
  let limited: Signer;
  beforeAll(async () => {
    t = await openTestGate({ hostSuffixes: ["objects.example.com"] });
    for (const bucket of ["own-bucket", "secret-bucket"]) {
      t.bucket(bucket);
      for (const key of keys) await t.put(bucket, key, `${bucket}:${key}`);
    }
    limited = t.session("limited", [allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::own-bucket/mine/*")]);
  });
  afterAll(() => t.close());

  describe("keys", () => {
    const cases: [string, string, string][] = [
      ["as they are", "/own-bucket/mine/a", "own-bucket:mine/a"],
      ["encoded more than needed", "/own-bucket/%6D%69ne/a", "own-bucket:mine/a"],
      ["with an encoded slash", "/own-bucket/mine%2Fa", "own-bucket:mine/a"],
      ["with dots, which stay", "/own-bucket/mine/../secret", dotted],
      ["with encoded dots, which stay", "/own-bucket/mine/%2e%2e/secret", dotted],
      ["out of the prefix", "/own-bucket/secret", "AccessDenied"],
      ["out of the prefix by dots before it", "/own-bucket/x/../mine/a", "AccessDenied"],
      ["encoded twice, decoded once", "/own-bucket/mine%252Fa", "AccessDenied"],
      ["with dots that go up to the bucket and no higher", "/own-bucket/mine/x/../../secret", "AccessDenied"],
      ["in another bucket by an encoded slash", "/secret-bucket%2Fown-bucket/mine/a", "InvalidBucketName"],
      ["behind an empty segment", "//own-bucket/mine/a", "InvalidBucketName"],
      ["with a question mark inside", "/own-bucket/mine/x%3FversionId=1", "own-bucket:mine/x?versionId=1"],
    ];
    test.each(cases)("%s: %s", async (_, target, expected) => {
      const answer = await t.ask({ target, signer: limited });
      expect(answer.code ?? answer.text).toBe(expected);
    });

    test.each([
      "/own-bucket/%zz",
      "/own-bucket/%",
      "/own-bucket/%ff",
      "/own-bucket/%c0%ae",
      "/own-bucket/a%00b",
      "/%00/x",
    ])("that are none are refused before anything else: %s", async (target) => {
      const answer = await t.ask({ target, signer: undefined });
      expect([answer.status, answer.code]).toEqual([400, "InvalidURI"]);
    });

    // AWS's answer has no document.
    test.each([
      "/own-bucket/../secret-bucket/mine/a",
      "/own-bucket/..",
      "/own-bucket/mine/../../secret",
      "/own-bucket/%2e%2e/%2e%2e/secret",
      "/own-bucket/mine/./../../secret",
    ])("that climb out of the bucket are refused before anything else: %s", async (target) => {
      for (const method of ["GET", "PUT", "DELETE"]) {
        const answer = await t.ask({ method, target, ...(method === "PUT" && { body: "x" }) });
        expect([answer.status, answer.text]).toEqual([400, ""]);
      }
    });

    test("are at most 1024 bytes", async () => {
      const root = t.root;
      expect(
        (await t.ask({ method: "PUT", target: `/own-bucket/${"a".repeat(1024)}`, body: "x", signer: root })).status,
      ).toBe(keysArePaths ? 400 : 200);
      const long = await t.ask({
        method: "PUT",
        target: `/own-bucket/${"%C3%A4".repeat(513)}`,
        body: "x",
        signer: root,
      });
      expect([long.status, long.code]).toEqual([400, "KeyTooLongError"]);
      expect(long.text).toContain("<Size>1026</Size><MaxSizeAllowed>1024</MaxSizeAllowed>");
    });
  });

  describe("hosts", () => {
    const cases: [string, string, string][] = [
      ["own-bucket.s3.localhost", "/mine/a", "own-bucket:mine/a"],
      ["own-bucket.s3.localhost:4566", "/mine/a", "own-bucket:mine/a"],
      ["OWN-bucket.S3.localhost", "/mine/a", "own-bucket:mine/a"],
      ["own-bucket.s3.amazonaws.com", "/mine/a", "own-bucket:mine/a"],
      ["own-bucket.s3.us-east-1.amazonaws.com", "/mine/a", "own-bucket:mine/a"],
      ["own-bucket.s3-us-west-2.amazonaws.com", "/mine/a", "own-bucket:mine/a"],
      ["own-bucket.s3.dualstack.us-east-1.amazonaws.com", "/mine/a", "own-bucket:mine/a"],
      ["own-bucket.s3-accelerate.amazonaws.com", "/mine/a", "own-bucket:mine/a"],
      ["own-bucket.objects.example.com", "/mine/a", "own-bucket:mine/a"],
      ["objects.example.com", "/own-bucket/mine/a", "own-bucket:mine/a"],
      ["s3.us-east-1.amazonaws.com", "/own-bucket/mine/a", "own-bucket:mine/a"],
      ["other.example.com", "/own-bucket/mine/a", "own-bucket:mine/a"],
      ["secret-bucket.s3.localhost", "/own-bucket/mine/a", "AccessDenied"],
      ["own-bucket.s3.localhost", "/secret-bucket/mine/a", "AccessDenied"],
      ["own-bucket.s3-website-us-east-1.amazonaws.com", "/mine/a", "NotImplemented"],
      ["point-111122223333.s3-accesspoint.us-east-1.amazonaws.com", "/mine/a", "NotImplemented"],
      ["111122223333.s3-control.us-east-1.amazonaws.com", "/own-bucket/mine/a", "NotImplemented"],
    ];
    test.each(cases)("%s%s", async (host, target, expected) => {
      const answer = await t.ask({ host, target, signer: limited });
      expect(answer.code ?? answer.text).toBe(expected);
    });
  });

  describe("copy sources", () => {
    const copy = (source: string, signer = limited, more: string[] = []) =>
      t.ask({
        method: "PUT",
        target: "/own-bucket/mine/copy",
        headers: ["x-amz-copy-source", source, ...more],
        signer,
      });
    const cases: [string, string, string | undefined][] = [
      ["as it is", "own-bucket/mine/a", undefined],
      ["with a slash before", "/own-bucket/mine/a", undefined],
      ["encoded as a whole", "own-bucket%2Fmine%2Fa", undefined],
      ["of another bucket", "secret-bucket/mine/a", "AccessDenied"],
      ["out of the prefix", "own-bucket/secret", "AccessDenied"],
      ["encoded twice, decoded once", "own-bucket/%252e%252e", "AccessDenied"],
      ["with dots, which stay", "own-bucket/mine/../secret", keysArePaths ? "AccessDenied" : undefined],
      ["with dots that climb out of the bucket", "own-bucket/../secret-bucket/mine/a", "InvalidArgument"],
      ["with two slashes before", "//own-bucket/mine/a", "InvalidArgument"],
      ["with a version", "own-bucket/mine/a?versionId=1", "AccessDenied"],
      ["with the version that an object has", "own-bucket/mine/a?versionId=null", "AccessDenied"],
      ["with another query", "own-bucket/mine/a?acl", "InvalidArgument"],
      ["with a version inside the key", "own-bucket/mine/x%3FversionId=1", undefined],
      ["without a key", "own-bucket", "InvalidArgument"],
      ["that is empty", "", "InvalidArgument"],
      ["with a bad escape", "own-bucket/%zz", "InvalidArgument"],
      ["of an access point", "arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/k", "NotImplemented"],
      ["of no bucket", "no-such-bucket/k", "NoSuchBucket"],
    ];
    test.each(cases)("%s: %s", async (_, source, code) => {
      const answer = await copy(source);
      expect([answer.code, answer.status < 300]).toEqual([code, code === undefined]);
    });

    test("with another version than an object has are refused even to who may", async () => {
      const answer = await copy("own-bucket/mine/a?versionId=1", t.root);
      expect([answer.status, answer.code]).toEqual([400, "InvalidArgument"]);
      expect(answer.text).toContain("<Message>Invalid version id specified</Message>");
      expect((await copy("own-bucket/mine/a?versionId=null", t.root)).status).toBe(200);
    });

    test("are not denied on the target only", async () => {
      const denied = t.session("denied-source", [allow("s3:*"), deny("s3:GetObject", "arn:aws:s3:::secret-bucket/*")]);
      expect((await copy("secret-bucket/mine/a", denied)).code).toBe("AccessDenied");
      expect((await copy("own-bucket/secret", denied)).status).toBe(200);
    });

    test("of another owner than expected are refused", async () => {
      const answer = await copy("own-bucket/mine/a", t.root, ["x-amz-source-expected-bucket-owner", "999988887777"]);
      expect(answer.code).toBe("AccessDenied");
    });
  });

  describe("headers in the query", () => {
    const put = (query: string, ask: Partial<Ask> = {}) =>
      t.ask({ method: "PUT", target: `/own-bucket/mine/q?${query}`, body: "x", signer: limited, ...ask });
    const presignedPut = async (query: string, headers: string[] = []) => {
      const target = t.presign({ method: "PUT", target: `/own-bucket/mine/q?${query}`, headers, signer: limited });
      return t.ask({ method: "PUT", target, headers, body: "x", signer: undefined });
    };

    test.each([
      "x-amz-acl=public-read",
      "x-amz-tagging=role%3Dadmin",
      "x-amz-meta-a=b",
      "X-Minio-Extract=true",
      "acl=x&tagging=y",
    ])("are no headers of a request that is signed in its header: %s", async (query) => {
      const answer = await put(query);
      expect(["InvalidArgument", "InvalidRequest"]).toContain(answer.code);
    });

    test.each([
      ["x-amz-acl=public-read", 403, "AccessDenied"],
      ["x-amz-tagging=role%3Dadmin", 403, "AccessDenied"],
      ["x-amz-storage-class=GLACIER", 501, "NotImplemented"],
      ["X-Amz-Copy-Source=secret-bucket%2Fsecret", 400, "InvalidArgument"],
      ["x-amz-meta-a%0d%0ab=c", 400, "InvalidArgument"],
      ["x-amz-meta-a=b%0d%0aSet-Cookie:%20c", 400, "InvalidArgument"],
      ["x-amz-acl=private&X-Amz-Acl=public-read", 400, "InvalidArgument"],
      ["x-amz-acl=private", 200, undefined],
      ["x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32&x-id=PutObject", 200, undefined],
    ])("count as headers of a presigned one: %s", async (query, status, code) => {
      const answer = await presignedPut(query);
      expect([answer.status, answer.code]).toEqual([status, code]);
    });

    test("must not differ from the header of the same name", async () => {
      const answer = await presignedPut("x-amz-acl=private", ["x-amz-acl", "public-read"]);
      expect([answer.status, answer.code]).toEqual([400, "InvalidArgument"]);
    });

    test("are kept with the object as headers would be", async () => {
      expect((await presignedPut("x-amz-meta-from=%C3%A4%20b")).status).toBe(200);
      const got = await t.ask({ target: "/own-bucket/mine/q" });
      expect(Buffer.from(got.headers["x-amz-meta-from"]!, "latin1").toString()).toBe("ä b");
    });
  });

  describe("headers of an answer", () => {
    test("cannot be split", async () => {
      for (const value of ["a%0d%0aSet-Cookie:%20x", "a%0ab", "a%00"]) {
        const answer = await t.ask({ target: `/own-bucket/mine/a?response-content-type=${value}`, signer: limited });
        expect([answer.status, answer.headers["set-cookie"]]).toEqual([400, undefined]);
      }
    });
  });
});
