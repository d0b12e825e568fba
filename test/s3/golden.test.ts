// Golden errors of S3: one readable file each. Its first line says where the answer is known from; then stand the request
// and the answer, which must come out as they are, byte for byte. Time and randomness are fixed; `GOLDEN=write` writes
// the answers anew.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { seededEntropy } from "@rolemint/host/entropy";
import { type Ask, allow, openTestGate, type Signer, type TestGate } from "../support/gate.ts";

const FOLDER = join(import.meta.dirname, "..", "golden", "s3");
const START = Date.parse("2026-11-23T05:30:00Z");
const HOST = "s3.us-east-1.amazonaws.com";

const ERRORS = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html";
const TROUBLE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html";
const RECORDED = "code, text and members in localstack/localstack tests/aws/services/s3/*.snapshot.json";
const VERSITY = "versity/versitygw s3err/*.go, modelled on answers of AWS";

interface Case {
  readonly source: string;
  readonly ask: (t: TestGate, reader: Signer) => Ask;
}
const get = { target: "/demo-bucket/key" };
const put = { method: "PUT", target: "/demo-bucket/key", body: "hello" };
const wrong = (signer: Signer): Signer => ({ ...signer, secretAccessKey: "wrongSecretEXAMPLE" });
const presigned = (t: TestGate, age: number, more: object = {}) => ({
  target: t.presign({ ...get, host: HOST, timeMs: START - age, expiresSeconds: 60, ...more }),
  signer: undefined,
});

const cases: Record<string, Case> = {
  "AccessDenied-anonymous": { source: `documented: ${ERRORS}`, ask: () => ({ ...get, signer: undefined }) },
  "AccessDenied-explicit": {
    source: `documented: ${TROUBLE}`,
    ask: (_, signer) => ({ target: "/demo-bucket/denied", signer }),
  },
  "AccessDenied-expired": { source: `derived: ${VERSITY}`, ask: (t) => presigned(t, 61_000) },
  "AccessDenied-implicit": { source: `documented: ${TROUBLE}`, ask: (_, signer) => ({ ...put, signer }) },
  "AccessDenied-no-bucket-policy": {
    source: `documented: ${TROUBLE}`,
    ask: (t) => ({ target: "/foreign-bucket/key", signer: t.session("guest", [allow("s3:*")]) }),
  },
  "AccessDenied-not-signed": {
    source: `recorded: ${RECORDED}`,
    ask: (t) => ({ ...presigned(t, 0), headers: ["x-amz-acl", "private", "x-amz-meta-a", "b"] }),
  },
  "AccessForbidden-cors": {
    source: `recorded: ${RECORDED}`,
    ask: () => ({
      method: "OPTIONS",
      target: "/demo-bucket/key",
      headers: ["Origin", "http://a", "Access-Control-Request-Method", "PUT"],
      signer: undefined,
    }),
  },
  "AuthorizationHeaderMalformed-region": {
    source: `recorded: ${RECORDED}`,
    ask: () => ({ ...get, region: "eu-west-1" }),
  },
  "AuthorizationQueryParametersError-expires": {
    source: `derived: ${VERSITY}`,
    ask: (t) => presigned(t, 0, { expiresSeconds: 604_801 }),
  },
  BadDigest: {
    source: `recorded: ${RECORDED}`,
    ask: () => ({ ...put, headers: ["Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="] }),
  },
  "BadDigest-checksum": {
    source: "derived: the texts are those that clients of AWS quote",
    ask: () => ({ ...put, headers: ["x-amz-checksum-crc32", "AAAAAA=="] }),
  },
  BucketAlreadyExists: { source: `documented: ${ERRORS}`, ask: () => ({ method: "PUT", target: "/foreign-bucket" }) },
  BucketNotEmpty: { source: `documented: ${ERRORS}`, ask: () => ({ method: "DELETE", target: "/demo-bucket" }) },
  EntityTooLarge: {
    source: `recorded: ${RECORDED}`,
    ask: () => ({
      method: "PUT",
      target: "/demo-bucket/key",
      headers: ["Content-Length", "5368709121", "Expect", "100-continue"],
    }),
  },
  ExpiredToken: {
    source: "derived: samples in public issues",
    ask: (t) => ({ ...get, signer: t.session("expired", [], { seconds: 0 }) }),
  },
  IllegalLocationConstraintException: {
    source: "derived: the texts are those that clients of AWS quote",
    ask: () => ({
      method: "PUT",
      target: "/new-bucket",
      body: "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
    }),
  },
  InvalidAccessKeyId: {
    source: `recorded: ${RECORDED}`,
    ask: () => ({ ...get, signer: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secretEXAMPLE" } }),
  },
  "InvalidArgument-two-mechanisms": {
    source: "derived: the text is well known, its members are not recorded",
    ask: (t) => ({ ...presigned(t, 0), signer: t.root }),
  },
  InvalidBucketName: { source: `documented: ${ERRORS}`, ask: () => ({ method: "PUT", target: "/xn--bucket" }) },
  InvalidDigest: { source: `documented: ${ERRORS}`, ask: () => ({ ...put, headers: ["Content-MD5", "none"] }) },
  InvalidRange: { source: `documented: ${ERRORS}`, ask: () => ({ ...get, headers: ["Range", "bytes=9-"] }) },
  InvalidToken: {
    source: "derived: samples in public issues",
    ask: (t) => ({ ...get, signer: { ...t.session("guest", []), sessionToken: "tokenEXAMPLE" } }),
  },
  InvalidURI: { source: `documented: ${ERRORS}`, ask: () => ({ target: "/demo-bucket/%ff", signer: undefined }) },
  KeyTooLongError: { source: `recorded: ${RECORDED}`, ask: () => ({ target: `/demo-bucket/${"a".repeat(1025)}` }) },
  MalformedPolicy: {
    source: `derived: ${VERSITY}`,
    ask: () => ({ method: "PUT", target: "/demo-bucket?policy", body: "{}" }),
  },
  MalformedXML: {
    source: `documented: ${ERRORS}`,
    ask: () => ({
      method: "POST",
      target: "/demo-bucket?delete",
      headers: ["Content-MD5", "uPmMQs0FWcLv+9bmpnh8Dg=="],
      body: "<Delete>",
    }),
  },
  MethodNotAllowed: { source: `documented: ${ERRORS}`, ask: () => ({ method: "POST", target: "/demo-bucket/key" }) },
  MissingContentLength: {
    source: `documented: ${ERRORS}`,
    ask: () => ({
      method: "PUT",
      target: "/demo-bucket/key",
      headers: ["Transfer-Encoding", "chunked"],
      body: "0\r\n\r\n",
    }),
  },
  NoSuchBucket: { source: `recorded: ${RECORDED}`, ask: () => ({ target: "/no-such-bucket/key" }) },
  NoSuchBucketPolicy: { source: `recorded: ${RECORDED}`, ask: () => ({ target: "/demo-bucket?policy" }) },
  NoSuchKey: { source: `recorded: ${RECORDED}`, ask: () => ({ target: "/demo-bucket/a<b&c".replace("<", "%3C") }) },
  NoSuchUpload: { source: `recorded: ${RECORDED}`, ask: () => ({ target: "/demo-bucket/key?uploadId=gone" }) },
  "NotImplemented-header": {
    source: `recorded: ${RECORDED}`,
    ask: () => ({ ...put, headers: ["x-amz-server-side-encryption", "aws:kms"] }),
  },
  "NotImplemented-if-none-match": {
    source: `recorded: ${RECORDED}`,
    ask: () => ({ ...put, headers: ["If-None-Match", '"x"'] }),
  },
  "NotImplemented-operation": {
    source: "derived: our own wording",
    ask: () => ({ target: "/demo-bucket?versioning" }),
  },
  PreconditionFailed: { source: `recorded: ${RECORDED}`, ask: () => ({ ...get, headers: ["If-Match", '"x"'] }) },
  RequestTimeTooSkewed: {
    source: "derived: a sample of AWS",
    ask: () => ({ ...get, timeMs: START - 15 * 60_000 - 1000 }),
  },
  SignatureDoesNotMatch: { source: `recorded: ${RECORDED}`, ask: (t) => ({ ...get, signer: wrong(t.root) }) },
  XAmzContentSHA256Mismatch: {
    source: "derived: the same text in minio, versitygw, s3proxy, seaweedfs",
    ask: () => ({ ...put, payloadHash: "a".repeat(64) }),
  },
};

let t: TestGate;
let reader: Signer;
beforeAll(async () => {
  t = await openTestGate({ start: START, entropy: seededEntropy("golden") });
  t.bucket("demo-bucket");
  t.bucket("foreign-bucket", { owner: "444455556666" });
  await t.put("demo-bucket", "key");
  reader = t.user("reader", allow("s3:GetObject"), {
    Effect: "Deny",
    Action: "s3:GetObject",
    Resource: "arn:aws:s3:::demo-bucket/denied",
  });
});
afterAll(() => t.close());

/** Key ids end in EXAMPLE, so that nobody takes them for live ones; ids of the exchange are left out. */
function asExample(text: string): string {
  return text
    .replace(/\b((?:AKIA|ASIA)[A-Z2-7]{9})[A-Z2-7]{7}\b/g, "$1EXAMPLE")
    .replace(/(x-amz-request-id: |<RequestId>)[A-Z2-7]{16}/g, "$1REQUESTIDEXAMPLE")
    .replace(/(x-amz-id-2: |<HostId>)[A-Za-z0-9+/=]{60,}/g, "$1hostIdEXAMPLE")
    .replace(/<Token-0>[^<]{100,}</g, "<Token-0>tokenEXAMPLE<")
    .replace(/(X-Amz-Signature=)[0-9a-f]{64}/g, "$1signatureEXAMPLE");
}

const shownRequest = ({ method = "GET", target, headers = [], body = "" }: Ask) => {
  const lines = headers.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\n`)).join("");
  return `${method} ${target.length > 300 ? `${target.slice(0, 300)}…` : target}\n${lines}${body === "" ? "" : `\n${body}\n`}`;
};

test.each(Object.entries(cases))("%s", async (name, { source, ask }) => {
  const asked = ask(t, reader);
  const answer = await t.ask({ host: HOST, ...asked });
  const now = `${source}\n\n${asExample(`${shownRequest(asked)}\n${answer.raw.replaceAll("\r\n", "\n")}`)}\n`;
  const file = join(FOLDER, `${name}.txt`);
  if (process.env.GOLDEN === "write") writeFileSync(file, now);
  expect(now).toBe(readFileSync(file, "utf8"));
});

test("no file is left over", () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));
  expect(files.map((name) => name.slice(0, -".txt".length)).sort()).toEqual(Object.keys(cases).sort());
});
