// Refusals explained, of requests that were really sent: to the S3 gate over a socket, to the control plane by call. What
// comes out never holds a secret, whatever went wrong.
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { deriveSigningKey } from "@rolemint/sigv4/key";
import {
  type Answer,
  type Ask,
  allow,
  deny,
  openTestGate,
  type Signer,
  type TestGate,
} from "../../../../test/support/gate.ts";
import { openTestPlane } from "../../../../test/support/plane.ts";
import { makeCredentialed, tick } from "../../../../test/support/world.ts";
import { explainRefusal } from "./explain.ts";
import { shownSecret, withoutSecrets } from "./redact.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let gate: TestGate;

beforeEach(async () => {
  gate = await openTestGate({ start: Date.parse("2026-11-23T05:30:00Z") });
  gate.bucket("demo");
});

afterEach(() => gate.close());

async function explained(answer: Answer) {
  await gate.gate.events.flush();
  const kept = gate.world.refusals.find(answer.headers["x-amz-request-id"]!);
  return kept && explainRefusal(gate.world, kept, []);
}

async function refusalOf(ask: Ask) {
  const answer = await gate.ask(ask);
  const told = (await explained(answer))!;
  expect(told).toMatchObject({ Outcome: "refused", Status: answer.status, Code: answer.code });
  return told;
}

/** An instance with keys of two generations, as an app would hold them. */
async function instanceKeys() {
  const { instance, role } = makeCredentialed(gate.world);
  gate.world.change(() => gate.world.account(role.accountId).roles.put({ ...role, inline: {} }));
  const first = keyOf(instance.id, 1);
  gate.pass(HOUR);
  await tick(gate.world);
  return { instance, first, second: keyOf(instance.id, 2) };
}

function keyOf(instanceId: string, number: number): Required<Signer> {
  const { accessKeyId, secret, token } = gate.world.tables.generations.get(instanceId, number)!.keys[0]!;
  return { accessKeyId, secretAccessKey: secret, sessionToken: token };
}

const TARGET = "/demo/a%20b?x-id=GetObject";

test("who asked for what, and the statement whose condition failed", async () => {
  const condition = { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } };
  const signer = gate.user("ci", allow("s3:ListBucket"), allow("s3:GetObject", "arn:aws:s3:::demo/*", condition));
  const told = await refusalOf({ target: TARGET, signer });
  expect(told).toMatchObject({
    Principal: "arn:aws:iam::111122223333:user/ci",
    AccessKeyId: signer.accessKeyId,
    Action: "GetObject",
    Resource: "arn:aws:s3:::demo/a b",
    Signature: { IsGood: true },
    Decision: {
      Action: "s3:GetObject",
      Effect: "implicitDeny",
      Missing: "identity",
      Policies: [
        {
          Kind: "identity",
          Name: "own",
          Statements: [
            { Index: 1, Effect: "Allow", Result: "other-action", Conditions: [] },
            {
              Index: 2,
              Effect: "Allow",
              Result: "condition-fails",
              Conditions: [
                { Operator: "IpAddress", Key: "aws:SourceIp", Wanted: ["10.0.0.0/8"], Given: ["127.0.0.1"] },
              ],
            },
          ],
        },
      ],
    },
  });
  expect(told.Why).toBe(
    "s3:GetObject on arn:aws:s3:::demo/a b is allowed by no identity policy; nearest comes statement 2 of the identity " +
      "policy own, whose condition fails: IpAddress aws:SourceIp wants 10.0.0.0/8, and it is 127.0.0.1",
  );
});

test("a deny is found in the policy that holds it", async () => {
  gate.bucket("closed", { statements: [deny("s3:*", "arn:aws:s3:::closed/*", { Sid: "Closed", Principal: "*" })] });
  const told = await refusalOf({ target: "/closed/k", signer: gate.user("ci", allow("s3:*")) });
  expect(told.Why).toMatch(/is denied by statement 1 \(Closed\) of the resource policy closed$/);
  expect(told.Decision).toMatchObject({ Effect: "explicitDeny" });
  const [resource, identity] = told.Decision!.Policies;
  expect(resource!.Statements).toMatchObject([{ Result: "decides" }]);
  expect(identity!.Statements).toMatchObject([{ Result: "matches" }]);
});

test("a key that may not list is told why a missing object is refused", async () => {
  const told = await refusalOf({ target: "/demo/none", signer: gate.user("ci", allow("s3:GetObject")) });
  expect(told.Why).toMatch(/^s3:ListBucket on arn:aws:s3:::demo is allowed by no identity policy/);
});

test("a wrong secret of the same instance is named by its generation", async () => {
  const { first, second } = await instanceKeys();
  const mixed = { ...second, secretAccessKey: first.secretAccessKey };
  const told = await refusalOf({ target: TARGET, signer: mixed });
  expect(told).toMatchObject({ Code: "SignatureDoesNotMatch", Generation: 2, InstanceName: "web" });
  expect(told.Why).toContain(`it was signed with the secret of generation 1 (key ${first.accessKeyId}`);
  expect(told.Signature!.CanonicalRequest).toMatch(/^GET\n\/demo\/a%20b\nx-id=GetObject\nhost:127/);
  expect(told.Signature!.StringToSign).toMatch(/^AWS4-HMAC-SHA256\n/);
});

test("a secret read from a file with its line break", async () => {
  const told = await refusalOf({
    target: TARGET,
    signer: { ...gate.root, secretAccessKey: `${gate.root.secretAccessKey}\n` },
  });
  expect(told.Signature!.Mistakes).toEqual(["it was signed with the right secret with a line break after it"]);
});

test("a request that was changed on its way says where the two part", async () => {
  const sent = gate.bytesOf({ target: TARGET, host: "s3.example.com" }).toString("latin1");
  const { exchange } = await import("../../../../test/support/gate.ts");
  const answer = await exchange(gate.port, Buffer.from(sent.replace("s3.example.com", "s3.example.com:80"), "latin1"));
  const told = (await explained(answer))!;
  expect(told.Signature).toMatchObject({
    Mistakes: ["the host was signed without its port"],
    Partings: [{ Part: "header host", Expected: "host:s3.example.com:80", Signed: "host:s3.example.com" }],
  });
});

test("a key and a token of two generations", async () => {
  const { first, second } = await instanceKeys();
  const told = await refusalOf({ target: TARGET, signer: { ...first, sessionToken: second.sessionToken } });
  expect(told.Why).toBe(
    `the session token belongs to the key ${second.accessKeyId} of generation 2, and the request to the key ` +
      `${first.accessKeyId} of generation 1: two sets were mixed`,
  );
});

test("a key that is not there, with a token that was left over", async () => {
  const { first } = await instanceKeys();
  const told = await refusalOf({ target: TARGET, signer: { ...first, accessKeyId: "AKIAIOSFODNN7EXAMPLE" } });
  expect(told.Why).toBe(
    "there is no key AKIAIOSFODNN7EXAMPLE in this world (any more); the session token that came with it belongs to the " +
      `key ${first.accessKeyId}`,
  );
});

test("a key that ended: when, by which clock, and by how much", async () => {
  const { second } = await instanceKeys();
  gate.pass(12 * HOUR);
  const told = await refusalOf({ target: TARGET, signer: second });
  expect(told.Code).toBe("ExpiredToken");
  expect(told.Why).toMatch(
    /^the key ended at 20.*Z, [45]h.* before the request by the world's clock, which alone counts/,
  );
  expect(told.Clocks).toMatchObject({ KeyExpires: expect.any(Number), WorldClock: gate.world.now() });
});

test("a signature of another time says what both clocks say", async () => {
  gate.world.setClock({ at: gate.now(), time: gate.now() + 3 * HOUR, rate: 1 });
  const told = await refusalOf({ target: TARGET, timeMs: gate.now() - HOUR });
  expect(told.Why).toMatch(
    /^it was signed at .*: 4h before the world's clock, 1h before the host's, more than the 15m that are allowed; one of/,
  );
});

test("a presigned URL that ended", async () => {
  const target = gate.presign({ target: "/demo/k", expiresSeconds: 60 });
  gate.pass(5 * MINUTE);
  const told = await refusalOf({ target, signer: undefined });
  expect(told.Why).toMatch(/^the presigned URL ended at .*: 4m before the world's clock, 4m before the host's/);
});

test("what was never signed, cannot be read, or is refused for what it asks", async () => {
  const anonymous = await refusalOf({ target: "/demo/k", signer: undefined });
  expect(anonymous.Why).toMatch(
    /^s3:GetObject on arn:aws:s3:::demo\/k is allowed by no resource policy: there is none$/,
  );
  const headers = ["Authorization", "AWS4-HMAC-SHA256 Credential=x", "x-amz-date", "20261123T053000Z"];
  const broken = await refusalOf({ target: "/demo/k", signer: undefined, headers });
  expect(broken.Why).toMatch(/^the Authorization header cannot be read: /);
  const missing = await refusalOf({ target: "/demo/none" });
  expect(missing.Why).toMatch(/^key, clock and signature are good; the service refused what was asked: NoSuchKey/);
  const unknown = await refusalOf({ target: "/demo/k", signer: { ...gate.root, accessKeyId: "AKIANOSUCHEXAMPLE" } });
  expect(unknown.Why).toBe("there is no key AKIANOSUCHEXAMPLE in this world (any more)");
});

test("a token that the signature does not cover", async () => {
  const { first } = await instanceKeys();
  const { sessionToken, ...without } = first;
  const sent = gate.bytesOf({ target: TARGET, signer: without }).toString("latin1");
  const { exchange } = await import("../../../../test/support/gate.ts");
  const answer = await exchange(
    gate.port,
    Buffer.from(sent.replace("\r\n\r\n", `\r\nx-amz-security-token: ${sessionToken}\r\n\r\n`), "latin1"),
  );
  const told = (await explained(answer))!;
  expect(told.Why).toMatch(/does not cover x-amz-security-token, which it must: the session token was added after/);
});

test("a fault that acted is named, as the cause only where there is no other", async () => {
  const fault = { Time: 1, Kind: "fault", Action: "s3.slow-down", Resource: "f-1EXAMPLE", Code: "acted" } as const;
  const missing = await gate.ask({ target: "/demo/none" });
  await gate.gate.events.flush();
  const told = (answer: Answer) =>
    explainRefusal(gate.world, gate.world.refusals.find(answer.headers["x-amz-request-id"]!)!, [fault]);
  expect(told(missing)).toMatchObject({
    Why: expect.stringMatching(
      /^a fault made it so: NoSuchKey: .* \(faults that acted on it: s3\.slow-down f-1EXAMPLE\)$/,
    ),
    Faults: [{ Name: "s3.slow-down", Id: "f-1EXAMPLE" }],
  });
  const denied = await gate.ask({ target: "/demo/none", signer: gate.user("ci") });
  await gate.gate.events.flush();
  expect(told(denied).Why).toMatch(/is allowed by no identity policy.* \(faults that acted on it: s3\.slow-down/);
});

test("granted requests leave nothing", async () => {
  await gate.put("demo", "k");
  const answer = await gate.ask({ target: "/demo/k" });
  expect(answer.status).toBe(200);
  expect(await explained(answer)).toBeUndefined();
});

test("no secret comes out, whatever went wrong", async () => {
  const { first, second } = await instanceKeys();
  const wrong = { ...second, secretAccessKey: "wrong" };
  const presigned = gate.presign({ target: "/demo/k", signer: wrong, headers: ["x-amz-meta-t", second.sessionToken] });
  const asks: Ask[] = [
    { target: TARGET, signer: wrong },
    { target: TARGET, signer: { ...second, secretAccessKey: first.secretAccessKey } },
    { target: TARGET, signer: { ...first, sessionToken: second.sessionToken } },
    { target: TARGET, signer: { ...second, sessionToken: `${second.sessionToken}x` } },
    { target: TARGET, signer: second },
    { target: presigned, signer: undefined },
    { target: presigned, signer: undefined, headers: ["x-amz-meta-t", second.sessionToken] },
    { target: `/demo/k?prefix=${encodeURIComponent(second.sessionToken)}`, signer: wrong },
    { target: TARGET, signer: second, timeMs: gate.now() - HOUR },
    { target: TARGET, signer: wrong, headers: ["x-amz-server-side-encryption-customer-key", "c2VjcmV0LW9mLVNTRS1D"] },
  ];
  const told = JSON.stringify([
    ...(await Promise.all(asks.map((ask) => refusalOf(ask)))),
    ...gate.world.timeline.query({ limit: 1000 }),
  ]);
  const day = new Date(gate.now()).toISOString().slice(0, 10).replaceAll("-", "");
  const keys = [first, second, gate.root].flatMap(({ secretAccessKey }) => {
    const key = deriveSigningKey(secretAccessKey, { date: day, region: gate.region, service: "s3" }).export();
    return [secretAccessKey, key.toString("hex"), key.toString("base64")];
  });
  const tokens = [first, second].flatMap(({ sessionToken }) => [
    sessionToken,
    encodeURIComponent(sessionToken),
    sessionToken.slice(20, 60),
    sessionToken.slice(-60, -20),
  ]);
  for (const secret of [...keys, ...tokens, "c2VjcmV0LW9mLVNTRS1D"]) expect(told).not.toContain(secret);
  expect(told).toContain(shownSecret(second.sessionToken));
});

test("refusals by IAM and STS are explained alike", async () => {
  const plane = openTestPlane();
  const why = async (...call: Parameters<typeof plane.query>) => {
    const { requestId } = await plane.query(...call);
    return explainRefusal(plane.world, plane.world.refusals.find(requestId)!, []);
  };
  const user = plane.userWith("ci", { Version: "2012-10-17", Statement: [] });
  const create = { Action: "CreateUser", UserName: "x" };
  const denied = await why("iam", create, user);
  expect(denied).toMatchObject({
    Service: "iam",
    Action: "CreateUser",
    Principal: "arn:aws:iam::111122223333:user/ci",
  });
  expect(denied.Why).toBe("iam:CreateUser on arn:aws:iam::111122223333:user/x is allowed by no identity policy");
  const asked = { Action: "GetCallerIdentity" };
  const wrong = await why("sts", asked, { ...plane.root, secretAccessKey: user.secretAccessKey });
  expect(wrong.Why).toContain(`it was signed with the secret of user ci's key ${user.accessKeyId}`);
  expect(JSON.stringify([denied, wrong])).not.toContain(plane.root.secretAccessKey);
  expect(JSON.stringify([denied, wrong])).not.toContain(user.secretAccessKey);
  plane.close();
});

test.each([
  [
    "x-amz-security-token:abcdefgh\nx-amz-date:1",
    /^x-amz-security-token:\(8 characters, SHA-256 .{8}…\)\nx-amz-date:1$/,
  ],
  ["/k?a=1&X-Amz-Security-Token=abc%2Fdef&b=2", /^\/k\?a=1&X-Amz-Security-Token=\(7 characters, .*\)&b=2$/],
  ["/k?X-Amz-Signature=0123456789abcdef", /^\/k\?X-Amz-Signature=01234567…$/],
  ["prefix=the%2Fsecret%2Btoken", /^prefix=\(16 characters/],
  ["prefix=the%252Fsecret%252Btoken", /^prefix=\(16 characters/],
])("taken out of %s", (text, shown) => {
  expect(withoutSecrets(text, ["the/secret+token"])).toMatch(shown);
});
