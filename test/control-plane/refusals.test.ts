// Calls that look right and that AWS refuses: each was once let through.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { EC2_TRUST } from "../support/iam-calls.ts";
import { ACCOUNT, openTestPlane, type Signer, type TestPlane } from "../support/plane.ts";

let plane: TestPlane;
let user: Signer;
beforeAll(async () => {
  plane = openTestPlane();
  user = plane.userWith("caller", {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  });
  const trust = { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: ["sts:AssumeRole", "sts:TagSession"] };
  await ask("iam", "CreateRole", { RoleName: "open", AssumeRolePolicyDocument: policyOf(trust) });
});
afterAll(() => plane.close());

const policyOf = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const withSid = (Sid: string) => policyOf({ Sid, Effect: "Allow", Action: "s3:GetObject", Resource: "*" });
const ALPHANUMERIC =
  "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression";

type Row = readonly [what: string, service: "iam" | "sts", action: string, input: Record<string, string>, says: string];

async function ask(service: Row[1], action: string, input: Record<string, string>, signer?: Signer) {
  return plane.query(service, { Action: action, ...input }, signer);
}

const role = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/open`, RoleSessionName: "me" };

const rows: readonly Row[] = [
  [
    "a Sid with a hyphen",
    "iam",
    "PutUserPolicy",
    { UserName: "caller", PolicyName: "p", PolicyDocument: withSid("a-b") },
    ALPHANUMERIC,
  ],
  [
    "a Sid with an underscore",
    "iam",
    "CreatePolicy",
    { PolicyName: "p", PolicyDocument: withSid("a_b") },
    ALPHANUMERIC,
  ],
  [
    "a role at the path of service-linked ones",
    "iam",
    "CreateRole",
    { RoleName: "r", Path: "/aws-service-role/x/", AssumeRolePolicyDocument: EC2_TRUST },
    "InvalidInput",
  ],
  [
    "a version that there is not",
    "sts",
    "GetCallerIdentity",
    { Version: "1999-01-01" },
    "Could not find operation GetCallerIdentity for version 1999-01-01",
  ],
  [
    "an empty version",
    "sts",
    "GetCallerIdentity",
    { Version: "" },
    "Could not find operation GetCallerIdentity for version",
  ],
  [
    "another service's version",
    "iam",
    "ListRoles",
    { Version: "2011-06-15" },
    "Could not find operation ListRoles for version 2011-06-15",
  ],
  [
    "a session tag of AWS's own",
    "sts",
    "AssumeRole",
    { ...role, "Tags.member.1.Key": "aws:x", "Tags.member.1.Value": "a" },
    "aws: prefixed tag key names are not allowed",
  ],
];

test.each(rows)("%s is refused", async (_, service, action, input, says) => {
  const { status, body } = await ask(service, action, input, user);
  expect({ status, body: String(body) }).toEqual({ status: 400, body: expect.stringContaining(says) });
});

test("the same calls as AWS takes them pass", async () => {
  const given = { UserName: "caller", PolicyName: "p", PolicyDocument: withSid("AB1") };
  expect((await ask("iam", "PutUserPolicy", given, user)).status).toBe(200);
  expect((await ask("sts", "GetCallerIdentity", {}, user)).status).toBe(200);
  const tagged = { ...role, "Tags.member.1.Key": "x", "Tags.member.1.Value": "a" };
  expect((await ask("sts", "AssumeRole", tagged, user)).status).toBe(200);
});
