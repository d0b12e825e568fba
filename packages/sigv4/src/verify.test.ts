import { describe, expect, test } from "@jest/globals";
import type { HttpRequest } from "@rolemint/wire/http";
import fc from "fast-check";
import { canonicalHeaders, canonicalPath, canonicalRequest, stringToSign } from "./canonical.ts";
import { deriveSigningKey, signText } from "./key.ts";
import { EMPTY_SHA256, sha256Hex } from "./payload.ts";
import { presignRequest, signRequest } from "./sign.ts";
import { check, SECRET, signedClaim } from "./verify.fixture.ts";
import { type VerifyOptions, verify } from "./verify.ts";

const TIME_MS = Date.UTC(2026, 10, 23, 5, 30);
const S3_SIGNER = {
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  secretAccessKey: SECRET,
  sessionToken: "IQoJb3JpZ2luX2VjEXAMPLE+/==",
  region: "eu-central-1",
  service: "s3",
};
const BASE: HttpRequest = {
  method: "PUT",
  target: "/examplebucket/photos//../a%20b%2Bc.jpg?x-id=PutObject&partNumber=1",
  rawHeaders: [
    "Host",
    "s3.localhost:4566",
    "Content-Type",
    "image/jpeg",
    "x-amz-meta-note",
    "caf\u00c3\u00a9  two",
    "X-Empty",
    "",
  ],
};
const S3_HEADER = signRequest(BASE, S3_SIGNER, { timeMs: TIME_MS, payloadHash: EMPTY_SHA256 });
const S3_QUERY = presignRequest(BASE, S3_SIGNER, { timeMs: TIME_MS, expiresSeconds: 60 });
const STS_SIGNER = { ...S3_SIGNER, service: "sts" };
const STS_HEADER = signRequest(BASE, STS_SIGNER, { timeMs: TIME_MS, payloadHash: EMPTY_SHA256 });
const STS_QUERY = presignRequest(BASE, STS_SIGNER, { timeMs: TIME_MS, expiresSeconds: 60 });
const OTHER = { flavour: "other", bodyHash: EMPTY_SHA256 } as const;
const CASES: [string, HttpRequest, VerifyOptions][] = [
  ["S3, header", S3_HEADER, { flavour: "s3" }],
  ["S3, query", S3_QUERY, { flavour: "s3" }],
  ["another service, header", STS_HEADER, OTHER],
  ["another service, query", STS_QUERY, OTHER],
];

function withHeader(request: HttpRequest, name: string, value: string | undefined): HttpRequest {
  const rawHeaders: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const given = request.rawHeaders[i]!;
    if (given.toLowerCase() !== name) rawHeaders.push(given, request.rawHeaders[i + 1]!);
    else if (value !== undefined) rawHeaders.push(given, value);
  }
  return { ...request, rawHeaders };
}

describe.each(CASES)("%s", (_, request, options) => {
  test("verifies", () => {
    expect(check(request, options).ok).toBe(true);
    expect(check(request, options, "another").ok).toBe(false);
  });

  test.each(["get", "POST", "put"])("not as %j", (method) => {
    expect(check({ ...request, method }, options).ok).toBe(false);
  });

  test.each(["PUT ", "PUT\n", "PUT\n/", ""])("not as %j, which is no method", (method) => {
    expect(check({ ...request, method }, options)).toEqual({ ok: false, reason: "malformed-request" });
  });

  test.each(["host", "content-type", "x-amz-meta-note"])("not with another %s, none, or two", (name) => {
    expect(check(withHeader(request, name, "x"), options).ok).toBe(false);
    expect(check(withHeader(request, name, undefined), options).ok).toBe(false);
    expect(check({ ...request, rawHeaders: [...request.rawHeaders, name, "x"] }, options).ok).toBe(false);
  });

  test("names a signed header that is gone, though it was signed as empty", () => {
    const refused = check(withHeader(request, "x-empty", undefined), options);
    expect(refused).toMatchObject({ reason: "mismatch", absent: ["x-empty"] });
  });

  test("names an x-amz-* header that was put in", () => {
    const rawHeaders = [...request.rawHeaders, "X-Amz-Acl", "public-read"];
    const refused = { ok: false, reason: "unsigned-headers", names: ["x-amz-acl"] };
    expect(check({ ...request, rawHeaders }, options)).toEqual(refused);
  });

  test("lets headers pass that nobody signs", () => {
    const rawHeaders = [...request.rawHeaders, "User-Agent", "x", "X-Amzn-Trace-Id", "y", "Expect", "100-continue"];
    expect(check({ ...request, rawHeaders }, options).ok).toBe(true);
  });

  test("refuses a header that hides a line break", () => {
    const refused = check(withHeader(request, "content-type", "image/jpeg\nx:y"), options);
    expect(refused).toEqual({ ok: false, reason: "malformed-request" });
  });

  test("fails after any single change of the target", () => {
    const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    const edit = fc.record({
      at: fc.nat(request.target.length - 1),
      put: fc.oneof(printable, fc.constant("")),
      cut: fc.nat(1),
    });
    fc.assert(
      fc.property(edit, ({ at, put, cut }) => {
        const target = request.target.slice(0, at) + put + request.target.slice(at + cut);
        fc.pre(meaning(target, options) !== meaning(request.target, options));
        // The key id is not signed: it is what the key is looked up by.
        fc.pre(target.includes("ASIAIOSFODNN7EXAMPLE%2F") === request.target.includes("ASIAIOSFODNN7EXAMPLE%2F"));
        expect(check({ ...request, target }, options).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("fails after any single change of a header", () => {
    // The key id is not signed; blanks around the commas of Authorization mean nothing.
    const signed = request.rawHeaders.flatMap((value, i) =>
      i % 2 === 1 && value !== "" ? [{ i, from: value.indexOf("/") }] : [],
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...signed),
        fc.nat(),
        fc.integer({ min: 0x21, max: 0xff }),
        ({ i, from }, at, code) => {
          const value = request.rawHeaders[i]!;
          const start = value.startsWith("AWS4-") ? from : 0;
          const place = start + (at % (value.length - start));
          const rawHeaders = request.rawHeaders.toSpliced(
            i,
            1,
            value.slice(0, place) + String.fromCharCode(code) + value.slice(place + 1),
          );
          fc.pre(rawHeaders[i] !== value && !(value.startsWith("AWS4-") && value[place] === " "));
          expect(check({ ...request, rawHeaders }, options).ok).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("fails for another scope, even with that scope's key", () => {
    const found = signedClaim(request, options.flavour);
    for (const scope of [
      { ...found.scope, date: "20261124" },
      { ...found.scope, region: "eu-central-2" },
      { ...found.scope, service: "s3x" },
    ]) {
      expect(verify(request, { ...found, scope }, deriveSigningKey(SECRET, scope), options).ok).toBe(false);
    }
    const later = { ...found, amzDate: "20261123T053001Z", amzDateMs: TIME_MS + 1000 };
    expect(verify(request, later, deriveSigningKey(SECRET, found.scope), options).ok).toBe(false);
  });
});

/** What a server would understand: path bytes, and pairs in any order. */
function meaning(target: string, options: VerifyOptions): string {
  const mark = target.indexOf("?") < 0 ? target.length : target.indexOf("?");
  const pairs = target
    .slice(mark + 1)
    .split("&")
    .filter((pair) => pair !== "");
  const read = (text: string) =>
    text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const spaced = pairs.map((pair) => {
    const equals = pair.indexOf("=") < 0 ? pair.length : pair.indexOf("=");
    return JSON.stringify(
      [pair.slice(0, equals), pair.slice(equals + 1)].map((text) => read(text.replaceAll("+", " "))),
    );
  });
  const path = target.slice(0, mark);
  return JSON.stringify([options.flavour === "s3" ? read(path) : canonicalPath(path, "other"), spaced.sort()]);
}

describe("the body", () => {
  test("of another service is bound by its own hash", () => {
    const bodyHash = sha256Hex("x");
    expect(check(STS_HEADER, { flavour: "other", bodyHash }).ok).toBe(false);
    expect(check(STS_QUERY, { flavour: "other", bodyHash }).ok).toBe(false);
  });

  test("of S3 is bound by a header that must be there", () => {
    expect(check(withHeader(S3_HEADER, "x-amz-content-sha256", sha256Hex("x")), { flavour: "s3" }).ok).toBe(false);
    expect(check(withHeader(S3_HEADER, "x-amz-content-sha256", undefined), { flavour: "s3" })).toEqual({
      ok: false,
      reason: "missing-payload-hash",
    });
    expect(check(withHeader(S3_HEADER, "x-amz-content-sha256", "none"), { flavour: "s3" })).toEqual({
      ok: false,
      reason: "unknown-payload-hash",
      given: "none",
    });
  });

  test("of a presigned URL is free, unless the URL binds it", () => {
    const free = { ...S3_QUERY, rawHeaders: [...S3_QUERY.rawHeaders, "x-amz-content-sha256", sha256Hex("x")] };
    expect(check(free, { flavour: "s3" }).ok).toBe(true);
    expect(signedClaim(free, "s3").payloadHash).toBe("UNSIGNED-PAYLOAD");
    const payloadHash = sha256Hex("x");
    const bound = presignRequest(BASE, S3_SIGNER, { timeMs: TIME_MS, expiresSeconds: 60, payloadHash });
    expect(check(bound, { flavour: "s3" }).ok).toBe(true);
    expect(signedClaim(bound, "s3").payloadHash).toBe(payloadHash);
  });
});

describe("a path that another signer signed as it sent it", () => {
  const rawPath = "/b/a%2fb%7e(1)";
  const encoded = signRequest({ ...BASE, target: rawPath }, S3_SIGNER, { timeMs: TIME_MS, payloadHash: EMPTY_SHA256 });
  const { signature, ...found } = signedClaim(encoded, "s3");
  const headers = canonicalHeaders(encoded.rawHeaders, found.signedHeaders, false)!;
  const { method } = encoded;
  const parts = { method, path: rawPath, query: "", headerLines: headers.lines, payloadHash: EMPTY_SHA256 };
  const canonical = canonicalRequest({ ...parts, signedHeaders: found.signedHeaders });
  const key = deriveSigningKey(SECRET, found.scope);
  const authorization = encoded.rawHeaders.at(-1)!;
  const theirs = signText(key, stringToSign(found.amzDate, found.scope, canonical));
  const signed = withHeader(encoded, "authorization", authorization.replace(signature, theirs));

  test("verifies", () => {
    expect(theirs).not.toBe(signature);
    expect(check(signed, { flavour: "s3" })).toEqual({ ok: true, signature: theirs });
  });

  test.each(["/b/a%2Fb%7e(1)", "/b/a/b~%281%29", "/b/a%2fb%7e(2)"])("does not as %s", (target) => {
    expect(check({ ...signed, target }, { flavour: "s3" }).ok).toBe(false);
  });

  test("verifies in every spelling when it was signed in the canonical one", () => {
    for (const target of [rawPath, "/b/a/b~%281%29", "/b/%61%2F%62~(1)"]) {
      expect(check({ ...encoded, target }, { flavour: "s3" }).ok).toBe(true);
    }
    expect(check({ ...encoded, target: "/b/a%2fb%7e(2)" }, { flavour: "s3" }).ok).toBe(false);
  });
});

test("what is shown of a refused request is the text that the client meant", () => {
  const refused = check(withHeader(S3_HEADER, "content-type", "text/caf\u00c3\u00a9"), { flavour: "s3" });
  expect(refused).toMatchObject({ canonicalRequest: expect.stringContaining("content-type:text/caf\u00e9\n") });
});

test("a request that cannot be signed is not signed", () => {
  const sign = (request: HttpRequest) => () =>
    signRequest(request, S3_SIGNER, { timeMs: TIME_MS, payloadHash: EMPTY_SHA256 });
  expect(sign({ ...BASE, target: "/a b" })).toThrow(TypeError);
  expect(sign({ ...BASE, target: "/?a=%zz" })).toThrow(TypeError);
  expect(sign({ ...BASE, rawHeaders: [] })).toThrow("not signed: host");
  expect(sign({ ...BASE, rawHeaders: ["host", "h", "x-amz-meta-a", "\u65e5"] })).toThrow(TypeError);
});
