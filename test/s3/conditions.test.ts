// What conditions can see of a request: for each key one that holds, one that does not, and one where the key is absent.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Ask, allow, openTestGate, type TestGate, UNSIGNED_PAYLOAD } from "../support/gate.ts";

let t: TestGate;
let count = 0;
beforeAll(async () => {
  t = await openTestGate();
  t.bucket("cond-bucket");
  await t.put("cond-bucket", "key");
  await t.put("cond-bucket", "source");
});
afterAll(() => t.close());

const put = (headers: string[] = []): Ask => ({ method: "PUT", target: "/cond-bucket/new", body: "x", headers });
const list = (query = ""): Ask => ({ target: `/cond-bucket?list-type=2${query}` });
const copy = (headers: string[] = []): Ask => ({
  method: "PUT",
  target: "/cond-bucket/copy",
  headers: ["x-amz-copy-source", "/cond-bucket/source", ...headers],
});
const get: Ask = { target: "/cond-bucket/key" };
const make = (location?: string): Ask => ({
  method: "PUT",
  target: `/cond-made-${++count}`,
  ...(location && {
    body: `<CreateBucketConfiguration><LocationConstraint>${location}</LocationConstraint></CreateBucketConfiguration>`,
  }),
});

type Condition = Record<string, Record<string, string | string[]>>;
/** `yes`: let through by policy, whatever comes then; `no`: refused by it. */
const cases: [string, Condition, Ask, "yes" | "no"][] = [
  ["a prefix", { StringEquals: { "s3:prefix": "a/" } }, list("&prefix=a%2F"), "yes"],
  ["another prefix", { StringEquals: { "s3:prefix": "a/" } }, list("&prefix=b"), "no"],
  ["no prefix", { StringEquals: { "s3:prefix": "a/" } }, list(), "no"],
  ["no prefix, if exists", { StringEqualsIfExists: { "s3:prefix": "a/" } }, list(), "yes"],
  ["an empty prefix", { StringEquals: { "s3:prefix": "" } }, list("&prefix="), "yes"],
  ["a delimiter", { StringEquals: { "s3:delimiter": "/" } }, list("&delimiter=/"), "yes"],
  ["few keys", { NumericLessThanEquals: { "s3:max-keys": "10" } }, list("&max-keys=10"), "yes"],
  ["many keys", { NumericLessThanEquals: { "s3:max-keys": "10" } }, list("&max-keys=11"), "no"],
  ["all keys", { NumericLessThanEquals: { "s3:max-keys": "10" } }, list(), "no"],
  ["an ACL", { StringEquals: { "s3:x-amz-acl": "private" } }, put(["x-amz-acl", "private"]), "yes"],
  ["no ACL", { StringEquals: { "s3:x-amz-acl": "private" } }, put(), "no"],
  [
    "encryption",
    { StringEquals: { "s3:x-amz-server-side-encryption": "AES256" } },
    put(["x-amz-server-side-encryption", "AES256"]),
    "yes",
  ],
  ["no encryption", { Null: { "s3:x-amz-server-side-encryption": "false" } }, put(), "no"],
  [
    "a storage class",
    { StringEquals: { "s3:x-amz-storage-class": "STANDARD" } },
    put(["x-amz-storage-class", "STANDARD"]),
    "yes",
  ],
  ["If-None-Match", { Null: { "s3:if-none-match": "false" } }, put(["If-None-Match", "*"]), "yes"],
  ["no If-None-Match", { Null: { "s3:if-none-match": "false" } }, put(), "no"],
  ["a put that creates", { Bool: { "s3:ObjectCreationOperation": "true" } }, put(), "yes"],
  [
    "an upload that does not",
    { Bool: { "s3:ObjectCreationOperation": "true" } },
    { method: "POST", target: "/cond-bucket/new?uploads" },
    "no",
  ],
  ["a tag", { StringEquals: { "s3:RequestObjectTag/team": "a b" } }, put(["x-amz-tagging", "team=a+b"]), "yes"],
  [
    "tag keys",
    { "ForAllValues:StringEquals": { "s3:RequestObjectTagKeys": ["team"] } },
    put(["x-amz-tagging", "team=a&role=b"]),
    "no",
  ],
  ["a copy's source", { StringEquals: { "s3:x-amz-copy-source": "cond-bucket/source" } }, copy(), "yes"],
  ["another copy's source", { StringLike: { "s3:x-amz-copy-source": "other/*" } }, copy(), "no"],
  [
    "a metadata directive",
    { StringEquals: { "s3:x-amz-metadata-directive": "REPLACE" } },
    copy(["x-amz-metadata-directive", "REPLACE"]),
    "yes",
  ],
  ["a location", { StringEquals: { "s3:locationconstraint": "eu-west-1" } }, make("eu-west-1"), "yes"],
  ["no location", { StringEquals: { "s3:locationconstraint": "eu-west-1" } }, make(), "no"],
  ["a header signature", { StringEquals: { "s3:authType": "REST-HEADER" } }, get, "yes"],
  ["a version of signature", { StringEquals: { "s3:signatureversion": "AWS4-HMAC-SHA256" } }, get, "yes"],
  ["no age of a header", { NumericLessThan: { "s3:signatureAge": "600000" } }, get, "no"],
  [
    "an unsigned payload",
    { StringEquals: { "s3:x-amz-content-sha256": UNSIGNED_PAYLOAD } },
    { ...put(), payloadHash: UNSIGNED_PAYLOAD },
    "yes",
  ],
  ["a signed payload", { StringEquals: { "s3:x-amz-content-sha256": UNSIGNED_PAYLOAD } }, put(), "no"],
  [
    "the bucket's account",
    { StringEquals: { "s3:ResourceAccount": "111122223333", "aws:ResourceAccount": "111122223333" } },
    get,
    "yes",
  ],
  ["no TLS", { Bool: { "aws:SecureTransport": "true" } }, get, "no"],
  ["no TLS version", { Null: { "s3:TlsVersion": "true" } }, get, "yes"],
  ["the address", { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } }, get, "yes"],
  [
    "the user agent",
    { StringLike: { "aws:UserAgent": "curl/*" } },
    { ...get, headers: ["User-Agent", "curl/8"] },
    "yes",
  ],
  [
    "the referer",
    { StringLike: { "aws:Referer": "http://a/*" } },
    { ...get, headers: ["Referer", "http://a/b"] },
    "yes",
  ],
  ["no referer", { StringLike: { "aws:Referer": "*" } }, get, "no"],
  [
    "the instance",
    { StringLike: { "ec2:SourceInstanceARN": "arn:aws:ec2:us-east-1:111122223333:instance/i-*" } },
    get,
    "yes",
  ],
  ["the delivery", { NumericLessThan: { "ec2:RoleDelivery": "2.0" } }, get, "no"],
];

test.each(cases)("%s: %j", async (_, Condition, ask, verdict) => {
  const all = ["arn:aws:s3:::cond-*", "arn:aws:s3:::cond-*/*"];
  const sources = ["arn:aws:s3:::cond-bucket/source"];
  const statements = [
    allow("s3:*", all, { Condition }),
    allow(["s3:GetObject"], sources),
    allow("s3:PutObjectTagging"),
  ];
  const signer = t.session(`cond-${++count}`, statements, { instance: true });
  const answer = await t.ask({ ...ask, signer });
  expect(answer.code === "AccessDenied" ? "no" : "yes").toBe(verdict);
});

describe("a presigned URL", () => {
  test("has an age and a type of its own", async () => {
    const young = {
      NumericLessThan: { "s3:signatureAge": "60000" },
      StringEquals: { "s3:authType": "REST-QUERY-STRING" },
    };
    const signer = t.session("presigns", [allow("s3:GetObject", "*", { Condition: young })]);
    const url = (age: number) => t.presign({ ...get, signer, timeMs: t.now() - age });
    expect((await t.ask({ target: url(30_000), signer: undefined })).status).toBe(200);
    expect((await t.ask({ target: url(90_000), signer: undefined })).status).toBe(403);
    expect((await t.ask({ target: url(-60_000), signer: undefined })).status).toBe(200);
  });
});

describe("tags of the caller", () => {
  test("stand in resources, and mean themselves", async () => {
    const own = allow("s3:GetObject", `arn:aws:s3:::cond-bucket/${"$"}{aws:PrincipalTag/home}/*`);
    for (const [home, key, status] of [
      ["a", "a/file", 200],
      ["a", "b/file", 403],
      ["*", "a/file", 403],
      ["*", "*/file", 200],
      ["$", "$/file", 200],
    ] as const) {
      await t.put("cond-bucket", key);
      const signer = t.session(`tagged-${++count}`, [own], { tags: [{ Key: "home", Value: home }] });
      expect((await t.ask({ target: `/cond-bucket/${encodeURI(key)}`, signer })).status).toBe(status);
    }
  });
});
