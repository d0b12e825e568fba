// Keys of any characters: stored and served, and shown so that what is listed can be parsed.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { allow, openTestGate, type TestGate } from "../support/gate.ts";

let t: TestGate;
beforeAll(async () => {
  t = await openTestGate();
});
afterAll(() => t.close());

test.each([
  ["%09", "\t", "%09"],
  ["%0A", "\n", "%0A"],
  ["%0D", "&#xD;", "%0D"],
  ["%01", "&#x1;", "%01"],
  ["%1F", "&#x1F;", "%1F"],
  ["%7F", "\u007f", "%7F"],
])("a key with %s is shown as %j, and encoded when that is asked for", async (written, shown, encoded) => {
  const bucket = `names-${written.slice(1).toLowerCase()}`;
  t.bucket(bucket);
  const target = `/${bucket}/a${written}b`;
  expect((await t.ask({ method: "PUT", target, body: "hello" })).status).toBe(200);
  expect((await t.ask({ target })).text).toBe("hello");
  for (const list of ["", "?list-type=2", "?list-type=2&encoding-type=url"]) {
    const key = list.includes("url") ? encoded : shown;
    const { text } = await t.ask({ target: `/${bucket}${list}` });
    expect(text).toContain(`<Key>a${key}b</Key>`);
    const grouped = await t.ask({ target: `/${bucket}?prefix=a&delimiter=${written}&${list.slice(1)}` });
    expect(grouped.text).toContain(`<CommonPrefixes><Prefix>a${key}</Prefix></CommonPrefixes>`);
  }
  const missing = await t.ask({ target: `/${bucket}/none${written}` });
  expect([missing.code, missing.text.includes(`<Key>none${shown}</Key>`)]).toEqual(["NoSuchKey", true]);
  const headers = ["x-amz-copy-source", `${bucket}/a${written}b`];
  expect((await t.ask({ method: "PUT", target: `/${bucket}/copy`, headers })).status).toBe(200);
  const reference = `&#${Number.parseInt(written.slice(1), 16)};`;
  const body = `<Delete><Object><Key>a${reference}b</Key></Object></Delete>`;
  const deleted = await deleteObjects(bucket, body);
  expect(deleted.text).toContain(`<Deleted><Key>a${shown}b</Key></Deleted>`);
  expect(await t.keys(bucket)).toEqual(["copy"]);
});

test("a key of a control character is matched by policies as any other", async () => {
  t.bucket("names-policy");
  await t.put("names-policy", "in\n/x");
  const signer = t.session("names", [allow("s3:GetObject", "arn:aws:s3:::names-policy/in*")]);
  expect((await t.ask({ target: "/names-policy/in%0A/x", signer })).status).toBe(200);
  expect((await t.ask({ target: "/names-policy/%0Ain/x", signer })).code).toBe("AccessDenied");
});

test.each([
  "<Delete><Object><Key>key</Key><Key>other</Key></Object></Delete>",
  "<Delete><Object><Key>key</Key></Object><Quiet>maybe</Quiet></Delete>",
  "<Delete><Object><Key>key</Key></Object><Quiet/></Delete>",
  "<Delete><Quiet>true</Quiet><Object><Key>key</Key></Object><Quiet>true</Quiet></Delete>",
  "<Delete><Object><Key>a&#0;b</Key></Object></Delete>",
  "<Delete><Object><Key>a&#xD800;b</Key></Object></Delete>",
  "<Delete><Object><Key>a&nbsp;b</Key></Object></Delete>",
  "<Delete><Object><Key>key</Key><Colour>red</Colour></Object></Delete>",
  "<Delete><Object><Key>key</Key></Object><Item/></Delete>",
  "<Delete><Object><Key></Key></Object></Delete>",
  "<Delete><Object><VersionId>null</VersionId></Object></Delete>",
  "<Delete/>",
])("a list of keys that its schema does not have deletes nothing: %s", async (body) => {
  t.bucket("names-listed");
  await t.put("names-listed", "key");
  const answer = await deleteObjects("names-listed", body);
  expect([answer.status, answer.code]).toEqual([400, "MalformedXML"]);
  expect(await t.keys("names-listed")).toEqual(["key"]);
});

test("a list of keys may say in what version, which is the one that there is", async () => {
  t.bucket("names-versions");
  for (const key of ["a", "b"]) await t.put("names-versions", key);
  const object = (key: string, version: string) =>
    `<Object><Key>${key}</Key><VersionId>${version}</VersionId></Object>`;
  const body = `<Delete>${object("a", "null")}${object("b", "1")}<Quiet>false</Quiet></Delete>`;
  const { text } = await deleteObjects("names-versions", body);
  expect(text).toContain("<Deleted><Key>a</Key><VersionId>null</VersionId></Deleted>");
  expect(text).toContain(
    "<Error><Key>b</Key><VersionId>1</VersionId><Code>NoSuchVersion</Code><Message>The specified version does not exist.</Message></Error>",
  );
  expect(await t.keys("names-versions")).toEqual(["b"]);
});

test("a version needs leave of its own, and is told to conditions", async () => {
  t.bucket("names-leave");
  await t.put("names-leave", "key");
  const objects = "arn:aws:s3:::names-leave/*";
  const target = "/names-leave/key?versionId=null";
  const plain = t.session("names-plain", [allow(["s3:GetObject", "s3:DeleteObject"], objects)]);
  expect((await t.ask({ target, signer: plain })).code).toBe("AccessDenied");
  expect((await t.ask({ method: "DELETE", target, signer: plain })).code).toBe("AccessDenied");
  const Condition = { StringEquals: { "s3:versionid": "null" } };
  const signer = t.session("names-version", [
    allow(["s3:GetObjectVersion", "s3:DeleteObjectVersion"], objects, { Condition }),
  ]);
  expect((await t.ask({ target, signer })).text).toBe("hello");
  expect((await t.ask({ target: "/names-leave/key", signer })).code).toBe("AccessDenied");
  const headers = ["x-amz-copy-source", "names-leave/key?versionId=null"];
  const copier = t.session("names-copier", [
    allow("s3:PutObject", objects),
    allow("s3:GetObjectVersion", objects, { Condition }),
  ]);
  expect((await t.ask({ method: "PUT", target: "/names-leave/copy", headers, signer: copier })).status).toBe(200);
  expect((await t.ask({ method: "DELETE", target, signer })).status).toBe(204);
  expect(await t.keys("names-leave")).toEqual(["copy"]);
});

function deleteObjects(bucket: string, body: string) {
  const digest = createHash("md5").update(body).digest("base64");
  return t.ask({ method: "POST", target: `/${bucket}?delete`, headers: ["Content-MD5", digest], body });
}
