import { expect, test } from "@jest/globals";
import type { StoredHeaders } from "@rolemint/object-store";
import fc from "fast-check";
import { readObjectHead, sentHeaders } from "./headers.ts";

const FACTS = ["Content-Length", "5", "ETag", '"a"', "Last-Modified", "Mon, 23 Nov 2026 08:12:28 GMT"];

function comeBack(stored: StoredHeaders): StoredHeaders | undefined {
  return readObjectHead("k", [...FACTS, ...sentHeaders(stored)])?.facts.headers;
}

test("headers come back as they were, whatever they hold", () => {
  const name = fc.oneof(
    fc.constantFrom("cache-control", "content-type", "expires", "x-amz-meta-snowball", "x-amz-meta-rolemint-packed"),
    fc.stringMatching(/^[!-@[-`{-~a-z]{1,20}$/).map((end) => `x-amz-meta-${end}`),
  );
  // Bytes, as Node gives them.
  const value = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }), (stored) => {
      expect(comeBack(stored)).toEqual(stored);
    }),
  );
});

test("what is sent is plain and says nothing to the server", () => {
  const stored = {
    "content-type": "text/plain",
    "x-amz-meta-snowball-auto-extract": "true",
    "x-amz-meta-a": "ä\r\nx-amz-acl: public-read",
    "x-amz-meta-b": "=?utf-8?q?b?=",
    "x-amz-tagging": "a=b",
  };
  const sent = sentHeaders(stored);
  expect(sent.slice(0, 2)).toEqual(["content-type", "text/plain"]);
  expect(sent[2]).toBe("x-amz-meta-rolemint-packed");
  expect(sent[3]).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(sent).toHaveLength(4);
});

test.each([
  ["no ETag", ["Content-Length", "5", "Last-Modified", "Mon, 23 Nov 2026 08:12:28 GMT"]],
  ["no time", ["Content-Length", "5", "ETag", '"a"']],
  ["a length that is none", [...FACTS, "Content-Length", "x"]],
])("an answer with %s is no object", (_, rawHeaders) => {
  expect(readObjectHead("k", rawHeaders)).toBeUndefined();
});
