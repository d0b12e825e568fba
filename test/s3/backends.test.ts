// Real S3 servers as back ends: the contract of every back end, names that would mean another object to them, and what
// clients see while a server is away.
import { expect, test } from "@jest/globals";
import { describeBackend } from "@rolemint/object-store/contract";
import { backendOn, onEachServer } from "../support/backends.ts";
import { openTestGate, type TestGate } from "../support/gate.ts";
import { KEY } from "../support/s3-servers.ts";

onEachServer((_, server) => {
  describeBackend("the contract", async () => {
    const backend = backendOn(server());
    return { backend, close: () => backend.close() };
  });

  async function withGate(work: (t: TestGate) => Promise<void>): Promise<void> {
    const t = await openTestGate({ openBackend: () => backendOn(server()) });
    try {
      await work(t);
    } finally {
      await t.close();
    }
  }

  test.each([
    ["dots", "a/../b"],
    ["dots behind encoded slashes", "a%2F..%2Fb"],
    ["dots between backslashes", "a%5C..%5Cb"],
    ["one dot", "a/./b"],
    ["dots at the end", "a/.."],
    ["an empty segment", "a//b"],
    ["a slash before", "/b"],
    ["a segment that no file can have", "a".repeat(256)],
    ["a name of the server's own", ".sgwtmp/x"],
  ])("keys with %s are refused, and are missing", async (_, key) => {
    await withGate(async (t) => {
      t.bucket("keys-bucket");
      await t.put("keys-bucket", "b");
      const target = `/keys-bucket/${key}`;
      const put = await t.ask({ method: "PUT", target, body: "other" });
      expect([put.status, put.code]).toEqual([400, "InvalidRequest"]);
      expect((await t.ask({ target })).code).toBe("NoSuchKey");
      expect((await t.ask({ method: "DELETE", target })).status).toBe(204);
      expect((await t.ask({ target: "/keys-bucket/b" })).text).toBe("hello");
      expect(await t.keys("keys-bucket")).toEqual(["b"]);
    });
  });

  test("no bucket reaches the server's administration", async () => {
    await withGate(async (t) => {
      expect((await t.ask({ method: "PUT", target: "/minio" })).code).toBe("InvalidRequest");
      t.bucket("minio");
      for (const method of ["GET", "PUT", "DELETE"]) {
        const answer = await t.ask({ method, target: "/minio/admin/v3/info", ...(method === "PUT" && { body: "x" }) });
        expect([answer.status, answer.code]).toEqual([400, "InvalidRequest"]);
      }
    });
  });

  test("while the server is away clients are told to come again, and are served when it is back", async () => {
    await withGate(async (t) => {
      t.bucket("away-bucket");
      await t.put("away-bucket", "key");
      const ask = (method: string, body?: string) =>
        t.ask({ method, target: "/away-bucket/key", ...(body !== undefined && { body }) });
      expect((await ask("GET")).text).toBe("hello");
      await server().stop();
      for (const answer of [await ask("GET"), await ask("PUT", "small"), await ask("PUT", "x".repeat(100_000))]) {
        expect([answer.status, answer.code]).toEqual([503, "SlowDown"]);
        for (const secret of [KEY.accessKeyId, KEY.secretAccessKey, String(server().port)]) {
          expect(answer.raw).not.toContain(secret);
        }
      }
      expect((await ask("DELETE")).code).toBe("SlowDown");
      await server().start();
      expect((await ask("GET")).text).toBe("hello");
      expect((await ask("PUT", "again")).status).toBe(200);
      expect((await ask("GET")).text).toBe("again");
    });
  });
});
