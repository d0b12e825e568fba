// Who may do what: every served operation against every way in which a policy can allow or refuse it, need by need.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ACCOUNT, type Answer, allow, deny, openConnection, openTestGate, type TestGate } from "../support/gate.ts";
import { type Need, type ServedRequest, servedRequests } from "../support/s3-requests.ts";

let t: TestGate;
beforeAll(async () => {
  t = await openTestGate();
});
afterAll(() => t.close());

let count = 0;
const freshName = () => `matrix-${++count}`;
const principal = (role: string) => ({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/${role}` } });
const statements = (needs: readonly Need[]) => needs.map(({ action, resource }) => allow(action, resource));

const cases = servedRequests.map((served) => [served.name, served] as const);
const needCases = servedRequests.flatMap((served) =>
  served.needs("any").map((need, index) => [served.name, need.action, served, index] as const),
);

function expectAllowed(answer: Answer): void {
  expect([answer.status < 300, answer.text.includes("<Error>")]).toEqual([true, false]);
}

/** What S3 says to a request without a signature, whatever a policy allows. */
const TO_ANONYMOUS: Readonly<Record<string, string>> = {
  CopyObject: "Anonymous users cannot copy objects.  Please authenticate.",
  UploadPartCopy: "Anonymous users cannot copy objects.  Please authenticate.",
  CreateMultipartUpload: "Anonymous users cannot initiate multipart uploads.  Please authenticate.",
};

/** `reason`: how the message must end. A HEAD has no body to say it in. */
function expectRefused(
  { refusesInside }: ServedRequest,
  answer: Answer,
  method: string | undefined,
  reason: string,
): void {
  expect(answer.status).toBe(refusesInside ? 200 : 403);
  if (method === "HEAD") return expect(answer.text).toBe("");
  expect(answer.text).toMatch(/<Code>AccessDenied<\/Code>/);
  expect(answer.text).toContain(`${reason}</Message>`);
}

describe("allowed by the identity's policy", () => {
  test.each(cases)("%s", async (_, served) => {
    const bucket = freshName();
    t.bucket(bucket);
    const signer = t.session(bucket, statements(served.needs(bucket)));
    expectAllowed(await t.ask({ ...(await served.prepare(t, bucket)), signer }));
  });
});

describe("refused when nothing allows", () => {
  test.each(needCases)("%s: %s", async (_, action, served, missing) => {
    const bucket = freshName();
    t.bucket(bucket);
    const others = served.needs(bucket).filter((_, index) => index !== missing);
    const signer = t.session(bucket, [...statements(others), allow("s3:GetObjectTagging")]);
    const ask = await served.prepare(t, bucket);
    const answer = await t.ask({ ...ask, signer });
    expectRefused(served, answer, ask.method, `because no identity-based policy allows the ${action} action`);
  });
});

describe("refused by an explicit deny", () => {
  test.each(needCases)("%s: %s", async (_, action, served, denied) => {
    const bucket = freshName();
    t.bucket(bucket);
    const { resource } = served.needs(bucket)[denied]!;
    const signer = t.session(bucket, [allow("s3:*"), deny(action, resource)]);
    const ask = await served.prepare(t, bucket);
    const answer = await t.ask({ ...ask, signer });
    expectRefused(served, answer, ask.method, "with an explicit deny in an identity-based policy");
  });

  test.each(cases.filter(([, { hasBucket = true }]) => hasBucket))("%s, in the bucket's policy", async (_, served) => {
    const bucket = freshName();
    const { action, resource } = served.needs(bucket)[0]!;
    t.bucket(bucket, { statements: [deny(action, resource, { Principal: "*" })] });
    const signer = t.session(bucket, [allow("s3:*")]);
    const ask = await served.prepare(t, bucket);
    const answer = await t.ask({ ...ask, signer });
    expectRefused(served, answer, ask.method, "with an explicit deny in a resource-based policy");
  });
});

describe("allowed by the bucket's policy alone", () => {
  test.each(cases)("%s", async (_, served) => {
    const bucket = freshName();
    const granted = served.needs(bucket).map(({ action, resource }) => allow(action, resource, principal(bucket)));
    t.bucket(bucket, { statements: granted });
    const signer = t.session(bucket, []);
    const ask = await served.prepare(t, bucket);
    const answer = await t.ask({ ...ask, signer });
    if (served.hasBucket ?? true) expectAllowed(answer);
    else expect(answer.code).toBe("AccessDenied");
  });
});

describe("refused by a session policy that is narrower", () => {
  test.each(cases)("%s", async (_, served) => {
    const bucket = freshName();
    t.bucket(bucket);
    const sessionPolicy = [allow("s3:GetObjectTagging")];
    const signer = t.session(bucket, [allow("s3:*")], { sessionPolicy });
    const ask = await served.prepare(t, bucket);
    const answer = await t.ask({ ...ask, signer });
    const { action } = served.needs(bucket)[0]!;
    expectRefused(served, answer, ask.method, `because no session policy allows the ${action} action`);
  });
});

describe("nobody", () => {
  test.each(cases)("%s", async (_, served) => {
    const bucket = freshName();
    t.bucket(bucket);
    const ask = await served.prepare(t, bucket);
    const answer = await t.ask({ ...ask, signer: undefined });
    expect(answer.status).toBe(served.refusesInside ? 200 : 403);
    const says = TO_ANONYMOUS[served.name] ?? "Access Denied";
    if (ask.method !== "HEAD") expect(answer.text).toContain(`<Code>AccessDenied</Code><Message>${says}</Message>`);
  });

  test.each(cases.filter(([name]) => TO_ANONYMOUS[name]))(
    "is refused %s even by a policy for everyone",
    async (_, served) => {
      const bucket = freshName();
      const resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
      t.bucket(bucket, { statements: [allow("s3:*", resource, { Principal: "*" })] });
      const answer = await t.ask({ ...(await served.prepare(t, bucket)), signer: undefined });
      expect([answer.status, answer.code]).toEqual([403, "AccessDenied"]);
      expect(answer.text).toContain(TO_ANONYMOUS[served.name]);
    },
  );

  test.each(["if-match", "if-none-match"])(
    "is refused a write under %s even by a policy for everyone",
    async (name) => {
      const bucket = freshName();
      t.bucket(bucket, { statements: [allow("s3:*", [`arn:aws:s3:::${bucket}/*`], { Principal: "*" })] });
      const put = { method: "PUT", target: `/${bucket}/key`, body: "x", signer: undefined };
      expect((await t.ask({ ...put, headers: [name, "*"] })).code).toBe("AccessDenied");
      expect((await t.ask(put)).status).toBe(200);
      expect((await t.ask({ target: `/${bucket}/key`, headers: [name, "x"], signer: undefined })).code).not.toBe(
        "AccessDenied",
      );
    },
  );

  test.each([
    ["GetObject", "s3:GetObject", "/key"],
    ["ListObjectsV2", "s3:ListBucket", "?list-type=2"],
  ])("is let in by a policy for everyone: %s", async (_, action, end) => {
    const bucket = freshName();
    const resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
    t.bucket(bucket, { statements: [allow(action, resource, { Principal: "*" })] });
    await t.put(bucket, "key");
    expect((await t.ask({ target: `/${bucket}${end}`, signer: undefined })).status).toBe(200);
    const put = await t.ask({ method: "PUT", target: `/${bucket}/key`, body: "x", signer: undefined });
    expect(put.code).toBe("AccessDenied");
  });

  test("changes no bucket and no policy, whatever a policy says", async () => {
    const bucket = freshName();
    t.bucket(bucket, { statements: [allow("s3:*", [`arn:aws:s3:::${bucket}`], { Principal: "*" })] });
    expect((await t.ask({ method: "DELETE", target: `/${bucket}`, signer: undefined })).status).toBe(403);
    expect((await t.ask({ method: "DELETE", target: `/${bucket}?policy`, signer: undefined })).status).toBe(405);
    expect(t.world.tables.buckets.get(bucket)?.policy).toBeDefined();
  });

  test("may not choose the headers of an answer", async () => {
    const bucket = freshName();
    t.bucket(bucket, { statements: [allow("s3:GetObject", `arn:aws:s3:::${bucket}/*`, { Principal: "*" })] });
    await t.put(bucket, "key");
    const answer = await t.ask({ target: `/${bucket}/key?response-content-type=text/html`, signer: undefined });
    expect(answer.code).toBe("InvalidRequest");
  });
});

describe("a bucket of another account", () => {
  test("is refused without a reason, and needs both sides to allow", async () => {
    const bucket = freshName();
    t.bucket(bucket, { owner: "444455556666" });
    await t.put(bucket, "key");
    const signer = t.session(bucket, [allow("s3:*")]);
    const refused = await t.ask({ target: `/${bucket}/key`, signer });
    expect([refused.code, refused.text.includes("<Message>Access Denied</Message>")]).toEqual(["AccessDenied", true]);
    const open = freshName();
    const granted = allow(
      ["s3:GetObject", "s3:GetBucketPolicy"],
      [`arn:aws:s3:::${open}/*`, `arn:aws:s3:::${open}`],
      principal(open),
    );
    t.bucket(open, { owner: "444455556666", statements: [granted] });
    await t.put(open, "key");
    const allowed = t.session(open, [allow("s3:*")]);
    expect((await t.ask({ target: `/${open}/key`, signer: allowed })).status).toBe(200);
    expect((await t.ask({ target: `/${open}?policy`, signer: allowed })).code).toBe("MethodNotAllowed");
    const owner = ["x-amz-expected-bucket-owner", ACCOUNT];
    expect((await t.ask({ target: `/${open}/key`, headers: owner, signer: allowed })).code).toBe("AccessDenied");
    const right = ["x-amz-expected-bucket-owner", "444455556666"];
    expect((await t.ask({ target: `/${open}/key`, headers: right, signer: allowed })).status).toBe(200);
  });
});

describe("what is not there", () => {
  const missing = (bucket: string) => [
    { target: `/${bucket}/nothing` },
    { method: "HEAD", target: `/${bucket}/nothing` },
    { method: "PUT", target: `/${bucket}/key`, headers: ["x-amz-copy-source", `${bucket}/nothing`] },
  ];
  test("is missing to who may list, and refused to who may not", async () => {
    const bucket = freshName();
    t.bucket(bucket);
    const objects = allow(["s3:GetObject", "s3:PutObject"], `arn:aws:s3:::${bucket}/*`);
    const listing = t.session(`${bucket}-lists`, [objects, allow("s3:ListBucket", `arn:aws:s3:::${bucket}`)]);
    const blind = t.session(`${bucket}-blind`, [objects]);
    for (const ask of missing(bucket)) {
      expect((await t.ask({ ...ask, signer: listing })).status).toBe(404);
      expect((await t.ask({ ...ask, signer: blind })).status).toBe(403);
    }
    const prefixed = allow("s3:ListBucket", `arn:aws:s3:::${bucket}`, {
      Condition: { StringLike: { "s3:prefix": "*" } },
    });
    const onlyPrefixes = t.session(`${bucket}-prefix`, [objects, prefixed]);
    expect((await t.ask({ ...missing(bucket)[0]!, signer: onlyPrefixes })).status).toBe(403);
  });

  test("a bucket is missing to everybody", async () => {
    const signer = t.user("knows-nothing");
    const answer = await t.ask({ target: "/no-such-bucket/key", signer });
    expect([answer.status, answer.code]).toEqual([404, "NoSuchBucket"]);
    expect(answer.text).toContain("<BucketName>no-such-bucket</BucketName>");
    expect((await t.ask({ method: "HEAD", target: "/no-such-bucket", signer })).status).toBe(404);
    expect((await t.ask({ target: "/no-such-bucket/key", signer: undefined })).code).toBe("NoSuchBucket");
  });
});

test("a bucket policy that denies everything cannot lock out the owner's root user, and everybody else it does", async () => {
  const bucket = freshName();
  const everything = { Effect: "Deny", Principal: "*", Action: "s3:*" };
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  t.bucket(bucket, { statements: [{ ...everything, Resource }] });
  const target = `/${bucket}?policy`;
  const admin = t.user(freshName(), allow("s3:*", "*"));
  const asked = async (method: string, where: string, signer: typeof admin) =>
    (await t.ask({ method, target: where, signer })).status;
  expect(await asked("GET", target, admin)).toBe(403);
  expect(await asked("GET", `/${bucket}`, t.root)).toBe(403);
  expect(await asked("GET", target, t.root)).toBe(200);
  expect(await asked("DELETE", target, t.root)).toBe(204);
  expect(await asked("GET", `/${bucket}`, t.root)).toBe(200);
});

test("a change of policy between two requests on one connection is seen by the second", async () => {
  const bucket = freshName();
  t.bucket(bucket);
  await t.put(bucket, "key");
  const signer = t.session(bucket, [allow("s3:GetObject")]);
  const connection = openConnection(t.port);
  const statuses: number[] = [];
  for (const policy of [[allow("s3:GetObject")], [], [allow("s3:*")], [allow("s3:*"), deny("s3:GetObject")]]) {
    t.setRolePolicy(bucket, policy);
    connection.write(t.bytesOf({ target: `/${bucket}/key`, signer }));
    statuses.push((await connection.answer()).status);
  }
  connection.end();
  expect(statuses).toEqual([200, 403, 200, 403]);
});

describe("who compares an ETag must be able to read the object", () => {
  const conditional = (name: string) =>
    ["PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject"].includes(name);

  test.each(cases.filter(([name]) => conditional(name)))("%s", async (_, served) => {
    const bucket = freshName();
    t.bucket(bucket);
    const ask = await served.prepare(t, bucket);
    await t.put(bucket, "key");
    const { headers } = await t.ask({ method: "HEAD", target: `/${bucket}/key`, signer: t.root });
    const given = { ...ask, headers: [...(ask.headers ?? []), "if-match", headers["etag"]!] };
    const blind = t.session(`${bucket}-blind`, statements(served.needs(bucket)));
    const refused = await t.ask({ ...given, signer: blind });
    expectRefused(served, refused, ask.method, "because no identity-based policy allows the s3:GetObject action");
    const seeing = t.session(`${bucket}-seeing`, [...statements(served.needs(bucket)), allow("s3:GetObject")]);
    expectAllowed(await t.ask({ ...given, signer: seeing }));
  });

  test("but not who asks only whether it is there", async () => {
    const bucket = freshName();
    t.bucket(bucket);
    await t.put(bucket, "key");
    const signer = t.session(bucket, [allow("s3:DeleteObject")]);
    const ask = { method: "DELETE", target: `/${bucket}/key`, headers: ["if-match", "*"], signer };
    expect((await t.ask(ask)).status).toBe(204);
  });

  test("DeleteObjects, key by key", async () => {
    const bucket = freshName();
    t.bucket(bucket);
    for (const key of ["a", "b", "c"]) await t.put(bucket, key);
    const { headers } = await t.ask({ method: "HEAD", target: `/${bucket}/a`, signer: t.root });
    const signer = t.session(bucket, [allow("s3:DeleteObject"), allow("s3:GetObject", `arn:aws:s3:::${bucket}/b`)]);
    const object = (key: string, etag: string) => `<Object><Key>${key}</Key><ETag>${etag}</ETag></Object>`;
    const etag = headers["etag"]!.replaceAll('"', "&quot;");
    const body = `<Delete>${object("a", etag)}${object("b", etag)}${object("c", "*")}</Delete>`;
    const checksum = ["x-amz-checksum-sha256", await sha256(body)];
    const answer = await t.ask({ method: "POST", target: `/${bucket}?delete`, headers: checksum, body, signer });
    expect(answer.text).toMatch(/<Error><Key>a<\/Key><Code>AccessDenied<\/Code>/);
    expect(await t.keys(bucket)).toEqual(["a"]);
  });
});

describe("DeleteObjects", () => {
  test("deletes what may be deleted and says what not", async () => {
    const bucket = freshName();
    t.bucket(bucket);
    for (const key of ["mine/a", "other/b", "mine/c"]) await t.put(bucket, key);
    const signer = t.session(bucket, [allow("s3:DeleteObject", `arn:aws:s3:::${bucket}/mine/*`)]);
    const named = ["mine/a", "other/b", "mine/c"].map((key) => `<Object><Key>${key}</Key></Object>`).join("");
    const versioned = "<Object><Key>mine/a</Key><VersionId>null</VersionId></Object>";
    const body = `<Delete>${named}${versioned}</Delete>`;
    const headers = ["x-amz-checksum-sha256", await sha256(body)];
    const answer = await t.ask({ method: "POST", target: `/${bucket}?delete`, headers, body, signer });
    expect(answer.status).toBe(200);
    expect([...answer.text.matchAll(/<Deleted><Key>([^<]*)/g)].map((match) => match[1])).toEqual(["mine/a", "mine/c"]);
    expect(
      [...answer.text.matchAll(/<Error><Key>([^<]*).*?<Code>([^<]*)/g)].map((match) => [match[1], match[2]]),
    ).toEqual([
      ["other/b", "AccessDenied"],
      ["mine/a", "AccessDenied"],
    ]);
    expect(await t.keys(bucket)).toEqual(["other/b"]);
  });
});

async function sha256(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(text))).toString("base64");
}
