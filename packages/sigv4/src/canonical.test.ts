import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { canonicalHeaders, canonicalPath, canonicalQuery, queryPairs } from "./canonical.ts";
import { canonicalText, decodeText, encodeText } from "./encoding.ts";

describe("path", () => {
  test.each([
    ["/", "/", "/"],
    ["/b/a.txt", "/b/a.txt", "/b/a.txt"],
    ["/b//a/./../x", "/b//a/./../x", "/b/x"],
    ["/b/a/", "/b/a/", "/b/a/"],
    ["//", "//", "/"],
    ["/..", "/..", "/"],
    ["/b/%2e%2E/x", "/b/../x", "/b/%252e%252E/x"],
    ["/b/a%20b", "/b/a%20b", "/b/a%2520b"],
    ["/b/a%2fb", "/b/a/b", "/b/a%252fb"],
    ["/b/a+b", "/b/a%2Bb", "/b/a%2Bb"],
    ["/b/a%2bb", "/b/a%2Bb", "/b/a%252bb"],
    ["/b/!'()*", "/b/%21%27%28%29%2A", "/b/%21%27%28%29%2A"],
    ["/b/%7e%41", "/b/~A", "/b/%257e%2541"],
    ["/b/%e2%82%ac", "/b/%E2%82%AC", "/b/%25e2%2582%25ac"],
    ["/b/%FF%00", "/b/%FF%00", "/b/%25FF%2500"],
    ['/b/"<>\\^`{|}#?', "/b/%22%3C%3E%5C%5E%60%7B%7C%7D%23%3F", "/b/%22%3C%3E%5C%5E%60%7B%7C%7D%23%3F"],
    ["/b/a b", undefined, undefined],
    ["/b/a\n", undefined, undefined],
    ["/b/\u00e9", undefined, undefined],
  ])("%s", (path, s3, other) => {
    expect(canonicalPath(path, "s3")).toBe(s3);
    expect(canonicalPath(path, "other")).toBe(other);
  });

  test.each(["/b/%", "/b/%2", "/b/%zz", "/b/%2G/x", "/b/%%32"])("%s has no decoding", (path) => {
    expect(canonicalPath(path, "s3")).toBeUndefined();
  });
});

describe("query", () => {
  test.each([
    ["/", ""],
    ["/?", ""],
    ["/?tagging", "tagging="],
    ["/?tagging=", "tagging="],
    ["/?b=2&a=1", "a=1&b=2"],
    ["/?a&&b&", "a=&b="],
    ["/?a=b=c", "a=b%3Dc"],
    ["/?a=b?c/d", "a=b%3Fc%2Fd"],
    ["/?a=b+c%2Bd%20e", "a=b%20c%2Bd%20e"],
    ["/?a=%2f%7E%61", "a=%2F~a"],
    // By name first: as one text "a-=1" would come before "a=2".
    ["/?a-=1&a=2", "a=2&a-=1"],
    ["/?A=1&a=2&B=3", "A=1&B=3&a=2"],
    ["/?a=2&a=10&a=1", "a=1&a=10&a=2"],
    ["/?x%3Ay=1&x=2", "x=2&x%3Ay=1"],
    ["/?b=1&X-Amz-Signature=abc", "b=1"],
    ["/?x-amz-signature=abc", "x-amz-signature=abc"],
    ["/?a;b=1", "a%3Bb=1"],
  ])("%s", (target, expected) => {
    expect(canonicalQuery(queryPairs(target)!)).toBe(expected);
  });

  test.each(["/?%", "/?a=%2", "/?a=%zz", "/?\u00e9=1", "/?a=b c"])("%s is no query", (target) => {
    expect(queryPairs(target)).toBeUndefined();
  });
});

describe("encoding", () => {
  test("of any text is canonical and reads back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const encoded = encodeText(text);
        expect(encoded).toMatch(/^([A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
        expect(decodeText(encoded)).toBe(text);
        expect(canonicalText(encoded, 0, encoded.length, "query")).toBe(encoded);
      }),
    );
  });

  test("once more changes nothing, and keeps the decoded bytes", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme-ascii", maxLength: 4 }).map((text) => text.replace(/[ %]/g, "")),
      fc.nat(255).map((byte) => `%${byte.toString(16).padStart(2, "0")}`),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const path = `/${pieces.join("")}`;
        const canonical = canonicalPath(path, "s3")!;
        expect(canonicalPath(canonical, "s3")).toBe(canonical);
        expect(bytesOf(canonical)).toBe(bytesOf(path));
      }),
    );
  });

  function bytesOf(text: string): string {
    return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
});

describe("headers", () => {
  const lines = (rawHeaders: string[], signed: string[]) => canonicalHeaders(rawHeaders, signed, false)?.lines;

  test.each([
    [["Host", "h:1"], ["host"], "host:h:1\n"],
    [["HOST", "h", "X-Amz-Date", "d"], ["host", "x-amz-date"], "host:h\nx-amz-date:d\n"],
    [["host", "h", "a", "  two  spaces \t x "], ["a", "host"], "a:two spaces x\nhost:h\n"],
    [["host", "h", "a", ""], ["a", "host"], "a:\nhost:h\n"],
    [["a", "2", "host", "h", "A", " 1"], ["a", "host"], "a:2,1\nhost:h\n"],
    [["host", "h", "a", "caf\u00c3\u00a9"], ["a", "host"], "a:caf\u00c3\u00a9\nhost:h\n"],
    [["host", "h"], ["content-length", "expect", "host"], "content-length:0\nexpect:100-continue\nhost:h\n"],
    [["host", "h", "content-length", "5"], ["content-length", "host"], "content-length:5\nhost:h\n"],
  ])("%j signed as %j", (rawHeaders, signed, expected) => {
    expect(lines(rawHeaders, signed)).toBe(expected);
  });

  test.each(["a\nx-amz-acl:private", "a\r", "a\0", "\u0131"])("%j cannot be signed", (value) => {
    expect(lines(["host", "h", "a", value], ["a", "host"])).toBeUndefined();
  });

  test("names what the signature leaves out and what the request lacks", () => {
    const rawHeaders = [
      "Host",
      "h",
      "X-Amz-Acl",
      "private",
      "x-amz-content-sha256",
      "e",
      "x-amzn-trace-id",
      "t",
      "b",
      "c",
    ];
    const found = canonicalHeaders([...rawHeaders, "x-amz-acl", "private"], ["range"], false);
    expect(found?.unsigned).toEqual(["host", "x-amz-acl", "x-amz-content-sha256"]);
    expect(found?.absent).toEqual(["range"]);
    expect(canonicalHeaders(rawHeaders, ["host"], true)?.unsigned).toEqual(["x-amz-acl"]);
  });
});
