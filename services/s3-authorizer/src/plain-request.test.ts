// The fast lane reads a request as node:http does, or leaves it.
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type PlainRequest, readPlainRequest } from "./plain-request.ts";

const read = (text: string) => readPlainRequest(Buffer.from(text, "latin1"));

test("a plain request is read as it stands", () => {
  const text =
    "GET /a/../b?c=%zz&d HTTP/1.1\r\nHost: x\r\nX-A:  two  \r\nx-a:\xe4\r\nX-B: \xc3\xa0\t\r\nConnection: Keep-Alive\r\n\r\n";
  expect(read(text)).toEqual({
    method: "GET",
    target: "/a/../b?c=%zz&d",
    rawHeaders: ["Host", "x", "X-A", "two", "x-a", "\xe4", "X-B", "\xc3\xa0", "Connection", "Keep-Alive"],
  });
  expect(read("HEAD / HTTP/1.1\r\n\r\n")).toEqual({ method: "HEAD", target: "/", rawHeaders: [] });
});

test.each([
  ["a body", "GET / HTTP/1.1\r\nContent-Length: 1\r\n\r\n"],
  ["chunks", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ["an expectation", "GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n"],
  ["an end", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ["an upgrade", "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"],
  ["another method", "PUT / HTTP/1.1\r\n\r\n"],
  ["another version", "GET / HTTP/1.0\r\n\r\n"],
  ["another form of target", "GET http://x/ HTTP/1.1\r\n\r\n"],
  ["a space in the target", "GET /a b HTTP/1.1\r\n\r\n"],
  ["no end", "GET / HTTP/1.1\r\nHost: x\r\n"],
  ["a second request", "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"],
  ["something behind it", "GET / HTTP/1.1\r\n\r\nx"],
  ["a folded header", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"],
  ["a space before the colon", "GET / HTTP/1.1\r\nA : b\r\n\r\n"],
  ["a header without a name", "GET / HTTP/1.1\r\n: b\r\n\r\n"],
  ["a header without a colon", "GET / HTTP/1.1\r\nA\r\n\r\n"],
  ["a bare line feed", "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n"],
  ["a bare carriage return", "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n"],
  ["a zero byte", "GET / HTTP/1.1\r\nA: \0\r\n\r\n"],
  ["too much", `GET / HTTP/1.1\r\nA: ${"b".repeat(17_000)}\r\n\r\n`],
])("a request with %s is not plain", (_, text) => {
  expect(read(text)).toBeUndefined();
});

let server: Server;
let seen: PlainRequest | undefined;
beforeAll(async () => {
  server = createServer((request, response) => {
    seen = { method: request.method!, target: request.url!, rawHeaders: request.rawHeaders };
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** What node:http makes of the bytes; undefined when it refuses them. */
function readByNode(text: string): Promise<PlainRequest | undefined> {
  seen = undefined;
  return new Promise((resolve) => {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1", () => socket.end(text, "latin1"));
    socket.on("data", () => {});
    socket.on("error", () => {});
    socket.on("close", () => resolve(seen));
  });
}

test("whatever is plain, node:http reads in the same way", async () => {
  const name = fc.constantFrom("Host", "X-A", "x-amz-date", "a!#$%&'*+.^_`|~9-", "User-Agent", "é", "b c", "");
  const value = fc.string({ unit: fc.constantFrom(...'ab \t:,;"\\\x7f\x80\xff\u0001%'), maxLength: 10 });
  const target = fc.string({ unit: fc.constantFrom(...'/ab?&=%2F.{}|\\^#"<>\x7f\xe4 '), maxLength: 12 });
  const requests = fc.record({
    method: fc.constantFrom("GET", "HEAD"),
    target,
    headers: fc.array(fc.tuple(name, value), { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      const lines = request.headers.map(([key, text]) => `${key}:${text}\r\n`).join("");
      const text = `${request.method} /${request.target} HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
      const plain = read(text);
      if (plain) expect(await readByNode(text)).toEqual(plain);
    }),
    { numRuns: 400 },
  );
});
