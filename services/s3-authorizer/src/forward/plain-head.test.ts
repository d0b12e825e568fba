// The head of an answer is read as node:http does, or left to it.
import { expect, test } from "@jest/globals";
import { readPlainHead } from "./plain-head.ts";

const read = (text: string) => readPlainHead(Buffer.from(text, "latin1"));

test("a plain head is read as it stands, and what follows it is left", () => {
  const head = 'HTTP/1.1 206 Partial Content\r\nETag: "a"\r\nX-A:  two \r\nx-a:\xc3\xa0\r\nContent-Length: 012\r\n\r\n';
  expect(read(`${head}HTTP/1.1 200 OK\r\n\r\n`)).toEqual({
    statusCode: 206,
    rawHeaders: ["ETag", '"a"', "X-A", "two", "x-a", "\xc3\xa0", "Content-Length", "012"],
    length: 12,
    bytes: head.length,
  });
});

test.each([
  ["no length", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"],
  ["a length twice", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n"],
  ["a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n"],
  ["a sign before its length", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n"],
  ["an empty length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n"],
  ["a length that no number holds", "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n"],
  ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ["chunks and a length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ["an end of the connection", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n"],
  ["another version", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n"],
  ["more to come", "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n"],
  ["no body by its status", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1\r\n\r\n"],
  ["no end yet", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"],
  ["a folded header", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: b\r\n c\r\n\r\n"],
  ["a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n"],
  ["a bare line feed", "HTTP/1.1 200 OK\r\nContent-Length: 1\nA: b\r\n\r\n"],
  ["a zero byte", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: \0\r\n\r\n"],
  ["too much", `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: ${"b".repeat(17_000)}\r\n\r\n`],
  ["no status", "\r\n\r\n"],
])("a head with %s is not plain", (_, text) => {
  expect(read(text)).toBeUndefined();
});
