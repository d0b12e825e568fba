// Taking a role, and the reasons that decisions carry.
import { describe, expect, test } from "@jest/globals";
import { evaluate, type Policies } from "./evaluate.ts";
import type { Principal } from "./principal.ts";
import {
  account,
  allowAll,
  ec2,
  effect,
  otherAccount,
  policy,
  type RawStatement,
  request,
  root,
  session,
  user,
} from "./requests.fixture.ts";

const denyAll: RawStatement = { ...allowAll, Effect: "Deny" };
const nothing: RawStatement = { Effect: "Allow", Action: "s3:PutObject", Resource: "*" };
const identity = [policy("identity", allowAll)];

describe("taking a role", () => {
  const target = `arn:aws:iam::${account}:role/target`;
  const assume = { Effect: "Allow", Action: "sts:AssumeRole" } as const;
  const trusting = (Principal: unknown, more: object = {}) => policy("trust", { ...assume, Principal, ...more });
  const web: Principal = { type: "Federated", provider: `arn:aws:iam::${account}:oidc-provider/example.com` };

  test.each<[name: string, caller: Principal, policies: Policies, expected: string]>([
    ["no trust policy", user, { identity }, "implicitDeny"],
    ["trust in the user suffices", user, { trust: trusting({ AWS: user.arn }) }, "allow"],
    ["trust in the user's id suffices", user, { trust: trusting({ AWS: user.userId }) }, "allow"],
    ["trust in the role suffices", session, { trust: trusting({ AWS: session.principalArn }) }, "allow"],
    ["trust in the account does not", user, { trust: trusting({ AWS: root.arn }) }, "implicitDeny"],
    [
      "trust in the account leaves it to identity policies",
      user,
      { trust: trusting({ AWS: account }), identity },
      "allow",
    ],
    ["trust in everyone does not suffice", user, { trust: trusting({ AWS: "*" }) }, "implicitDeny"],
    ["trust in everyone with identity policies", user, { trust: trusting({ AWS: "*" }), identity }, "allow"],
    ["trust in somebody else", user, { trust: trusting({ AWS: session.principalArn }), identity }, "implicitDeny"],
    [
      "trust in a former user's id",
      user,
      { trust: trusting({ AWS: "AIDA3EXAMPLEEXAMPLE09" }), identity },
      "implicitDeny",
    ],
    ["trust in the service", ec2, { trust: trusting({ Service: "ec2.amazonaws.com" }) }, "allow"],
    ["trust in another service", ec2, { trust: trusting({ Service: "lambda.amazonaws.com" }) }, "implicitDeny"],
    ["trust in everyone, a service", ec2, { trust: trusting({ AWS: "*" }) }, "implicitDeny"],
    ["trust in the provider", web, { trust: trusting({ Federated: web.provider }) }, "allow"],
    ["trust in another provider", web, { trust: trusting({ Federated: "accounts.google.com" }) }, "implicitDeny"],
    ["root", root, { trust: trusting({ AWS: account }) }, "implicitDeny"],
    [
      "deny in the trust policy",
      user,
      {
        trust: policy(
          "trust",
          { ...assume, Principal: { AWS: user.arn } },
          { ...assume, Effect: "Deny", Principal: { AWS: "*" } },
        ),
      },
      "explicitDeny",
    ],
    [
      "deny in the identity policy",
      user,
      { trust: trusting({ AWS: user.arn }), identity: [policy("identity", denyAll)] },
      "explicitDeny",
    ],
    [
      "another action",
      user,
      { trust: trusting({ AWS: user.arn }, { Action: "sts:TagSession" }), identity },
      "implicitDeny",
    ],
    [
      "a condition that fails",
      user,
      { trust: trusting({ AWS: user.arn }, { Condition: { StringEquals: { "sts:ExternalId": "x" } } }) },
      "implicitDeny",
    ],
    ["a resource in the trust policy", user, { trust: trusting({ AWS: user.arn }, { Resource: "*" }) }, "implicitDeny"],
  ])("%s: %s", (_, principal, policies, expected) => {
    expect(effect({ principal, action: "sts:AssumeRole", resource: target }, policies)).toBe(expected);
  });

  test("across accounts both sides must allow", () => {
    const foreign = {
      principal: user,
      action: "sts:AssumeRole",
      resource: target.replace(account, otherAccount),
      resourceAccount: otherAccount,
    };
    const trust = trusting({ AWS: user.arn });
    expect(effect(foreign, { trust })).toBe("implicitDeny");
    expect(effect(foreign, { identity })).toBe("implicitDeny");
    expect(effect(foreign, { trust, identity })).toBe("allow");
  });
});

describe("the reason", () => {
  const named = { ...allowAll, Sid: "Reads" };
  const ref = (kind: string, sid: string | undefined, index: number) =>
    expect.objectContaining({ kind, policy: `${kind}-policy`, sid, index });

  test("of an allow lists a statement of each type that had to", () => {
    const policies = { identity: [policy("identity", nothing, named)], boundary: policy("boundary", allowAll) };
    expect(evaluate(request(), policies)).toEqual({
      effect: "allow",
      reason: { type: "statements", statements: [ref("identity", "Reads", 2), ref("boundary", undefined, 1)] },
    });
    expect(
      evaluate(request(), { resource: policy("resource", { ...allowAll, Principal: { AWS: session.arn } }) }).reason,
    ).toEqual({
      type: "statements",
      statements: [ref("resource", undefined, 1)],
    });
    expect(evaluate(request({ principal: root }), {}).reason).toEqual({ type: "rootUser", statements: [] });
  });

  test("of an explicit deny is the statement, the resource's before the caller's", () => {
    const all = {
      resource: policy("resource", { ...denyAll, Principal: "*" }),
      identity: [policy("identity", denyAll)],
      boundary: policy("boundary", denyAll),
      session: [policy("session", denyAll)],
    };
    const { resource: _, ...caller } = all;
    expect(evaluate(request(), all).reason).toEqual({ type: "statement", statement: ref("resource", undefined, 1) });
    expect(evaluate(request(), caller).reason).toEqual({ type: "statement", statement: ref("identity", undefined, 1) });
  });

  test.each<[policies: Policies, resourceAccount: string, kind: string]>([
    [{}, account, "identity"],
    [{ identity, boundary: policy("boundary", nothing) }, account, "boundary"],
    [{ identity, session: [policy("session", nothing)] }, account, "session"],
    [{ identity }, otherAccount, "resource"],
    [{ resource: policy("resource", { ...allowAll, Principal: { AWS: account } }) }, otherAccount, "identity"],
  ])("of an implicit deny is the type that is missing", (policies, resourceAccount, kind) => {
    const decision = evaluate(request({ resourceAccount }), policies);
    expect(decision).toMatchObject({ effect: "implicitDeny", reason: { type: "missing", kind } });
  });

  test("a policy compiled as something else is a mistake of the caller", () => {
    expect(() => evaluate(request(), { resource: policy("identity", allowAll) })).toThrow("not compiled as resource");
  });
});
