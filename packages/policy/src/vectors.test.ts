// Every case of test/vectors about policies: decisions after AWS's documentation, grammar after AWS's answers.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import {
  type CompiledPolicy,
  checkIdentityPolicy,
  checkTrustPolicy,
  compilePolicy,
  evaluate,
  parseDocument,
} from "./index.ts";
import type { Principal } from "./principal.ts";
import type { PolicyKind } from "./statement.ts";

function load<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`../../../test/vectors/${name}`, import.meta.url), "utf8")) as Shape;
}

interface EvaluationRow {
  id: string;
  rule: string;
  request: {
    principal: string;
    action: string;
    resource: string;
    resource_account: string;
    context: Record<string, string | string[]>;
  };
  policies: { identity?: object[]; boundary?: object; session?: object[]; resource?: object; scp?: object[][] };
  expect: string;
}

/** `arn:aws:sts::1…:assumed-role/app/i-0…` and the like. */
function principalOf(arn: string): Principal {
  const [, accountId, type, name] = /^arn:aws:(?:iam|sts)::(\d{12}):(root|user|assumed-role)\/?([^/]*)/.exec(arn) ?? [];
  if (!accountId) return { type: "Anonymous" };
  if (type === "root") return { type: "Account", accountId, arn, principalArn: arn, userId: accountId };
  if (type === "user") return { type: "User", accountId, arn, principalArn: arn, userId: "AIDA3EXAMPLEEXAMPLE01" };
  const principalArn = `arn:aws:iam::${accountId}:role/${name}`;
  return { type: "AssumedRole", accountId, arn, principalArn, userId: "AROAEXAMPLE:i-0abc1234def567890" };
}

const { rows } = load<{ rows: EvaluationRow[] }>("policy-evaluation.json");
/** Organizations are not simulated. */
const aboutOrganizations = rows.filter(({ policies }) => policies.scp);

describe("decisions", () => {
  test("only the rows about service control policies are left out", () => {
    expect(aboutOrganizations.map(({ id }) => id)).toEqual(["scp-01", "scp-02", "scp-04"]);
    expect(rows).toHaveLength(69);
  });

  test.each(rows.filter((row) => !row.policies.scp))("$id: $rule", (row) => {
    const compile = (kind: PolicyKind, policy: object | undefined): CompiledPolicy | undefined =>
      policy && compilePolicy({ kind, name: kind, text: JSON.stringify(policy) });
    const { identity, boundary, session, resource, ...others } = row.policies;
    expect(others).toEqual({});
    const lowerCase = Object.entries(row.request.context).map(([key, value]) => [key.toLowerCase(), value] as const);
    const decision = evaluate(
      {
        principal: principalOf(row.request.principal),
        action: row.request.action,
        resource: row.request.resource,
        resourceAccount: row.request.resource_account,
        context: Object.fromEntries(lowerCase),
      },
      {
        identity: identity?.map((policy) => compile("identity", policy)!),
        boundary: compile("boundary", boundary),
        session: session?.map((policy) => compile("session", policy)!),
        resource: compile("resource", resource),
      },
    );
    expect(decision.effect).toBe(row.expect);
  });
});

interface GrammarSet {
  api: string;
  cases?: { document: string; error_message: string | null }[];
  invalid?: { document: string; error_message: string }[];
  valid?: string[];
}

const { sets } = load<{ sets: GrammarSet[] }>("policy-grammar.json");
const checks: Record<string, (text: string) => { message: string } | undefined> = {
  // The cases without a version show that this set is about inline policies.
  "CreatePolicy / PutRolePolicy / PutUserPolicy": (text) => checkIdentityPolicy(text, { managed: false }),
  "CreateRole / UpdateAssumeRolePolicy": checkTrustPolicy,
  CreatePolicy: (text) => checkIdentityPolicy(text, { managed: true }),
};

/**
 * The set takes this document for good, but for its Sid, which AWS refuses for the underscore (the IAM user guide on Sid,
 * and awsdocs/iam-user-guide issue 282).
 */
const BAD_SID = '"Sid": "NullConditionOperator_Strings_And_Booleans"';
const BAD_SID_MESSAGE =
  "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";

describe.each(sets)("grammar of $api", (set) => {
  const cases = [
    ...(set.cases ?? []),
    ...(set.invalid ?? []),
    ...(set.valid ?? []).map((document) => ({
      document,
      error_message: document.includes(BAD_SID) ? BAD_SID_MESSAGE : null,
    })),
  ];

  test.each(cases)("$document", ({ document, error_message }) => {
    expect(checks[set.api]!(document)?.message ?? null).toBe(error_message);
    if (error_message === null) expect(parseDocument(document)).not.toHaveProperty("error");
  });
});
