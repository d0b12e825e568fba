// What S3 takes as a bucket policy and whom it is for, and the settings that keep a policy from opening a bucket to
// everyone.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ACCOUNT, type Answer, allow, deny, openTestGate, policyOf, type TestGate } from "../support/gate.ts";

let t: TestGate;
beforeAll(async () => {
  t = await openTestGate();
});
afterAll(() => t.close());

let count = 0;
const freshName = () => `policies-${++count}`;
const everyone = { Principal: "*" };
const objectsOf = (bucket: string) => `arn:aws:s3:::${bucket}/*`;
const reading = (bucket: string, more: object) => [allow("s3:GetObject", objectsOf(bucket), more)];

/** Made as a caller makes one, with the settings that a new bucket has. */
async function makeBucket(): Promise<string> {
  const bucket = freshName();
  expect((await t.ask({ method: "PUT", target: `/${bucket}` })).status).toBe(200);
  return bucket;
}

function putPolicy(bucket: string, statements: readonly object[], more: object = {}): Promise<Answer> {
  return t.ask({ method: "PUT", target: `/${bucket}?policy`, body: policyOf(statements), ...more });
}

async function shownPolicy(bucket: string): Promise<string> {
  return (await t.ask({ target: `/${bucket}?policy` })).text;
}

describe("whom a policy names", () => {
  test.each(["role", "user"])("is bound to the %s that there is, not to who takes the name later", async (kind) => {
    const bucket = await makeBucket();
    await t.put(bucket, "key");
    const name = freshName();
    const make = () => (kind === "role" ? t.session(name, []) : t.user(name));
    const rows = () => t.world.account(ACCOUNT)[kind === "role" ? "roles" : "users"];
    const arn = `arn:aws:iam::${ACCOUNT}:${kind}/${name}`;
    const first = make();
    const { id } = rows().get(name)!;
    const statements = (AWS: string) => reading(bucket, { Principal: { AWS } });
    expect((await putPolicy(bucket, statements(arn))).status).toBe(204);
    expect((await t.ask({ target: `/${bucket}/key`, signer: first })).status).toBe(200);
    expect(await shownPolicy(bucket)).toBe(policyOf(statements(arn)));

    t.world.change(() => rows().remove(rows().get(name) as never));
    expect(await shownPolicy(bucket)).toBe(policyOf(statements(id)));
    const second = make();
    expect((await t.ask({ target: `/${bucket}/key`, signer: second })).code).toBe("AccessDenied");
    expect(await shownPolicy(bucket)).toBe(policyOf(statements(id)));
    expect((await putPolicy(bucket, statements(arn))).status).toBe(204);
    expect((await t.ask({ target: `/${bucket}/key`, signer: second })).status).toBe(200);
  });

  test("may be one session of a role", async () => {
    const bucket = await makeBucket();
    await t.put(bucket, "key");
    const name = freshName();
    const signer = t.session(name, []);
    const session = (which: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${which}`;
    expect((await putPolicy(bucket, reading(bucket, { Principal: { AWS: session("session") } }))).status).toBe(204);
    expect((await t.ask({ target: `/${bucket}/key`, signer })).status).toBe(200);
    expect((await putPolicy(bucket, reading(bucket, { Principal: { AWS: session("another") } }))).status).toBe(204);
    expect((await t.ask({ target: `/${bucket}/key`, signer })).status).toBe(403);
  });

  test("must be there, spelled as it is", async () => {
    const bucket = await makeBucket();
    t.session("Spelled", []);
    const own = (rest: string) => `arn:aws:iam::${ACCOUNT}:${rest}`;
    const outcome = async (AWS: string) => {
      const answer = await putPolicy(bucket, reading(bucket, { Principal: { AWS } }));
      return answer.code === undefined ? answer.status : [answer.status, answer.code, messageOf(answer)];
    };
    const refused = [400, "MalformedPolicy", "Invalid principal in policy"];
    expect(await outcome(own("role/Spelled"))).toBe(204);
    expect(await outcome(own("root"))).toBe(204);
    expect(await outcome("444455556666")).toBe(204);
    for (const name of [
      own("role/spelled"),
      own("role/path/Spelled"),
      own("user/Spelled"),
      `arn:aws:sts::${ACCOUNT}:assumed-role/nobody/session`,
      "arn:aws:iam::444455556666:role/app",
      "AROAEXAMPLEEXAMPLE123",
    ]) {
      expect([name, await outcome(name)]).toEqual([name, refused]);
    }
    expect(await shownPolicy(bucket)).toContain("444455556666");
  });
});

describe("conditions", () => {
  test.each([
    [
      "s3:GetObject",
      { StringEquals: { "s3:prefix": "x" } },
      "Conditions do not apply to combination of actions and resources in statement",
    ],
    ["s3:GetObject", { StringEquals: { "s3:foo": "x" } }, "Policy has an invalid condition key"],
    ["s3:GetObject", { StringEquals: { "aws:foo": "x" } }, "Policy has an invalid condition key"],
    ["s3:GetObject", { IpAddress: { "aws:SourceIp": "1.2.3.4/33" } }, "Invalid IP address in Conditions"],
  ])("%s under %j: %s", async (action, Condition, message) => {
    const bucket = await makeBucket();
    const answer = await putPolicy(bucket, [deny(action, objectsOf(bucket), { ...everyone, Condition })]);
    expect([answer.status, answer.code, messageOf(answer)]).toEqual([400, "MalformedPolicy", message]);
  });
});

describe("Block Public Access", () => {
  const NAMES = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
  const settings = (values: readonly boolean[]) =>
    NAMES.map((name, index) => `<${name}>${values[index]}</${name}>`).join("");
  const target = (bucket: string) => `/${bucket}?publicAccessBlock`;
  const put = (bucket: string, inside: string, more: object = {}) =>
    t.ask({
      method: "PUT",
      target: target(bucket),
      body: `<PublicAccessBlockConfiguration>${inside}</PublicAccessBlockConfiguration>`,
      ...more,
    });

  test("is on for a new bucket, set, shown and taken away", async () => {
    const bucket = await makeBucket();
    const shown = async () => (await t.ask({ target: target(bucket) })).text;
    const document = (values: readonly boolean[]) =>
      `<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${settings(values)}</PublicAccessBlockConfiguration>`;
    expect(await shown()).toContain(document([true, true, true, true]));
    const answer = await put(
      bucket,
      "<BlockPublicAcls>true</BlockPublicAcls><RestrictPublicBuckets>FALSE</RestrictPublicBuckets>",
    );
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(await shown()).toContain(document([true, false, false, false]));
    expect((await t.ask({ method: "DELETE", target: target(bucket) })).status).toBe(204);
    const none = await t.ask({ target: target(bucket) });
    expect([none.status, none.code]).toEqual([404, "NoSuchPublicAccessBlockConfiguration"]);
    expect(none.text).toContain(`<BucketName>${bucket}</BucketName>`);
    expect((await t.ask({ method: "DELETE", target: target(bucket) })).status).toBe(204);
  });

  test.each([
    "<BlockPublicAcls>perhaps</BlockPublicAcls>",
    "<BlockPublicAcls>true</BlockPublicAcls><BlockPublicAcls>false</BlockPublicAcls>",
    "<Block>true</Block>",
  ])("takes no other document: %s", async (inside) => {
    const answer = await put(await makeBucket(), inside);
    expect([answer.status, answer.code]).toEqual([400, "MalformedXML"]);
  });

  test("refuses a public policy by name, whoever puts it", async () => {
    const bucket = await makeBucket();
    const refused = await putPolicy(bucket, reading(bucket, everyone));
    expect([refused.status, refused.code, messageOf(refused)]).toEqual([
      403,
      "AccessDenied",
      `User: arn:aws:iam::${ACCOUNT}:root is not authorized to perform: s3:PutBucketPolicy on resource: &quot;arn:aws:s3:::${bucket}&quot; because public policies are blocked by the BlockPublicPolicy block public access setting.`,
    ]);
    expect((await t.ask({ target: `/${bucket}?policy` })).code).toBe("NoSuchBucketPolicy");
    const fromHere = { ...everyone, Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } };
    expect((await putPolicy(bucket, reading(bucket, fromHere))).status).toBe(204);
    expect((await putPolicy(bucket, [deny("s3:GetObject", objectsOf(bucket), everyone)])).status).toBe(204);
    expect((await put(bucket, settings([true, true, false, true]))).status).toBe(200);
    expect((await putPolicy(bucket, reading(bucket, everyone))).status).toBe(204);
  });

  test("leaves of a public policy what it grants to the owner's account", async () => {
    const bucket = await makeBucket();
    await t.put(bucket, "key");
    const none = t.user(freshName());
    const asked = async (signer: typeof none | undefined) => (await t.ask({ target: `/${bucket}/key`, signer })).status;
    await put(bucket, settings([false, false, false, false]));
    await putPolicy(bucket, reading(bucket, everyone));
    expect([await asked(none), await asked(undefined)]).toEqual([200, 200]);
    await put(bucket, settings([false, false, false, true]));
    expect([await asked(none), await asked(undefined)]).toEqual([200, 403]);
    // All of a public policy is restricted, also what it grants to another account.
    const foreign = freshName();
    const grants = [
      ...reading(foreign, everyone),
      allow("s3:GetObject", objectsOf(foreign), { Principal: { AWS: ACCOUNT } }),
    ];
    const caller = t.user(freshName(), allow("s3:*"));
    t.bucket(foreign, { owner: "444455556666", statements: grants });
    await t.put(foreign, "key");
    const there = async () => (await t.ask({ target: `/${foreign}/key`, signer: caller })).status;
    expect(await there()).toBe(200);
    const row = t.world.tables.buckets.get(foreign)!;
    const RestrictPublicBuckets = { BlockPublicAcls: false, IgnorePublicAcls: false, BlockPublicPolicy: false };
    t.world.change(() =>
      t.world.tables.buckets.put({
        ...row,
        publicAccessBlock: { ...RestrictPublicBuckets, RestrictPublicBuckets: true },
      }),
    );
    expect(await there()).toBe(403);
  });

  test("is in the trail under CloudTrail's names", async () => {
    const bucket = await makeBucket();
    await t.ask({ target: target(bucket) });
    await put(bucket, settings([true, true, true, true]), { signer: t.user(freshName()) });
    await putPolicy(bucket, reading(bucket, everyone));
    await t.gate.events.flush();
    const told = t.world.trail
      .lookUp({ limit: 10 })
      .filter(({ resources }) => resources[0]?.ResourceName === `arn:aws:s3:::${bucket}`)
      .map(({ eventName, record }) => [eventName, JSON.parse(record).errorCode]);
    expect(told.toSorted()).toEqual([
      ["CreateBucket", undefined],
      ["GetBucketPublicAccessBlock", undefined],
      ["PutBucketPolicy", "AccessDenied"],
      ["PutBucketPublicAccessBlock", "AccessDenied"],
    ]);
  });

  test("takes a digest of its document, and refuses a wrong one", async () => {
    const bucket = await makeBucket();
    const body = `<PublicAccessBlockConfiguration>${settings([true, true, true, true])}</PublicAccessBlockConfiguration>`;
    const digest = (text: string) => createHash("md5").update(text).digest("base64");
    expect(
      (await put(bucket, settings([true, true, true, true]), { headers: ["Content-MD5", digest(body)] })).status,
    ).toBe(200);
    expect((await put(bucket, "", { headers: ["Content-MD5", digest(body)] })).code).toBe("BadDigest");
  });
});

function messageOf({ text }: Answer): string | undefined {
  return /<Message>([^<]*)/.exec(text)?.[1];
}
