import { describe, expect, test } from "@jest/globals";
import { evaluate, type Policies } from "./evaluate.ts";
import { explainDenial, type Service } from "./explain.ts";
import {
  allowAll,
  anonymous,
  otherAccount,
  policy,
  type RawStatement,
  request,
  session,
  user,
} from "./requests.fixture.ts";
import type { Request } from "./statement.ts";

const deny: RawStatement = { ...allowAll, Effect: "Deny" };
const nothing: RawStatement = { Effect: "Allow", Action: "sqs:*", Resource: "*" };
const identity = [policy("identity", allowAll)];

function sentence(service: Service, changes: Partial<Request>, policies: Policies): string {
  const asked = request(changes);
  const decision = evaluate(asked, policies);
  if (decision.effect === "allow") throw new Error("allowed");
  return explainDenial(service, asked, decision);
}

describe("S3", () => {
  const start = `User: ${session.arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k"`;
  test.each<[ending: string, policies: Policies]>([
    ["because no identity-based policy allows the s3:GetObject action", {}],
    [
      "because no permissions boundary allows the s3:GetObject action",
      { identity, boundary: policy("boundary", nothing) },
    ],
    ["because no session policy allows the s3:GetObject action", { identity, session: [policy("session", nothing)] }],
    ["with an explicit deny in an identity-based policy", { identity: [policy("identity", deny)] }],
    ["with an explicit deny in a permissions boundary", { identity, boundary: policy("boundary", deny) }],
    ["with an explicit deny in a session policy", { identity, session: [policy("session", deny)] }],
    [
      "with an explicit deny in a resource-based policy",
      { identity, resource: policy("resource", { ...deny, Principal: "*" }) },
    ],
  ])("%s", (ending, policies) => {
    expect(sentence("s3", {}, policies)).toBe(`${start} ${ending}`);
  });

  test.each(["*", "arn:aws:s3:::*"])("an action without resource: %s", (resource) => {
    expect(sentence("s3", { action: "s3:ListAllMyBuckets", resource }, {})).toBe(
      `User: ${session.arn} is not authorized to perform: s3:ListAllMyBuckets ` +
        "because no identity-based policy allows the s3:ListAllMyBuckets action",
    );
  });

  test("tells outsiders nothing", () => {
    expect(sentence("s3", { resourceAccount: otherAccount }, { identity })).toBe("Access Denied");
    expect(sentence("s3", { principal: anonymous }, {})).toBe("Access Denied");
  });
});

test.each<[service: Service, action: string, resource: string, expected: string]>([
  [
    "iam",
    "iam:CreateRole",
    "arn:aws:iam::111122223333:role/x",
    "iam:CreateRole on resource: arn:aws:iam::111122223333:role/x because …",
  ],
  ["iam", "iam:GetAccountSummary", "*", "iam:GetAccountSummary on resource: * because …"],
  [
    "ec2",
    "ec2:RunInstances",
    "arn:aws:ec2:us-east-1:111122223333:instance/*",
    "ec2:RunInstances on resource: arn:aws:ec2:us-east-1:111122223333:instance/* because …",
  ],
  ["ec2", "ec2:DescribeInstances", "*", "ec2:DescribeInstances because …"],
  [
    "sts",
    "sts:AssumeRole",
    "arn:aws:iam::111122223333:role/x",
    "sts:AssumeRole on resource: arn:aws:iam::111122223333:role/x",
  ],
])("%s: %s on %s", (service, action, resource, expected) => {
  const said = expected.replace("…", `no identity-based policy allows the ${action} action`);
  expect(sentence(service, { principal: user, action, resource }, {})).toBe(
    `User: ${user.arn} is not authorized to perform: ${said}`,
  );
});

test("STS gives no reason for an explicit deny either", () => {
  const changes = { principal: user, action: "sts:AssumeRole", resource: "arn:aws:iam::111122223333:role/x" };
  expect(sentence("sts", changes, { identity: [policy("identity", deny)] })).toBe(
    `User: ${user.arn} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/x`,
  );
});
