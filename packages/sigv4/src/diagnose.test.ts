// Wrong signatures and their cause: requests are signed by hand with one mistake or two, and the cause must come out;
// where there is none of the known ones, nothing is said.
import { createHmac, hash } from "node:crypto";
import { expect, test } from "@jest/globals";
import type { HttpRequest } from "@rolemint/wire/http";
import { claim, type SignedClaim } from "./claim.ts";
import { diagnose } from "./diagnose.ts";
import { deriveSigningKey } from "./key.ts";
import { EMPTY_SHA256 } from "./payload.ts";
import { presignRequest, signRequest } from "./sign.ts";
import type { VerifyOptions } from "./verify.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE/TOKEN+/=";
const TIME = Date.UTC(2026, 10, 23, 5, 30);
const AMZ_DATE = "20261123T053000Z";
const SCOPE = { date: "20261123", region: "us-east-1", service: "s3" };

interface Wrong {
  readonly method?: string;
  readonly target?: string;
  readonly path?: string;
  readonly query?: string;
  readonly lines?: string;
  readonly names?: string;
  readonly payload?: string;
  readonly secret?: string;
  readonly keyScope?: typeof SCOPE;
  readonly service?: "s3" | "sts";
  readonly headers?: readonly string[];
  readonly prefix?: string;
  readonly capital?: boolean;
}

const HEADERS = ["Host", "gate:4566", "x-amz-content-sha256", EMPTY_SHA256, "x-amz-date", AMZ_DATE];
const NAMES = "host;x-amz-content-sha256;x-amz-date";
const LINES = `host:gate:4566\nx-amz-content-sha256:${EMPTY_SHA256}\nx-amz-date:${AMZ_DATE}\n`;

/** A request whose signature is over what `wrong` says instead of what it should be over. */
function signedWrongly(wrong: Wrong): HttpRequest {
  const { method = "GET", target = "/demo/a%20b", names = NAMES, lines = LINES, secret = SECRET } = wrong;
  const scope = { ...SCOPE, service: wrong.service ?? "s3" };
  const canonical = [
    wrong.method ?? method,
    wrong.path ?? "/demo/a%20b",
    wrong.query ?? "",
    lines,
    names,
    wrong.payload ?? EMPTY_SHA256,
  ].join("\n");
  const terms = `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${AMZ_DATE}\n${terms}\n${hash("sha256", canonical)}`;
  const key = keyOf(secret, wrong.keyScope ?? scope, wrong.prefix ?? "AWS4");
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const shown = wrong.capital ? signature.toUpperCase() : signature;
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/${terms}, SignedHeaders=${names}, Signature=${shown}`;
  const rawHeaders = [...(wrong.headers ?? HEADERS), "authorization", authorization];
  return { method: "GET", target, rawHeaders };
}

function keyOf(secret: string, scope: typeof SCOPE, prefix: string): Buffer {
  const parts = [scope.date, scope.region, scope.service, "aws4_request"];
  return parts.reduce(
    (key: Buffer, part) => createHmac("sha256", key).update(part).digest(),
    Buffer.from(prefix + secret),
  );
}

function causeOf(request: HttpRequest, body: VerifyOptions = { flavour: "s3" }, suspects = SUSPECTS) {
  const claimed = claim(request, body.flavour) as SignedClaim;
  expect(claimed).toMatchObject({ signature: expect.any(String) });
  return diagnose(request, claimed, {
    body,
    secretAccessKey: SECRET,
    suspects,
    regions: ["eu-west-1"],
    services: ["sts", "execute-api"],
  });
}

const SUSPECTS = [{ secretAccessKey: "an/older/secretEXAMPLE", what: "the secret of generation 3" }];

test.each<[text: string | RegExp, wrong: Wrong]>([
  ["the path was encoded twice", { path: "/demo/a%2520b" }],
  ["the path was not encoded", { path: "/demo/a b" }],
  ["the path was signed with another slash at its end", { path: "/demo/a%20b/" }],
  ["the bucket's name was left out of the path", { path: "/a%20b" }],
  ["the path was signed as /", { path: "/" }],
  [/normalised/, { target: "/demo//x/../b", path: "/demo/b" }],
  ["the host was signed without its port", { lines: LINES.replace("gate:4566", "gate") }],
  [/for the host s3\.us-east-1\.amazonaws\.com/, { lines: LINES.replace("gate:4566", "s3.us-east-1.amazonaws.com") }],
  ["the query's parameters were not sorted", { target: "/demo/a%20b?b=1&a=2", query: "b=1&a=2" }],
  ["slashes in the query were not encoded", { target: "/demo/a%20b?prefix=x%2Fy", query: "prefix=x/y" }],
  ["blanks in the query were signed as +", { target: "/demo/a%20b?p=x%20y", query: "p=x+y" }],
  ["parameters without a value were signed without =", { target: "/demo/a%20b?uploads", query: "uploads" }],
  ["the payload was signed as UNSIGNED-PAYLOAD", { payload: "UNSIGNED-PAYLOAD" }],
  [/signed for the method PUT, and sent as GET/, { method: "PUT" }],
  [/key was made for the region eu-west-1/, { keyScope: { ...SCOPE, region: "eu-west-1" } }],
  [/key was made for the service sts/, { keyScope: { ...SCOPE, service: "sts" } }],
  [/key was made for the day before/, { keyScope: { ...SCOPE, date: "20261122" } }],
  [/without AWS4 before the secret/, { prefix: "" }],
  ["it was signed with the secret of generation 3", { secret: "an/older/secretEXAMPLE" }],
  [/the right secret with a line break after it/, { secret: `${SECRET}\n` }],
  [/the right secret with its \+ read as a blank/, { secret: SECRET.replace("+", " ") }],
  ["the signature is written in capital letters", { capital: true }],
  [
    "blanks in header values were signed as they were sent",
    {
      headers: [...HEADERS, "x-amz-meta-a", "x   y"],
      names: "host;x-amz-content-sha256;x-amz-date;x-amz-meta-a",
      lines: `${LINES}x-amz-meta-a:x   y\n`,
    },
  ],
])("%s", (text, wrong) => {
  const found = causeOf(signedWrongly(wrong));
  expect(found?.mistakes).toEqual([expect.stringMatching(text)]);
});

test("two mistakes at once are both told, and so is another secret with a mistake", () => {
  const both = { path: "/demo/a%2520b", payload: "UNSIGNED-PAYLOAD" };
  expect(causeOf(signedWrongly(both))?.mistakes).toEqual([
    "the path was encoded twice",
    "the payload was signed as UNSIGNED-PAYLOAD",
  ]);
  const secret = "an/older/secretEXAMPLE";
  expect(causeOf(signedWrongly({ path: "/", secret }))?.mistakes).toEqual([
    "it was signed with the secret of generation 3",
    "the path was signed as /",
  ]);
});

test("the parts that differ are told with both forms", () => {
  const lines = LINES.replace("gate:4566", "gate");
  expect(causeOf(signedWrongly({ lines, path: "/demo/a%2520b" }))?.partings).toEqual([
    { part: "path", expected: "/demo/a%20b", signed: "/demo/a%2520b" },
    { part: "header host", expected: "gate:4566", signed: "gate" },
  ]);
});

test("services other than S3: the body that was signed, and the path", () => {
  const bodyHash = hash("sha256", "Action=GetCallerIdentity");
  const other = { flavour: "other", bodyHash } as const;
  const sts = { service: "sts", target: "/", path: "/" } as const;
  expect(causeOf(signedWrongly({ ...sts, payload: bodyHash }), other)).toBeUndefined();
  expect(causeOf(signedWrongly(sts), other)?.mistakes).toEqual(["the payload was signed as an empty one"]);
  const encoded = { ...sts, target: "/a%20b", path: "/a%20b", payload: bodyHash };
  expect(causeOf(signedWrongly(encoded), other)?.mistakes).toEqual(["the path was encoded only once"]);
});

test("a token that came into a presigned URL later", () => {
  const signer = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: SECRET, region: "us-east-1", service: "s3" };
  const request = { method: "GET", target: "/demo/a", rawHeaders: ["Host", "gate:4566"] };
  const { target } = presignRequest(request, signer, { timeMs: TIME, expiresSeconds: 60 });
  const later = { ...request, target: `${target}&X-Amz-Security-Token=${encodeURIComponent(TOKEN)}` };
  const found = causeOf(later);
  expect(found?.mistakes).toEqual(["the session token was added to the URL after it had been signed"]);
});

test("a good signature, and one with no known mistake, have no cause", () => {
  const signer = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: SECRET, region: "us-east-1", service: "s3" };
  const request = { method: "GET", target: "/demo/a?x=1", rawHeaders: ["Host", "gate:4566"] };
  const options = { timeMs: TIME, payloadHash: EMPTY_SHA256 };
  expect(causeOf(signRequest(request, signer, options))).toBeUndefined();
  const stranger = signRequest(request, { ...signer, secretAccessKey: "anybody'sEXAMPLE" }, options);
  expect(causeOf(stranger)).toBeUndefined();
});

test("what is told holds no secret and no signature that would be right", () => {
  const request = signedWrongly({ secret: `${SECRET}\n`, path: "/" });
  const told = JSON.stringify(causeOf(request));
  const key = deriveSigningKey(SECRET, SCOPE).export();
  for (const secret of [SECRET, key.toString("hex"), key.toString("base64"), "older"])
    expect(told).not.toContain(secret);
});
