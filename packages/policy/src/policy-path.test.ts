// The path of a decision: each policy that was looked at, and what became of each of its statements.
import { expect, test } from "@jest/globals";
import { compilePolicy, evaluate, type Policies } from "./evaluate.ts";
import { policyPath } from "./policy-path.ts";
import { allowAll, policy, type RawStatement, request } from "./requests.fixture.ts";

const path = (policies: Policies, changes: Parameters<typeof request>[0] = {}) => {
  const asked = request(changes);
  return policyPath(asked, policies, evaluate(asked, policies));
};
const allow = (more: Partial<RawStatement>): RawStatement => ({ ...allowAll, ...more });

test("why each statement did not allow", () => {
  const statements: RawStatement[] = [
    allow({ Action: "sqs:*" }),
    allow({ Sid: "Elsewhere", Resource: "arn:aws:s3:::other/*" }),
    allow({
      Condition: { StringEquals: { "aws:PrincipalTag/team": ["a", "b"] }, Bool: { "aws:SecureTransport": "true" } },
    }),
  ];
  const given = { context: { "aws:securetransport": "false" } };
  expect(path({ identity: [policy("identity", ...statements)] }, given)).toMatchObject([
    {
      Kind: "identity",
      Others: 0,
      Statements: [
        { Index: 1, Effect: "Allow", Result: "other-action", Conditions: [] },
        { Index: 2, Sid: "Elsewhere", Result: "other-resource" },
        {
          Index: 3,
          Result: "condition-fails",
          Conditions: [
            { Operator: "StringEquals", Key: "aws:PrincipalTag/team", Wanted: ["a", "b"], Given: [] },
            { Operator: "Bool", Key: "aws:SecureTransport", Wanted: ["true"], Given: ["false"] },
          ],
        },
      ],
    },
  ]);
});

test("the deny that decides, in the order in which policies are looked at", () => {
  const deny = policy("boundary", allowAll, { ...allowAll, Effect: "Deny", Sid: "Never" });
  const found = path({ identity: [policy("identity", allowAll)], boundary: deny });
  expect(found).toMatchObject([
    { Kind: "identity", Statements: [{ Result: "matches" }] },
    { Kind: "boundary", Statements: [{ Result: "matches" }, { Index: 2, Sid: "Never", Result: "decides" }] },
  ]);
});

test("a statement for others, and a document that cannot be read", () => {
  const others = policy("resource", { ...allowAll, Principal: { AWS: "arn:aws:iam::444455556666:root" } });
  expect(path({ resource: others })).toMatchObject([{ Kind: "resource", Statements: [{ Result: "other-principal" }] }]);
  const broken = compilePolicy({ kind: "identity", name: "broken", text: "{" });
  expect(path({ identity: [broken] })).toMatchObject([
    { Name: "broken", Unreadable: expect.stringMatching(/not JSON/), Statements: [] },
  ]);
});

test("of very many statements those that speak of the action are told, the others counted", () => {
  const many = Array.from({ length: 500 }, (_, n) =>
    allow({ Action: n === 400 ? "s3:*" : "sqs:*", Resource: "arn:aws:s3:::x" }),
  );
  const [found] = path({ identity: [policy("identity", ...many)] });
  expect(found).toMatchObject({ Others: 499, Statements: [{ Index: 401, Result: "other-resource" }] });
});
