// Reads of a server that answers in every way it should not: what comes is right and whole, or it is Unavailable; and
// what one request was answered is never taken for the answer to another.
import { createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";
import { hostClock } from "@rolemint/host";
import { type Answer, type Client, openClient } from "./client.ts";
import { readWhole } from "./documents.ts";
import type { Remote } from "./remote.ts";

let server: Server | undefined;
let client: Client | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  client?.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => (server ? server.close(done) : done(undefined)));
  server = undefined;
});

/** Each request is given to `answer`, with how many came before it, and which connection of how many brought it. */
async function serve(
  answer: (socket: Socket, request: string, at: number, connection: number) => unknown,
  options: { readonly answerMs?: number } = {},
): Promise<Client> {
  let [at, connections] = [0, 0];
  server = createServer((socket) => {
    const connection = connections++;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => void answer(socket, chunk.toString("latin1"), at++, connection));
  });
  await new Promise<void>((done) => server!.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secretEXAMPLE" };
  client = openClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    ...key,
    clock: hostClock,
    ...options,
  });
  return client;
}

const plain = (body: string, status = "200 OK") =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const get = (of: Client, target = "/b/k") => of.ask({ method: "GET", target });
const bodyOf = async (answer: Promise<Answer>) => text(await answer);
const unavailable = { code: "Unavailable" };

test("reads go over one connection, HEAD too; a refusal is an answer", async () => {
  const of = await serve((socket, request, at, connection) => {
    const [method] = request.split(" ");
    const body = `${method} ${at} on ${connection}`;
    socket.write(
      plain(body, at === 1 ? "404 Not Found" : "200 OK").slice(0, method === "HEAD" ? -body.length : undefined),
    );
  });
  expect(await bodyOf(get(of))).toBe("GET 0 on 0");
  const missing = await get(of);
  expect([missing.statusCode, await text(missing), missing.complete]).toEqual([404, "GET 1 on 0", true]);
  const head = await of.ask({ method: "HEAD", target: "/b/k" });
  expect([head.rawHeaders, await text(head)]).toEqual([["Content-Length", "11"], ""]);
  expect(await bodyOf(get(of))).toBe("GET 3 on 0");
});

test.each([
  ["in pieces", ["HTTP/1.1 200 OK\r\nContent-", "Length: 4\r\n\r\nbo", "dy"]],
  ["in chunks", ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"]],
  ["after a 103", ["HTTP/1.1 103 Early Hints\r\n\r\n", plain("body")]],
  ["with an end", ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"]],
])("what is no plain answer is asked for again, and read by node:http: %s", async (_, pieces) => {
  let asked = 0;
  const of = await serve(async (socket) => {
    asked++;
    for (const piece of pieces) {
      socket.write(piece);
      await wait(20);
    }
  });
  expect(await bodyOf(get(of))).toBe("body");
  expect(asked).toBe(2);
});

test("a server that gives no plain answers is not asked everything twice", async () => {
  let asked = 0;
  const of = await serve((socket) => {
    asked++;
    socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody");
  });
  for (let i = 0; i < 20; i++) expect(await bodyOf(get(of))).toBe("body");
  expect(asked).toBe(21);
});

test("a kept connection that turns out to be dead is no failure", async () => {
  const of = await serve((socket, _, at) => (at === 1 ? socket.destroy() : socket.write(plain(`${at}`))));
  expect(await bodyOf(get(of))).toBe("0");
  expect(await bodyOf(get(of))).toBe("2");
});

test("one that the server closed while it rested is not used", async () => {
  const of = await serve((socket, _, at, connection) => {
    socket.write(plain(`${at} on ${connection}`));
    if (at === 0) socket.end();
  });
  expect(await bodyOf(get(of))).toBe("0 on 0");
  await wait(50);
  expect(await bodyOf(get(of))).toBe("1 on 1");
});

test("more than was promised is no part of the next answer", async () => {
  const of = await serve((socket, _, at) => socket.write(plain(`${at}`) + (at === 0 ? plain("not yours") : "")));
  await expect(bodyOf(get(of))).rejects.toThrow();
  expect(await bodyOf(get(of))).toBe("1");
});

test("nor is what comes unasked while a connection rests", async () => {
  const of = await serve(async (socket, _, at) => {
    socket.write(plain(`${at}`));
    if (at > 0) return;
    await wait(20);
    socket.write(plain("not yours"));
  });
  expect(await bodyOf(get(of))).toBe("0");
  await wait(60);
  expect(await bodyOf(get(of))).toBe("1");
});

test("a body that is cut short fails, and is not asked for again", async () => {
  let asked = 0;
  const of = await serve((socket) => {
    asked++;
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
  });
  await expect(bodyOf(get(of))).rejects.toThrow("cut short");
  expect(asked).toBe(1);
});

test("it fails also for whoever begins to read it later", async () => {
  const of = await serve((socket) => socket.end("HTTP/1.1 416 No\r\nContent-Length: 10\r\n\r\nshort"));
  const answer = await get(of);
  await wait(50);
  await expect(readWhole({ client: of } as Remote, answer, 100)).rejects.toMatchObject(unavailable);
});

test("silence before the head, and within a body, is given up once", async () => {
  let asked = 0;
  const of = await serve(
    (socket, request) => {
      asked++;
      if (request.includes("half")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    },
    { answerMs: 100 },
  );
  await expect(get(of)).rejects.toMatchObject(unavailable);
  await expect(bodyOf(get(of, "/b/half"))).rejects.toThrow("silent");
  expect(asked).toBe(2);
});

test("a server that is not there is unavailable", async () => {
  const of = await serve(() => {});
  await new Promise((done) => server!.close(done));
  await expect(get(of)).rejects.toMatchObject(unavailable);
});

test("a large body waits for its reader, for longer than a server may be silent, and comes whole", async () => {
  const body = "0123456789abcdef".repeat(512 * 1024);
  let written = 0;
  const of = await serve(
    (socket) => {
      socket.write(plain(body), () => {
        written = body.length;
      });
    },
    { answerMs: 200 },
  );
  const answer = await get(of);
  await wait(500);
  expect(written).toBe(0);
  expect((await text(answer)) === body).toBe(true);
  expect(await bodyOf(get(of))).toHaveLength(body.length);
});

test("an answer that is left early ends its connection; others go on", async () => {
  const of = await serve((socket, _, at, connection) =>
    socket.write(
      at === 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegun" : plain(`${at} on ${connection}`),
    ),
  );
  const left = await get(of);
  const other = await bodyOf(get(of));
  left.destroy();
  expect([other, await bodyOf(get(of))]).toEqual(["1 on 1", "2 on 1"]);
});

test("many at once are each given their own", async () => {
  const of = await serve(async (socket, request) => {
    const [, target = ""] = request.split(" ");
    await wait(target.length % 7);
    socket.write(plain(target));
  });
  const targets = Array.from({ length: 300 }, (_, i) => `/b/${"k".repeat(i % 50)}${i}`);
  for (let round = 0; round < 3; round++) {
    expect(await Promise.all(targets.map((target) => bodyOf(get(of, target))))).toEqual(targets);
  }
});

test.each([0, 65_536, 99_999])("no server has the port %d", (port) => {
  const options = { region: "us-east-1", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secretEXAMPLE" };
  expect(() => openClient({ endpoint: `http://127.0.0.1:${port}`, ...options, clock: hostClock })).toThrow(TypeError);
});

test("a target or header that would end its line is not sent", async () => {
  let asked = 0;
  const of = await serve(() => asked++);
  await expect(get(of, "/b/k HTTP/1.1\r\n\r\nGET /c/k")).rejects.toThrow(TypeError);
  const headers = ["range", "bytes=0-1\r\nx: y"];
  await expect(of.ask({ method: "GET", target: "/b/k", headers })).rejects.toThrow(TypeError);
  expect(asked).toBe(0);
});
