import { describe, expect, test } from "@jest/globals";
import type { HttpRequest } from "@rolemint/wire/http";
import { claim } from "./claim.ts";
import { payloadMode } from "./payload.ts";

const CREDENTIAL = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
const SIGNATURE = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
const COMPONENTS = `Credential=${CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=${SIGNATURE}`;
const AUTHORIZATION = `AWS4-HMAC-SHA256 ${COMPONENTS}`;
const PARAMETERS: Readonly<Record<string, string>> = {
  "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
  "X-Amz-Credential": encodeURIComponent(CREDENTIAL),
  "X-Amz-Date": "20130524T000000Z",
  "X-Amz-Expires": "3600",
  "X-Amz-SignedHeaders": "host%3Bx-amz-meta-a",
  "X-Amz-Signature": SIGNATURE,
};

function headerRequest(
  authorization: string,
  more: readonly string[] = ["x-amz-date", "20130524T000000Z"],
): HttpRequest {
  return { method: "GET", target: "/b/k?b=1&a", rawHeaders: ["Host", "h", "Authorization", authorization, ...more] };
}

function queryRequest(changed: Record<string, string | undefined> = {}, rawHeaders = ["Host", "h"]): HttpRequest {
  const query = Object.entries({ ...PARAMETERS, ...changed })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`);
  return { method: "GET", target: `/b/k?${query.join("&")}`, rawHeaders };
}

const SIGNED = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  scope: { date: "20130524", region: "us-east-1", service: "s3" },
  signature: SIGNATURE,
  amzDate: "20130524T000000Z",
  amzDateMs: Date.UTC(2013, 4, 24),
};

describe("Authorization header", () => {
  test.each([
    ["commas with a space", COMPONENTS],
    ["commas alone", COMPONENTS.replaceAll(", ", ",")],
    ["blanks around", `  ${COMPONENTS.replaceAll(", ", " ,  ")} `],
    ["another order", COMPONENTS.split(", ").reverse().join(", ")],
  ])("with %s", (_, components) => {
    expect(claim(headerRequest(`AWS4-HMAC-SHA256 ${components}`), "s3")).toEqual({
      kind: "header",
      ...SIGNED,
      signedHeaders: ["host", "x-amz-date"],
      token: undefined,
      payloadHash: undefined,
      canonicalQuery: "a=&b=1",
    });
  });

  test("with token and payload hash", () => {
    const more = [
      "X-Amz-Date",
      "20130524T000000Z",
      "X-Amz-Security-Token",
      "T",
      "X-Amz-Content-SHA256",
      "UNSIGNED-PAYLOAD",
    ];
    expect(claim(headerRequest(AUTHORIZATION, more), "s3")).toMatchObject({
      token: "T",
      payloadHash: "UNSIGNED-PAYLOAD",
    });
  });

  test.each([
    [["date", "Fri, 24 May 2013 00:00:00 GMT"]],
    [["date", "20130524T000000Z"]],
    [["date", "nonsense", "x-amz-date", "20130524T000000Z"]],
  ])("dated by %j", (more) => {
    expect(claim(headerRequest(AUTHORIZATION, more), "other")).toMatchObject({ kind: "header", ...SIGNED });
  });

  const scope = (text: string) => AUTHORIZATION.replace(CREDENTIAL, text);
  const headers = (text: string) => AUTHORIZATION.replace("host;x-amz-date", text);
  test.each([
    ["AWS AKIAIOSFODNN7EXAMPLE:c2ln", { reason: "signature-v2" }],
    [AUTHORIZATION.replace("HMAC", "ECDSA-P256"), { reason: "signature-v4a" }],
    ["Bearer x", { reason: "unsupported-scheme" }],
    ["", { reason: "unsupported-scheme" }],
    [AUTHORIZATION.toLowerCase(), { reason: "unsupported-scheme" }],
    ["AWS4-HMAC-SHA256", { reason: "missing-components", names: ["Credential", "SignedHeaders", "Signature"] }],
    [
      `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}`,
      { reason: "missing-components", names: ["SignedHeaders", "Signature"] },
    ],
    [AUTHORIZATION.replace(SIGNATURE, ""), { reason: "missing-components", names: ["Signature"] }],
    [`${AUTHORIZATION},`, { reason: "malformed-authorization" }],
    [`${AUTHORIZATION}, Signature=${SIGNATURE}`, { reason: "malformed-authorization" }],
    [`${AUTHORIZATION}, Other=1`, { reason: "malformed-authorization" }],
    [AUTHORIZATION.replace("SignedHeaders", "signedheaders"), { reason: "malformed-authorization" }],
    [AUTHORIZATION.replace("Signature=", "Signature ="), { reason: "malformed-authorization" }],
    [scope("AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/aws4_request"), { reason: "malformed-credential" }],
    [scope(`a/${CREDENTIAL}`), { reason: "malformed-credential" }],
    [scope("AKIAIOSFODNN7EXAMPLE/20130524//s3/aws4_request"), { reason: "malformed-credential" }],
    [scope("AKIA EXAMPLE/20130524/us-east-1/s3/aws4_request"), { reason: "malformed-credential" }],
    [
      scope("AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws5_request"),
      { reason: "wrong-terminal", given: "aws5_request" },
    ],
    [
      scope("AKIAIOSFODNN7EXAMPLE/130524/us-east-1/s3/aws4_request"),
      { reason: "malformed-scope-date", given: "130524" },
    ],
    [
      scope("AKIAIOSFODNN7EXAMPLE/20130525/us-east-1/s3/aws4_request"),
      { reason: "scope-date-differs", scopeDate: "20130525", amzDate: "20130524T000000Z" },
    ],
    [headers("Host;x-amz-date"), { reason: "malformed-signed-headers" }],
    [headers("host;;x-amz-date"), { reason: "malformed-signed-headers" }],
    [headers("host;host"), { reason: "malformed-signed-headers" }],
    [headers("host; x-amz-date"), { reason: "malformed-signed-headers" }],
  ])("%s", (authorization, fault) => {
    expect(claim(headerRequest(authorization), "s3")).toEqual({ kind: "broken", mechanism: "header", ...fault });
  });

  test.each([
    [[], { reason: "missing-date" }],
    [["x-amz-date", ""], { reason: "malformed-date", given: "" }],
    [["x-amz-date", "2013"], { reason: "malformed-date", given: "2013" }],
    [["x-amz-date", "2013", "date", "20130524T000000Z"], { reason: "malformed-date", given: "2013" }],
    [
      ["x-amz-date", "Fri, 24 May 2013 00:00:00 GMT"],
      { reason: "malformed-date", given: "Fri, 24 May 2013 00:00:00 GMT" },
    ],
    [["date", "24 May 2013"], { reason: "malformed-date", given: "24 May 2013" }],
  ])("dated by %j", (more, fault) => {
    expect(claim(headerRequest(AUTHORIZATION, more), "s3")).toEqual({ kind: "broken", mechanism: "header", ...fault });
  });

  test.each(["Host", "authorization", "X-AMZ-DATE", "x-amz-content-sha256", "x-amz-security-token", "Date"])(
    "%s twice",
    (name) => {
      const request = headerRequest(AUTHORIZATION, [
        "x-amz-date",
        "20130524T000000Z",
        name,
        "",
        name.toLowerCase(),
        "",
      ]);
      expect(claim(request, "s3")).toEqual({
        kind: "broken",
        mechanism: "header",
        reason: "duplicate-header",
        name: name.toLowerCase(),
      });
    },
  );
});

describe("presigned query", () => {
  const QUERY = {
    kind: "query",
    ...SIGNED,
    signedHeaders: ["host", "x-amz-meta-a"],
    expiresSeconds: 3600,
    token: undefined,
    payloadHash: "UNSIGNED-PAYLOAD",
  };

  test("is read, and signed without its signature", () => {
    const { "X-Amz-Signature": _, ...signed } = PARAMETERS;
    const canonicalQuery = Object.entries(signed)
      .map(([name, value]) => `${name}=${value}`)
      .join("&");
    expect(claim(queryRequest(), "s3")).toEqual({ ...QUERY, canonicalQuery });
    expect(claim(queryRequest({ "X-Amz-SignedHeaders": "host;x-amz-meta-a" }), "s3")).toEqual({
      ...QUERY,
      canonicalQuery,
    });
  });

  test.each([
    [{ "X-Amz-Security-Token": "a%2Bb%2F%3D" }, ["Host", "h"], { token: "a+b/=" }],
    [{}, ["Host", "h", "x-amz-security-token", "T"], { token: "T" }],
    [{ "X-Amz-Content-Sha256": "abc" }, ["Host", "h"], { payloadHash: "abc" }],
    [{ "x-amz-content-sha256": "abc" }, ["Host", "h", "x-amz-content-sha256", "d"], { payloadHash: "abc" }],
    [{}, ["Host", "h", "x-amz-content-sha256", "d"], { payloadHash: "UNSIGNED-PAYLOAD" }],
    [{ "X-Amz-SignedHeaders": "host;x-amz-content-sha256" }, ["x-amz-content-sha256", "d"], { payloadHash: "d" }],
    [{ "X-Amz-Expires": "604800" }, [], { expiresSeconds: 604800 }],
    [{ "X-Amz-Expires": "1" }, [], { expiresSeconds: 1 }],
  ])("with %j and the headers %j", (changed, rawHeaders, expected) => {
    expect(claim(queryRequest(changed, rawHeaders), "s3")).toMatchObject({
      ...QUERY,
      signedHeaders: expect.anything(),
      ...expected,
    });
  });

  test.each([undefined, "60", "604800"])("of another service is good for 15 minutes, X-Amz-Expires %s", (given) => {
    expect(claim(queryRequest({ "X-Amz-Expires": given }), "other")).toMatchObject({
      kind: "query",
      expiresSeconds: 900,
      payloadHash: undefined,
    });
  });

  test("of another service with an empty X-Amz-Expires is broken", () => {
    expect(claim(queryRequest({ "X-Amz-Expires": "" }), "other")).toMatchObject({ reason: "expires-not-a-number" });
  });

  test.each<[Record<string, string | undefined>, object]>([
    ...Object.keys(PARAMETERS).map((name): [Record<string, undefined>, object] => [
      { [name]: undefined },
      { reason: "missing-parameters", names: [name] },
    ]),
    [{ "X-Amz-Date": "" }, { reason: "missing-parameters", names: ["X-Amz-Date"] }],
    [{ "X-Amz-Algorithm": "AWS4-ECDSA-P256-SHA256" }, { reason: "signature-v4a" }],
    [{ "X-Amz-Algorithm": "SHA1" }, { reason: "unsupported-algorithm", given: "SHA1" }],
    [{ "X-Amz-Credential": "a/b" }, { reason: "malformed-credential" }],
    [{ "X-Amz-Date": "x" }, { reason: "malformed-date", given: "x" }],
    [{ "X-Amz-Expires": "1h" }, { reason: "expires-not-a-number", given: "1h" }],
    [{ "X-Amz-Expires": "1.5" }, { reason: "expires-not-a-number", given: "1.5" }],
    [{ "X-Amz-Expires": "-1" }, { reason: "expires-not-positive", given: "-1" }],
    [{ "X-Amz-Expires": "0" }, { reason: "expires-not-positive", given: "0" }],
    [{ "X-Amz-Expires": "604801" }, { reason: "expires-too-long", given: "604801" }],
    [{ "X-Amz-SignedHeaders": "Host" }, { reason: "malformed-signed-headers" }],
    [{ "x-amz-date": "20130524T000000Z" }, { reason: "duplicate-parameter", name: "x-amz-date" }],
    [
      { "X-Amz-Date": undefined, "x-amz-date": "x" },
      { reason: "misspelled-parameter", name: "x-amz-date" },
    ],
    [{ "X-%41mz-Date": "20130524T000000Z" }, { reason: "duplicate-parameter", name: "X-Amz-Date" }],
    [
      { "X-Amz-Acl": "private", "x-amz-acl": "private" },
      { reason: "duplicate-parameter", name: "x-amz-acl" },
    ],
    [{ prefix: "a&prefix=b" }, { reason: "duplicate-parameter", name: "prefix" }],
    [{ Signature: "x" }, { reason: "two-mechanisms" }],
    [{ "X-Amz-Signature": "%FF" }, { reason: "malformed-target" }],
  ])("%j", (changed, fault) => {
    expect(claim(queryRequest(changed), "s3")).toMatchObject({ kind: "broken", ...fault });
  });

  test.each([
    [queryRequest({ "X-Amz-Security-Token": "T" }, ["x-amz-security-token", "T"]), { reason: "two-tokens" }],
    [
      queryRequest({ "X-Amz-Content-Sha256": "a", "X-Amz-SignedHeaders": "host;x-amz-content-sha256" }, [
        "x-amz-content-sha256",
        "b",
      ]),
      { reason: "two-payload-hashes" },
    ],
    [queryRequest({}, ["authorization", AUTHORIZATION]), { reason: "two-mechanisms" }],
    [queryRequest({}, ["authorization", ""]), { reason: "two-mechanisms" }],
  ])("contradicted by the headers: %j", (request, fault) => {
    expect(claim(request, "s3")).toMatchObject({ kind: "broken", ...fault });
  });
});

describe("neither", () => {
  const get = (target: string): HttpRequest => ({ method: "GET", target, rawHeaders: ["Host", "h"] });

  test.each(["/", "/b/k", "/b?prefix=a&x-amz-acl=private", "/b/%zz"])("%s is unsigned", (target) => {
    expect(claim(get(target), "s3")).toEqual({ kind: "none" });
  });

  test.each([
    ["*", { mechanism: "none", reason: "malformed-target" }],
    ["http://h/b/k", { mechanism: "none", reason: "malformed-target" }],
    ["/b?a=%zz", { mechanism: "none", reason: "malformed-target" }],
    ["/b?a=1&a=2", { mechanism: "query", reason: "duplicate-parameter", name: "a" }],
    ["/b?X-Amz-Security-Token=T", { mechanism: "query", reason: "missing-parameters" }],
    [
      "/b/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1141889120&Signature=x",
      { mechanism: "query", reason: "signature-v2" },
    ],
    [
      "/b/k?AWSAccessKeyId=ASIAEXAMPLE&Signature=x&x-amz-security-token=T&Expires=1141889120",
      { mechanism: "query", reason: "signature-v2" },
    ],
    ["/b/k?x-amz-security-token=T", { mechanism: "query", reason: "misspelled-parameter" }],
  ])("%s", (target, fault) => {
    expect(claim(get(target), "s3")).toMatchObject({ kind: "broken", ...fault });
  });
});

test.each([
  ["UNSIGNED-PAYLOAD", "unsigned"],
  ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sha256"],
  ["E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", undefined],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "signed"],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "signed-trailer"],
  ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", "unsigned-trailer"],
  ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "signature-v4a"],
  ["unsigned-payload", undefined],
  ["constructor", undefined],
  ["", undefined],
])("x-amz-content-sha256: %s", (value, mode) => {
  expect(payloadMode(value)).toBe(mode);
});
