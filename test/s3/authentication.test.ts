// Whose signature is taken, and in which words the others are refused.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Ask, allow, openTestGate, type Signer, type TestGate, UNSIGNED_PAYLOAD } from "../support/gate.ts";

let t: TestGate;
let session: Signer;
beforeAll(async () => {
  t = await openTestGate();
  t.bucket("auth-bucket");
  await t.put("auth-bucket", "key");
  session = t.session("app", [allow("s3:*")]);
});
afterAll(() => t.close());

const target = "/auth-bucket/key";
const message = (text: string) =>
  /<Message>([^<]*)/.exec(text)?.[1]?.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">");

describe("keys and tokens", () => {
  const cases: [string, () => Signer, number, string][] = [
    ["a session", () => session, 200, ""],
    ["a user's key", () => t.user("reader", allow("s3:*")), 200, ""],
    ["root's key", () => t.root, 200, ""],
    [
      "an unknown key",
      () => ({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" }),
      403,
      "InvalidAccessKeyId",
    ],
    [
      "a session without its token",
      () => ({ ...session, sessionToken: undefined as never }),
      403,
      "InvalidAccessKeyId",
    ],
    [
      "a session with another's token",
      () => ({ ...session, sessionToken: t.session("other", []).sessionToken! }),
      400,
      "InvalidToken",
    ],
    [
      "a session with a changed token",
      () => ({ ...session, sessionToken: `A${session.sessionToken!.slice(1)}` }),
      400,
      "InvalidToken",
    ],
    ["a session with no token at all", () => ({ ...session, sessionToken: "" }), 403, "InvalidAccessKeyId"],
    ["a user's key with a token", () => ({ ...t.root, sessionToken: session.sessionToken! }), 400, "InvalidToken"],
    ["a wrong secret", () => ({ ...session, secretAccessKey: "wrongEXAMPLE" }), 403, "SignatureDoesNotMatch"],
  ];
  test.each(cases)("%s, in the header", async (_, signer, status, code) => {
    const answer = await t.ask({ target, signer: signer() });
    expect([answer.status, answer.code ?? ""]).toEqual([status, code]);
  });
  test.each(cases)("%s, in a presigned URL", async (_, signer, status, code) => {
    const answer = await t.ask({ target: t.presign({ target, signer: signer() }), signer: undefined });
    expect([answer.status, answer.code ?? ""]).toEqual([status, code]);
  });

  test("an inactive key is none", async () => {
    const key = t.user("off", allow("s3:*"));
    const row = t.world.tables.accessKeys.get(key.accessKeyId)!;
    expect((await t.ask({ target, signer: key })).status).toBe(200);
    t.world.change(() => t.world.tables.accessKeys.put({ ...row, status: "Inactive" }));
    expect((await t.ask({ target, signer: key })).code).toBe("InvalidAccessKeyId");
  });

  test("a session ends when it ends, inside the life of a URL too", async () => {
    const gate = await openTestGate();
    gate.bucket("auth-bucket");
    await gate.put("auth-bucket", "key");
    const short = gate.session("short", [allow("s3:*")], { seconds: 900 });
    const url = gate.presign({ target, signer: short, expiresSeconds: 3600 });
    gate.pass(899_000);
    expect((await gate.ask({ target: url, signer: undefined })).status).toBe(200);
    expect((await gate.ask({ target, signer: short })).status).toBe(200);
    gate.pass(1000);
    const late = await gate.ask({ target: url, signer: undefined });
    expect([late.status, late.code]).toEqual([400, "ExpiredToken"]);
    expect(late.text).toContain(`<Token-0>${short.sessionToken}</Token-0>`);
    expect((await gate.ask({ target, signer: short })).code).toBe("ExpiredToken");
    await gate.close();
  });
});

describe("the clock", () => {
  const MINUTE = 60_000;
  test.each([
    [-15 * MINUTE - 1000, "RequestTimeTooSkewed"],
    [-15 * MINUTE + 1000, undefined],
    [15 * MINUTE - 1000, undefined],
    [15 * MINUTE + 2000, "RequestTimeTooSkewed"],
  ])("a header signed %d ms from now: %s", async (offset, code) => {
    const answer = await t.ask({ target, timeMs: t.now() + offset });
    expect(answer.code).toBe(code);
    if (code)
      expect(answer.text).toMatch(
        /<RequestTime>\d{8}T\d{6}Z<\/RequestTime><ServerTime>[^<]{20}<\/ServerTime><MaxAllowedSkewMilliseconds>900000</,
      );
  });

  test.each([
    [0, "Request has expired", 61_000],
    [0, undefined, 59_000],
    [15 * MINUTE + 2000, "Request is not valid yet", 0],
    [15 * MINUTE - 1000, undefined, 0],
  ])("a URL of a minute signed %d ms from now: %s after %d ms", async (offset, said, age) => {
    const url = t.presign({ target, timeMs: t.now() + offset - age, expiresSeconds: 60 });
    const answer = await t.ask({ target: url, signer: undefined });
    expect([answer.code, message(answer.text)]).toEqual(said ? ["AccessDenied", said] : [undefined, undefined]);
  });

  test("the world's or the host's, unless the world is strict", async () => {
    for (const [strictClock, status] of [
      [false, 200],
      [true, 403],
    ] as const) {
      const gate = await openTestGate({ strictClock });
      gate.bucket("auth-bucket");
      await gate.put("auth-bucket", "key");
      const { world } = gate;
      world.setClock({ at: gate.now(), time: gate.now() + 86_400_000, rate: 1 });
      const byHost = await gate.ask({ target, timeMs: gate.now() });
      expect([byHost.status, byHost.code]).toEqual(status === 200 ? [200, undefined] : [403, "RequestTimeTooSkewed"]);
      expect((await gate.ask({ target, timeMs: world.now() })).status).toBe(200);
      expect(new Date(byHost.headers.date!).getTime()).toBe(Math.floor(world.now() / 1000) * 1000);
      await gate.close();
    }
  });

  test("a moved clock ends sessions that were known", async () => {
    const gate = await openTestGate();
    gate.bucket("auth-bucket");
    await gate.put("auth-bucket", "key");
    const short = gate.session("short", [allow("s3:*")], { seconds: 900 });
    expect((await gate.ask({ target, signer: short })).status).toBe(200);
    gate.world.setClock({ at: gate.now(), time: gate.now() + 3_600_000, rate: 1 });
    expect((await gate.ask({ target, signer: short })).code).toBe("ExpiredToken");
    await gate.close();
  });
});

describe("the scope", () => {
  test("must be the world's region", async () => {
    const answer = await t.ask({ target, region: "eu-west-1" });
    expect([answer.status, answer.code]).toEqual([400, "AuthorizationHeaderMalformed"]);
    expect(message(answer.text)).toBe(
      "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'us-east-1'",
    );
    expect(answer.text).toContain("<Region>us-east-1</Region>");
    const presigned = await t.ask({ target: t.presign({ target, region: "eu-west-1" }), signer: undefined });
    expect([presigned.status, presigned.code]).toEqual([400, "AuthorizationQueryParametersError"]);
    expect(presigned.text).toContain("<Region>us-east-1</Region>");
  });
});

/** The signed request, changed before it is sent. */
async function askChanged(ask: Ask, change: (text: string) => string) {
  const { exchange } = await import("../support/gate.ts");
  return exchange(t.port, Buffer.from(change(t.bytesOf(ask).toString("latin1")), "latin1"), ask.method ?? "GET");
}

describe("broken claims", () => {
  const MALFORMED = "AuthorizationHeaderMalformed";
  const IN_HEADER = "The authorization header is malformed; ";
  const cases: [string, (text: string) => string, number, string, string | undefined][] = [
    [
      "of version 2",
      (text) => text.replace(/AWS4-HMAC-SHA256 Cred.*/, "AWS AKIDEXAMPLE:c2lnbmF0dXJl"),
      400,
      "InvalidRequest",
      "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    ],
    [
      "of version 4A",
      (text) => text.replace("AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 "),
      501,
      "NotImplemented",
      "AWS4-ECDSA-P256-SHA256 is not implemented by rolemint",
    ],
    [
      "of another scheme",
      (text) => text.replace("AWS4-HMAC-SHA256 ", "Bearer "),
      400,
      "InvalidArgument",
      "Unsupported Authorization Type",
    ],
    [
      "without a signature",
      (text) => text.replace(/, Signature=\w+/, ""),
      400,
      MALFORMED,
      `${IN_HEADER}the authorization header requires three components: Credential, SignedHeaders, and Signature.`,
    ],
    [
      "with a credential of three parts",
      (text) => text.replace(/Credential=[^,]+/, "Credential=a/b/c"),
      400,
      MALFORMED,
      `${IN_HEADER}the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`,
    ],
    [
      "for another service",
      (text) => text.replace("/s3/aws4_request", "/sts/aws4_request"),
      400,
      MALFORMED,
      `${IN_HEADER}incorrect service "sts". This endpoint belongs to "s3".`,
    ],
    [
      "with another terminal",
      (text) => text.replace("aws4_request", "aws5_request"),
      400,
      MALFORMED,
      `${IN_HEADER}incorrect terminal "aws5_request". This endpoint uses "aws4_request".`,
    ],
    [
      "with a date that is none",
      (text) => text.replace(/\/\d{8}\//, "/2026/"),
      400,
      MALFORMED,
      `${IN_HEADER}incorrect date format "2026". This date in the credential must be in the format "yyyyMMdd".`,
    ],
    [
      "without a date",
      (text) => text.replace(/x-amz-date: \w+\r\n/, ""),
      403,
      "AccessDenied",
      "AWS authentication requires a valid Date or x-amz-date header",
    ],
    [
      "without a payload hash",
      (text) => text.replace(/x-amz-content-sha256: \w+\r\n/, "").replace("x-amz-content-sha256;", ""),
      400,
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    ],
    [
      "with a payload hash that is none",
      (text) => text.replace(/x-amz-content-sha256: \w+/, "x-amz-content-sha256: nonsense"),
      400,
      "InvalidArgument",
      undefined,
    ],
    [
      "with a header that is not signed",
      (text) => text.replace("\r\n\r\n", "\r\nx-amz-acl: public-read\r\n\r\n"),
      403,
      "AccessDenied",
      "There were headers present in the request which were not signed",
    ],
    [
      "with a token that is not signed",
      (text) => text.replace("\r\n\r\n", "\r\nx-amz-security-token: x\r\n\r\n"),
      400,
      "InvalidToken",
      undefined,
    ],
    [
      "twice",
      (text) => text.replace("\r\n\r\n", "\r\nAuthorization: AWS4-HMAC-SHA256 x\r\n\r\n"),
      400,
      "InvalidArgument",
      "This header may be given only once.",
    ],
    [
      "with two hosts",
      (text) => text.replace("\r\n\r\n", "\r\nHost: other\r\n\r\n"),
      400,
      "InvalidArgument",
      "This header may be given only once.",
    ],
    [
      "for another path",
      (text) => text.replace("/auth-bucket/key", "/auth-bucket/kez"),
      403,
      "SignatureDoesNotMatch",
      undefined,
    ],
    [
      "for another query",
      (text) => text.replace("/auth-bucket/key", "/auth-bucket/key?partNumber=1"),
      403,
      "SignatureDoesNotMatch",
      undefined,
    ],
    [
      "in capitals",
      (text) => text.replace(/Signature=(\w+)/, (_, hex: string) => `Signature=${hex.toUpperCase()}`),
      403,
      "SignatureDoesNotMatch",
      undefined,
    ],
  ];
  test.each(cases)("%s", async (_, change, status, code, said) => {
    const answer = await askChanged({ target }, change);
    expect([answer.status, answer.code]).toEqual([status, code]);
    if (said !== undefined) expect(message(answer.text)).toBe(said);
  });

  const queries: [string, (url: string) => string, string, string | undefined][] = [
    [
      "and a header too",
      (url) => url,
      "InvalidArgument",
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
    ],
    ["without a life", (url) => url.replace(/&X-Amz-Expires=\d+/, ""), "AuthorizationQueryParametersError", undefined],
    [
      "for over a week",
      (url) => url.replace(/Expires=\d+/, "Expires=604801"),
      "AuthorizationQueryParametersError",
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    ],
    [
      "for no time",
      (url) => url.replace(/Expires=\d+/, "Expires=0"),
      "AuthorizationQueryParametersError",
      "X-Amz-Expires must be non-negative",
    ],
    [
      "for some time",
      (url) => url.replace(/Expires=\d+/, "Expires=soon"),
      "AuthorizationQueryParametersError",
      "X-Amz-Expires should be a number",
    ],
    [
      "with another algorithm",
      (url) => url.replace("AWS4-HMAC-SHA256", "AWS4-MD5"),
      "AuthorizationQueryParametersError",
      'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"',
    ],
    [
      "with a date that is none",
      (url) => url.replace(/Date=\w+/, "Date=today"),
      "AuthorizationQueryParametersError",
      "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".replaceAll("'", "'"),
    ],
    [
      "with a broken credential",
      (url) => url.replace(/Credential=[^&]+/, "Credential=a"),
      "AuthorizationQueryParametersError",
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    ],
    [
      "with a parameter twice",
      (url) => `${url}&X-Amz-Expires=1`,
      "InvalidArgument",
      "A query parameter may be given only once.",
    ],
    ["in another case", (url) => url.replace("X-Amz-Date", "x-amz-date"), "InvalidArgument", undefined],
    [
      "with a life that was lengthened",
      (url) => url.replace(/Expires=\d+/, "Expires=901"),
      "SignatureDoesNotMatch",
      undefined,
    ],
    ["with a parameter more", (url) => `${url}&versionId=null`, "SignatureDoesNotMatch", undefined],
  ];
  test.each(queries)("in a presigned URL %s", async (name, change, code, said) => {
    const ask = { target: change(t.presign({ target })) };
    const answer = await t.ask(name === "and a header too" ? ask : { ...ask, signer: undefined });
    expect(answer.code).toBe(code);
    if (said !== undefined) expect(message(answer.text)).toBe(said);
  });

  test.each(["", "&x-amz-security-token=token"])(
    "of version 2 in the query%s is told to be of version 4",
    async (token) => {
      const target = `/time-bucket/key?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=c2ln&Expires=1795411800${token}`;
      const answer = await t.ask({ target, signer: undefined });
      expect([answer.status, answer.code]).toEqual([400, "InvalidRequest"]);
      expect(answer.text).toContain("Please use AWS4-HMAC-SHA256.");
    },
  );

  test("headers of a presigned request must be signed, but for the payload hash", async () => {
    const url = t.presign({ target });
    const answer = await t.ask({ target: url, headers: ["x-amz-request-payer", "requester"], signer: undefined });
    expect(answer.text).toContain("<HeadersNotSigned>x-amz-request-payer</HeadersNotSigned>");
    const tolerated = await t.ask({
      target: url,
      headers: ["x-amz-content-sha256", UNSIGNED_PAYLOAD],
      signer: undefined,
    });
    expect(tolerated.status).toBe(200);
  });
});

describe("a wrong signature", () => {
  test("is answered with what was signed, to compare", async () => {
    const answer = await t.ask({ target, signer: { ...t.root, secretAccessKey: "wrongEXAMPLE" } });
    const member = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1];
    expect(member("AWSAccessKeyId")).toBe(t.root.accessKeyId);
    expect(member("StringToSign")).toMatch(
      /^AWS4-HMAC-SHA256\n\d{8}T\d{6}Z\n\d{8}\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
    );
    expect(member("CanonicalRequest")).toMatch(/^GET\n\/auth-bucket\/key\n\nhost:127/);
    expect(member("StringToSignBytes")).toMatch(/^41 57 53 34( [0-9a-f]{2})+$/);
    expect(member("SignatureProvided")).toMatch(/^[0-9a-f]{64}$/);
  });
});
