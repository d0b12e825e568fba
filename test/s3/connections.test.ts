// What happens on the connection: who is told to go on, what is reused after a refusal, and what a client that is slow,
// gone or no HTTP client at all leaves behind.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Backend, Refusal } from "@rolemint/object-store";
import { onEachBackend } from "../support/backends.ts";
import {
  allow,
  type Connection,
  openConnection,
  openTestGate,
  type TestGate,
  UNSIGNED_PAYLOAD,
} from "../support/gate.ts";
import { until } from "../support/until.ts";

let t: TestGate;
beforeAll(async () => {
  t = await openWireGate(openTestGate);
});
afterAll(() => t.close());

async function openWireGate(open: typeof openTestGate): Promise<TestGate> {
  const gate = await open({ idleMs: 400 });
  gate.bucket("wire-bucket");
  await gate.put("wire-bucket", "key");
  await gate.put("wire-bucket", "large", Buffer.alloc(8 * 1024 ** 2, 1));
  return gate;
}

const target = "/wire-bucket/key";
const nobody = () => t.user(`nobody-${Math.round(performance.now() * 1000)}`);

/** Head and body of a request apart. */
function parts(bytes: Buffer): [string, Buffer] {
  const end = bytes.indexOf("\r\n\r\n") + 4;
  return [bytes.toString("latin1", 0, end), bytes.subarray(end)];
}

async function untilPending(connection: Connection, text: string): Promise<string> {
  await until(() => connection.pending().includes(text));
  return connection.pending();
}

describe("Expect: 100-continue", () => {
  const expecting = (more: object = {}) =>
    parts(
      t.bytesOf({
        method: "PUT",
        target: "/wire-bucket/expected",
        body: "hello",
        headers: ["Expect", "100-continue"],
        ...more,
      }),
    );

  test("is told to go on once the caller may", async () => {
    const connection = openConnection(t.port);
    const [head, body] = expecting();
    connection.write(head);
    expect(await untilPending(connection, "\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    connection.write(body);
    expect((await connection.answer()).status).toBe(200);
    connection.write(t.bytesOf({ target }));
    expect((await connection.answer()).text).toBe("hello");
    connection.end();
  });

  test("is refused without it, and the connection ends", async () => {
    for (const more of [{ signer: nobody() }, { signer: undefined }, { signer: { ...t.root, secretAccessKey: "x" } }]) {
      const connection = openConnection(t.port);
      connection.write(expecting(more)[0]);
      const answer = await connection.answer();
      expect([answer.status, answer.raw.startsWith("HTTP/1.1 403")]).toEqual([403, true]);
      expect(answer.headers.connection).toBe("close");
      await connection.closed();
    }
  });

  test("with no body is told always, so that a pooled connection stays whole", async () => {
    const connection = openConnection(t.port);
    for (const [signer, status] of [
      [t.root, 200],
      [nobody(), 403],
    ] as const) {
      connection.write(expecting({ body: "", signer })[0]);
      const answer = await connection.answer();
      expect([answer.status, answer.raw.startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1")]).toEqual([status, true]);
      expect(answer.headers.connection).toBeUndefined();
    }
    connection.write(t.bytesOf({ target }));
    expect((await connection.answer()).status).toBe(200);
    connection.end();
  });

  test("is refused early by a condition that cannot hold", async () => {
    const connection = openConnection(t.port);
    const headers = ["Expect", "100-continue", "If-None-Match", "*"];
    connection.write(parts(t.bytesOf({ method: "PUT", target, body: "hello", headers }))[0]);
    const answer = await connection.answer();
    expect([answer.code, answer.raw.startsWith("HTTP/1.1 412")]).toEqual(["PreconditionFailed", true]);
    connection.end();
  });
});

describe("after a refusal", () => {
  test("a connection whose small body was sent is used again", async () => {
    const connection = openConnection(t.port);
    for (let i = 0; i < 3; i++) {
      connection.write(t.bytesOf({ method: "PUT", target, body: Buffer.alloc(100_000), signer: nobody() }));
      const answer = await connection.answer();
      expect([answer.status, answer.headers.connection]).toEqual([403, undefined]);
    }
    connection.write(t.bytesOf({ target }));
    expect((await connection.answer()).status).toBe(200);
    connection.end();
  });

  test("a large body is not waited for, but the answer arrives", async () => {
    const connection = openConnection(t.port);
    connection.write(t.bytesOf({ method: "PUT", target, body: Buffer.alloc(4 * 1024 ** 2), signer: nobody() }));
    const answer = await connection.answer();
    expect([answer.status, answer.headers.connection]).toEqual([403, "close"]);
    await connection.closed();
  });

  test("a body that does not come in time ends the connection", async () => {
    const connection = openConnection(t.port);
    const [head] = parts(t.bytesOf({ method: "PUT", target, body: "never sent", signer: nobody() }));
    connection.write(head);
    expect((await connection.answer()).status).toBe(403);
    await connection.closed();
  });

  test("the error of a HEAD has no body", async () => {
    const connection = openConnection(t.port);
    for (const [ask, status] of [
      [{ method: "HEAD", target: "/wire-bucket/nothing" }, 404],
      [{ method: "HEAD", target: "/no-such-bucket" }, 404],
      [{ method: "HEAD", target, signer: nobody() }, 403],
      [{ method: "HEAD", target: "/wire-bucket/%00" }, 400],
    ] as const) {
      connection.write(t.bytesOf(ask));
      const answer = await connection.answer("HEAD");
      expect([answer.status, answer.headers["content-type"], answer.headers["x-amz-request-id"]?.length]).toEqual([
        status,
        "application/xml",
        16,
      ]);
    }
    connection.write(t.bytesOf({ target }));
    const next = await connection.answer();
    expect(next.raw.startsWith("HTTP/1.1 200")).toBe(true);
    connection.end();
  });
});

onEachBackend(({ openTestGate }) => {
  describe("a client that stops", () => {
    let t: TestGate;
    beforeAll(async () => {
      t = await openWireGate(openTestGate);
    });
    afterAll(() => t.close());

    test.each([
      ["a plain body", {}],
      ["a part", { part: true }],
    ])("in the middle of %s leaves nothing", async (_, { part = false }: { part?: boolean }) => {
      const initiator = { id: "id", name: "name" };
      const address = { bucket: "wire-bucket", key: "cut" };
      const { uploadId } = await t.backend.createUpload({ ...address, headers: {}, initiator });
      const place = `/wire-bucket/cut${part ? `?partNumber=1&uploadId=${uploadId}` : ""}`;
      const whole = t.bytesOf({
        method: "PUT",
        target: place,
        body: Buffer.alloc(300_000),
        payloadHash: UNSIGNED_PAYLOAD,
      });
      const connection = openConnection(t.port);
      const before = t.world.timeline.last();
      connection.write(whole.subarray(0, whole.length - 1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      connection.end();
      const isOver = async () => {
        await t.gate.events.flush();
        return t.world.timeline.last() > before;
      };
      await until(isOver);
      expect(await t.keys("wire-bucket")).not.toContain("cut");
      expect((await t.backend.listParts({ ...address, uploadId }, 0, 10)).parts).toEqual([]);
    });

    test("but stays is told that the body did not come, and leaves nothing", async () => {
      const whole = t.bytesOf({ method: "PUT", target: "/wire-bucket/slow", body: Buffer.alloc(1000) });
      const connection = openConnection(t.port);
      connection.write(whole.subarray(0, whole.length - 1));
      const answer = await connection.answer();
      expect([answer.status, answer.code, answer.headers.connection]).toEqual([400, "RequestTimeout", "close"]);
      await connection.closed();
      expect(await t.keys("wire-bucket")).not.toContain("slow");
    });

    test("reading a large object frees it", async () => {
      const connection = openConnection(t.port);
      connection.socket.pause();
      connection.write(t.bytesOf({ target: "/wire-bucket/large" }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      connection.end();
      await t.backend.delete("wire-bucket", "large-2");
      expect((await t.ask({ target: "/wire-bucket/large" })).body.length).toBe(8 * 1024 ** 2);
    });

    test("a slow one that goes on is waited for", async () => {
      const body = Buffer.alloc(50, 3);
      const [head] = parts(t.bytesOf({ method: "PUT", target: "/wire-bucket/drops", body }));
      const connection = openConnection(t.port);
      connection.write(head);
      for (let i = 0; i < 10; i++) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        connection.write(body.subarray(i * 5, i * 5 + 5));
      }
      expect((await connection.answer()).status).toBe(200);
      connection.end();
    });
  });
});

describe("requests of any shape on one connection", () => {
  test("keep their order when they come at once", async () => {
    const connection = openConnection(t.port);
    const asks = [
      { target },
      { target: "/wire-bucket/nothing" },
      { target: "/wire-bucket/large" },
      { method: "PUT", target: "/wire-bucket/pipelined", body: "x" },
      { target: "/wire-bucket?location" },
    ];
    connection.write(Buffer.concat(asks.map((ask) => t.bytesOf(ask))));
    const statuses: number[] = [];
    for (const _ of asks) statuses.push((await connection.answer()).status);
    expect(statuses).toEqual([200, 404, 200, 200, 200]);
    connection.end();
  });

  test("come byte by byte", async () => {
    const connection = openConnection(t.port);
    for (const byte of t.bytesOf({ target })) {
      connection.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await connection.answer()).text).toBe("hello");
    connection.end();
  });

  test("go from plain to special and back", async () => {
    const connection = openConnection(t.port);
    for (let i = 0; i < 3; i++) {
      connection.write(t.bytesOf({ target }));
      expect((await connection.answer()).text).toBe("hello");
      connection.write(t.bytesOf({ method: "PUT", target: "/wire-bucket/special", body: String(i) }));
      expect((await connection.answer()).status).toBe(200);
    }
    connection.end();
  });

  test("close where the client asks for it", async () => {
    const connection = openConnection(t.port);
    connection.write(t.bytesOf({ target, headers: ["Connection", "close"] }));
    expect((await connection.answer()).headers.connection).toBe("close");
    await connection.closed();
  });

  test("are answered when the client has ended its side", async () => {
    const gate = await openTestGate({
      backendOver: (backend) => ({
        ...backend,
        async get(request) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          return backend.get(request);
        },
      }),
    });
    gate.bucket("wire-bucket");
    await gate.put("wire-bucket", "key");
    const connection = openConnection(gate.port);
    connection.socket.end(gate.bytesOf({ target }));
    expect((await connection.answer()).text).toBe("hello");
    await connection.closed();
    await gate.close();
  });

  test("answer HTTP/1.0 too", async () => {
    const connection = openConnection(t.port);
    connection.write(t.bytesOf({ target }).toString("latin1").replace("HTTP/1.1", "HTTP/1.0"));
    expect((await connection.answer()).text).toBe("hello");
    await connection.closed();
  });

  test.each([
    ["no HTTP", "hello\r\n\r\n", "BadRequest"],
    ["two lengths", "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "BadRequest"],
    [
      "length and chunks",
      "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "BadRequest",
    ],
    ["a folded header", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", "BadRequest"],
    ["a space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", "BadRequest"],
    ["a bare line feed", "GET / HTTP/1.1\nHost: x\n\n", "BadRequest"],
    ["a huge header", `GET / HTTP/1.1\r\nHost: x\r\nA: ${"b".repeat(20_000)}\r\n\r\n`, "RequestHeaderSectionTooLarge"],
    ["another target", "GET http://evil/wire-bucket/key HTTP/1.1\r\nHost: x\r\n\r\n", "InvalidURI"],
    ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "InvalidURI"],
  ])("that are %s are refused", async (_, bytes, code) => {
    const connection = openConnection(t.port);
    connection.write(bytes);
    const answer = await connection.answer();
    expect([answer.status, answer.code, answer.headers.server]).toEqual([400, code, "AmazonS3"]);
    connection.end();
  });

  test.each(["xchunked", "gzip", "gzip, chunked", "identity"])(
    "of a coding that is not served are told so: %s",
    async (coding) => {
      const connection = openConnection(t.port);
      const headers = ["Transfer-Encoding", coding];
      connection.write(t.bytesOf({ method: "PUT", target: "/wire-bucket/coded", body: "hello", headers }));
      const answer = await connection.answer();
      expect([answer.status, answer.code]).toEqual([501, "NotImplemented"]);
      expect(answer.text).toContain("<Header>Transfer-Encoding</Header>");
      await connection.closed();
      expect(await t.keys("wire-bucket")).not.toContain("coded");
    },
  );

  test("with a body of no stated length are told to state it, though the body cannot be read", async () => {
    for (const pause of [0, 20]) {
      const connection = openConnection(t.port);
      const [head] = parts(t.bytesOf({ method: "PUT", target: "/wire-bucket/unstated" }));
      const bare = head.replace(/Content-Length: 0\r\n/, "");
      if (pause === 0) connection.write(`${bare}hello, no length`);
      else {
        connection.write(bare);
        await new Promise((resolve) => setTimeout(resolve, pause));
        connection.write("hello, no length");
      }
      const answer = await connection.answer();
      expect([answer.status, answer.code]).toEqual([411, "MissingContentLength"]);
      connection.end();
    }
    expect(await t.keys("wire-bucket")).not.toContain("unstated");
  });
});

describe("a back end", () => {
  async function withBackend(change: (backend: Backend) => Partial<Backend>) {
    const gate = await openTestGate({ backendOver: (backend) => ({ ...backend, ...change(backend) }), idleMs: 300 });
    gate.bucket("wire-bucket");
    await gate.put("wire-bucket", "key");
    return gate;
  }

  test.each([
    ["fails", new Error("disk on fire"), 503, "SlowDown"],
    ["is away", new Refusal("Unavailable"), 503, "SlowDown"],
  ])("that %s is a reason to come again", async (_, error, status, code) => {
    const gate = await withBackend(() => ({ get: () => Promise.reject(error) }));
    const answer = await gate.ask({ target });
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.text).not.toContain("fire");
    await gate.close();
  });

  test("that fails after the head was sent ends the connection", async () => {
    async function* cut() {
      yield Buffer.alloc(100_000);
      throw new Error("disk on fire");
    }
    async function* short() {
      yield Buffer.alloc(100_000);
    }
    for (const chunks of [cut, short]) {
      const gate = await withBackend((backend) => ({
        async get(request) {
          const { facts } = await backend.head(request);
          return { facts: { ...facts, size: 200_000 }, body: chunks() };
        },
      }));
      for (const ask of [{ target }, { target, headers: ["Connection", "close"] }]) {
        const connection = openConnection(gate.port);
        connection.write(gate.bytesOf(ask));
        await expect(connection.answer()).rejects.toThrow(/the connection ended after/);
      }
      await gate.close();
    }
  });

  test("may take longer than a connection may be idle", async () => {
    const gate = await withBackend((backend) => ({
      async get(request) {
        await new Promise((resolve) => setTimeout(resolve, 700));
        return backend.get(request);
      },
    }));
    for (const ask of [{ target }, { target, headers: ["Accept", "*/*", "Connection", "keep-alive, x"] }]) {
      expect((await gate.ask(ask)).text).toBe("hello");
    }
    await gate.close();
  });

  test("that loses the bucket meanwhile keeps no object", async () => {
    const gate = await withBackend((backend) => ({
      async put(request, body) {
        const written = await backend.put(request, body);
        if (request.key !== "late") return written;
        gate.world.change(() => gate.world.tables.buckets.remove(gate.world.tables.buckets.get("wire-bucket")!));
        return written;
      },
    }));
    const answer = await gate.ask({ method: "PUT", target: "/wire-bucket/late", body: "x" });
    expect(answer.code).toBe("NoSuchBucket");
    expect(await gate.keys("wire-bucket")).toEqual(["key"]);
    await gate.close();
  });

  test("whose bucket cannot be removed leaves it as it was", async () => {
    const gate = await withBackend(() => ({ deleteBucket: () => Promise.reject(new Error("no")) }));
    expect((await gate.ask({ method: "DELETE", target: "/wire-bucket" })).code).toBe("SlowDown");
    expect((await gate.ask({ target })).status).toBe(200);
    await gate.close();
  });
});

describe("memory", () => {
  const PIECE = 64 * 1024;
  const PIECES = 4096;

  test("does not run ahead of a client that does not read", async () => {
    let given = 0;
    async function* pieces() {
      for (; given < PIECES; given++) yield Buffer.alloc(PIECE);
    }
    const gate = await openTestGate({
      backendOver: (backend) => ({
        ...backend,
        async get(request) {
          const { facts } = await backend.head(request);
          return { facts: { ...facts, size: PIECE * PIECES }, body: pieces() };
        },
      }),
    });
    gate.bucket("wire-bucket");
    await gate.put("wire-bucket", "key");
    for (const headers of [[], ["Connection", "close"]]) {
      given = 0;
      const connection = openConnection(gate.port);
      connection.socket.pause();
      connection.write(gate.bytesOf({ target, headers }));
      await until(() => given > 0);
      await new Promise((resolve) => setTimeout(resolve, 150));
      // What the kernel takes for both ends, and a little more.
      expect(given * PIECE).toBeLessThan(32 * 1024 ** 2);
      connection.end();
    }
    await gate.close();
  });

  test("does not run ahead of a back end that does not take", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const gate = await openTestGate({
      backendOver: (backend) => ({
        ...backend,
        async put(request, body) {
          const iterator = body.chunks[Symbol.asyncIterator]();
          await iterator.next();
          await held;
          await iterator.return?.();
          return backend.put(request, { ...body, size: 0, chunks: (async function* () {})() });
        },
      }),
    });
    gate.bucket("wire-bucket");
    const size = PIECE * PIECES;
    const headers = ["Content-Length", String(size)];
    const head = gate.bytesOf({ method: "PUT", target, headers, payloadHash: UNSIGNED_PAYLOAD });
    const connection = openConnection(gate.port);
    connection.write(head);
    for (let i = 0; i < PIECES && connection.socket.writableLength < 4 * 1024 ** 2; i++) {
      connection.write(Buffer.alloc(PIECE));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(connection.socket.bytesWritten - connection.socket.writableLength).toBeLessThan(32 * 1024 ** 2);
    release();
    expect((await connection.answer()).status).toBe(200);
    connection.end();
    await gate.close();
  });
});

describe("the front", () => {
  test("gives the control plane what is not S3's, and S3 the rest", async () => {
    const given: string[] = [];
    const gate = await openTestGate({
      controlPlane: (request, response) => {
        given.push(`${request.method} ${request.url}`);
        request.resume();
        request.on("end", () => response.end("control plane"));
      },
    });
    gate.bucket("wire-bucket");
    await gate.put("wire-bucket", "key");
    const { exchange } = await import("../support/gate.ts");
    const form = "Action=GetCallerIdentity&Version=2011-06-15";
    const raw = (text: string) => exchange(gate.port, Buffer.from(text));
    await raw(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${form.length}\r\n\r\n${form}`).catch(
      () => {},
    );
    await raw("GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").catch(
      () => {},
    );
    await raw("GET /anything HTTP/1.1\r\nHost: sts.amazonaws.com\r\nConnection: close\r\n\r\n").catch(() => {});
    expect(given).toEqual(["POST /", "GET /?Action=ListUsers&Version=2010-05-08", "GET /anything"]);
    expect((await gate.ask({ target })).text).toBe("hello");
    expect((await gate.ask({ target: gate.presign({ target }), signer: undefined })).text).toBe("hello");
    expect((await gate.ask({ target, signer: undefined })).code).toBe("AccessDenied");
    expect(given).toHaveLength(3);
    await gate.close();
  });
});

test("events are recorded for calls and refusals, whoever makes them", async () => {
  const instance = t.session("on-instance", [allow("s3:GetObject")], { instance: true });
  const before = t.world.timeline.last();
  await t.ask({ target, signer: instance, headers: ["User-Agent", "test/1"] });
  await t.ask({ method: "PUT", target, signer: instance, body: "x" });
  await t.ask({ target, signer: undefined });
  await t.gate.events.flush();
  const events = t.world.timeline.query({ after: before, limit: 10 });
  expect(events).toMatchObject([
    {
      Kind: "call",
      Service: "s3",
      Action: "GetObject",
      Resource: "arn:aws:s3:::wire-bucket/key",
      Status: 200,
      Instance: "i-0123456789abcdef0",
      Generation: 3,
      AccessKeyId: instance.accessKeyId,
      UserAgent: "test/1",
    },
    { Kind: "refusal", Action: "PutObject", Status: 403, Code: "AccessDenied", Instance: "i-0123456789abcdef0" },
    { Kind: "refusal", Action: "GetObject", Status: 403, Code: "AccessDenied" },
  ]);
  expect(events.every(({ RequestId }) => /^[A-Z2-7]{16}$/.test(RequestId ?? ""))).toBe(true);
  expect(t.gate.events.dropped).toBe(0);
});

test.each([
  ["a URL that is too long", `GET /wire-bucket/${"k".repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ["what is no HTTP", "hello\r\n\r\n"],
  ["another coding", "PUT /wire-bucket/coded HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
])(
  "a refusal of %s is recorded too, under the id that the client has of it, with what explains it",
  async (_, bytes) => {
    const before = t.world.timeline.last();
    const connection = openConnection(t.port);
    connection.write(bytes);
    const { status, code, headers } = await connection.answer();
    connection.end();
    await t.gate.events.flush();
    const requestId = headers["x-amz-request-id"]!;
    expect(t.world.timeline.query({ after: before, limit: 10 })).toMatchObject([
      { Kind: "refusal", Service: "s3", Status: status, Code: code, RequestId: requestId },
    ]);
    expect(t.world.refusals.find(requestId)?.event).toMatchObject({ Code: code });
  },
);
