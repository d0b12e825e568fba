// What the fast lane takes, and all that it leaves to node:http.
import { expect, test } from "@jest/globals";
import { readPlain } from "./fast-lane.ts";

const read = (text: string) => readPlain(Buffer.from(text, "latin1"));

test.each([
  ["GET", "GET /latest/meta-data/ HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["PUT without a length", "PUT /latest/api/token HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["PUT with the length 0", "PUT /latest/api/token HTTP/1.1\r\nContent-Length: 0\r\n\r\n"],
  ["HEAD without any header", "HEAD /latest/user-data HTTP/1.1\r\n\r\n"],
])("takes %s", (_, text) => {
  expect(read(text)?.target).toBe(text.split(" ")[1]);
});

test("headers keep their spelling and order; space around a value goes", () => {
  const request = read("GET / HTTP/1.1\r\nHOST:a\r\nx-Some-Thing:  b c \r\nEmpty:\r\n\r\n");
  expect(request).toEqual({
    method: "GET",
    target: "/",
    rawHeaders: ["HOST", "a", "x-Some-Thing", "b c", "Empty", ""],
    httpVersion: "1.1",
  });
});

test.each([
  ["another method", "POST / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"],
  ["a part", "GET / HTTP/1.1\r\nHost: a\r\n"],
  ["a part of the last line end", "GET / HTTP/1.1\r\nHost: a\r\n\r"],
  ["two requests", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a body", "PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab"],
  ["a body that looks like an end", "PUT / HTTP/1.1\r\nContent-Length: 4\r\n\r\n\r\n\r\n"],
  ["chunks", "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ["a length in other words", "PUT / HTTP/1.1\r\nContent-Length: 00\r\n\r\n"],
  ["Expect", "PUT / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n"],
  ["Upgrade", "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n"],
  ["a repeated header", "GET / HTTP/1.1\r\nAccept: a\r\naccept: b\r\n\r\n"],
  ["a folded header", "GET / HTTP/1.1\r\nAccept: a\r\n b\r\n\r\n"],
  ["a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"],
  ["a bare line feed", "GET / HTTP/1.1\nHost: a\n\n"],
  ["a byte above ASCII", "GET / HTTP/1.1\r\nHost: \u00e9\r\n\r\n"],
  ["a tab", "GET / HTTP/1.1\r\nHost: a\tb\r\n\r\n"],
  ["a query", "GET /?a HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["the absolute form", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a space in the path", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a long head", `GET / HTTP/1.1\r\nHost: ${"a".repeat(9000)}\r\n\r\n`],
  ["many headers", `GET / HTTP/1.1\r\n${Array.from({ length: 40 }, (_, i) => `a${i}: b\r\n`).join("")}\r\n`],
  ["nothing", ""],
])("leaves %s", (_, text) => {
  expect(read(text)).toBeUndefined();
});
