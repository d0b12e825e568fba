import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compilePolicy, evaluate, type Policies } from "./evaluate.ts";
import type { Principal } from "./principal.ts";
import {
  account,
  allowAll,
  anonymous,
  document,
  ec2,
  effect,
  federatedUser,
  otherAccount,
  policy,
  type RawStatement,
  request,
  root,
  session,
  user,
} from "./requests.fixture.ts";

const roleArn = session.principalArn;
const nothing: RawStatement = { Effect: "Allow", Action: "s3:PutObject", Resource: "*" };
const denyAll: RawStatement = { ...allowAll, Effect: "Deny" };
const identity = [policy("identity", allowAll)];

function bucketGrant(Principal: unknown, more: object = {}) {
  return policy("resource", { ...allowAll, Principal, ...more });
}

describe("a grant by the resource of the same account (table of the evaluation logic page)", () => {
  const onlyArn = { Condition: { ArnEquals: { "aws:PrincipalArn": roleArn } } };
  const context = { "aws:principalarn": roleArn };
  const grants: Record<string, [Principal, ReturnType<typeof policy>]> = {
    "user ARN": [user, bucketGrant({ AWS: user.arn })],
    "user id": [user, bucketGrant({ AWS: user.userId })],
    "role ARN": [session, bucketGrant({ AWS: roleArn })],
    "role id": [session, bucketGrant({ AWS: "AROA3EXAMPLEEXAMPLE01" })],
    "session ARN": [session, bucketGrant({ AWS: [session.arn] })],
    "account id": [session, bucketGrant({ AWS: account })],
    "root ARN": [user, bucketGrant({ AWS: root.arn })],
    "federated user ARN": [federatedUser, bucketGrant({ AWS: federatedUser.arn })],
    "federating user ARN": [federatedUser, bucketGrant({ AWS: user.arn })],
    everyone: [session, bucketGrant("*")],
    "everyone as AWS": [user, bucketGrant({ AWS: "*" })],
    "everyone of one ARN": [session, bucketGrant("*", onlyArn)],
  };

  test.each<[name: string, alone: string, boundary: string, sessionPolicy: string]>([
    ["user ARN", "allow", "allow", "implicitDeny"],
    ["user id", "allow", "allow", "implicitDeny"],
    ["role ARN", "allow", "implicitDeny", "implicitDeny"],
    ["role id", "allow", "implicitDeny", "implicitDeny"],
    ["session ARN", "allow", "allow", "allow"],
    ["account id", "implicitDeny", "implicitDeny", "implicitDeny"],
    ["root ARN", "implicitDeny", "implicitDeny", "implicitDeny"],
    ["federated user ARN", "allow", "allow", "allow"],
    ["federating user ARN", "implicitDeny", "implicitDeny", "implicitDeny"],
    ["everyone", "allow", "implicitDeny", "implicitDeny"],
    ["everyone as AWS", "allow", "implicitDeny", "implicitDeny"],
    ["everyone of one ARN", "allow", "allow", "allow"],
  ])("%s: alone %s, boundary without allow %s, session policy without allow %s", (name, alone, boundary, limited) => {
    const [principal, resource] = grants[name]!;
    const decide = (policies: Policies) => effect({ principal, context }, { resource, ...policies });
    expect(decide({})).toBe(alone);
    expect(decide({ boundary: policy("boundary", nothing) })).toBe(boundary);
    expect(decide({ session: [policy("session", nothing)] })).toBe(limited);
    expect(decide({ boundary: policy("boundary", denyAll) })).toBe("explicitDeny");
    expect(decide({ session: [policy("session", denyAll)] })).toBe("explicitDeny");
    expect(decide({ identity: [policy("identity", denyAll)] })).toBe("explicitDeny");
    const asForeign = { principal, context, resourceAccount: otherAccount };
    expect(effect(asForeign, { resource })).toBe("implicitDeny");
    expect(effect(asForeign, { resource, identity, boundary: policy("boundary", nothing) })).toBe("implicitDeny");
    expect(effect(asForeign, { resource, identity, session: [policy("session", nothing)] })).toBe("implicitDeny");
    expect(effect(asForeign, { resource, identity, session: [policy("session", allowAll)] })).toBe("allow");
    expect(effect(asForeign, { identity, session: [policy("session", allowAll)] })).toBe("implicitDeny");
  });

  test("the strongest of several grants counts", () => {
    const both = { ...allowAll, Principal: { AWS: [account, session.arn] } };
    expect(effect({}, { resource: policy("resource", both), boundary: policy("boundary", nothing) })).toBe("allow");
  });
});

describe("who a Principal element names", () => {
  test.each<[name: string, Principal: unknown, caller: Principal, named: boolean]>([
    ["another user", { AWS: `arn:aws:iam::${account}:user/bob` }, user, false],
    ["the user's ARN in another case", { AWS: `arn:aws:iam::${account}:user/Alice` }, user, false],
    ["a role without its path", { AWS: `arn:aws:iam::${account}:role/app` }, session, false],
    ["another session", { AWS: `arn:aws:sts::${account}:assumed-role/app/other` }, session, false],
    ["a pattern of users", { AWS: `arn:aws:iam::${account}:user/*` }, user, false],
    ["a pattern of sessions", { AWS: `arn:aws:sts::${account}:assumed-role/app/*` }, session, false],
    ["a pattern of everything", { AWS: "arn:aws:iam::*:root" }, user, false],
    ["another role's id", { AWS: "AROA3EXAMPLEEXAMPLE02" }, session, false],
    ["the start of the role's id", { AWS: "AROA3EXAMPLEEXAMPLE0" }, session, false],
    ["the id with a session", { AWS: session.userId }, session, false],
    ["a service", { Service: "ec2.amazonaws.com" }, session, false],
    ["a name as a service", { Service: user.arn }, user, false],
    ["a canonical user", { CanonicalUser: "*" }, user, false],
    ["everyone for nobody in particular", "*", anonymous, true],
    ["everyone as AWS for nobody in particular", { AWS: "*" }, anonymous, true],
    ["the account for nobody in particular", { AWS: account }, anonymous, false],
    ["the service", { Service: "ec2.amazonaws.com" }, ec2, true],
    ["another service", { Service: "s3.amazonaws.com" }, ec2, false],
    ["every service", { Service: "*" }, ec2, false],
    ["everyone for a service", "*", ec2, false],
    ["root", { AWS: root.arn }, root, true],
    ["root of the other partition", { AWS: `arn:aws-cn:iam::${account}:root` }, root, false],
  ])("%s", (_, Principal, principal, named) => {
    const foreign = { principal, resourceAccount: otherAccount };
    expect(effect(foreign, { identity, resource: bucketGrant(Principal) })).toBe(named ? "allow" : "implicitDeny");
  });

  test.each<[name: string, Principal: unknown, caller: Principal, denied: boolean]>([
    ["everyone", "*", session, true],
    ["everyone, a service", "*", ec2, true],
    ["the account", { AWS: account }, session, true],
    ["the account, its root", { AWS: account }, root, true],
    ["the role", { AWS: roleArn }, session, true],
    ["the session", { AWS: session.arn }, session, true],
    ["the federating user", { AWS: user.arn }, federatedUser, true],
    ["another account", { AWS: otherAccount }, session, false],
    ["another user", { AWS: `arn:aws:iam::${account}:user/bob` }, user, false],
    ["what can't be read", { AWS: `arn:aws:iam::${account}:user/*` }, session, true],
  ])("deny of %s", (_, Principal, principal, denied) => {
    const grant = { ...allowAll, Principal: { AWS: "*", Service: "ec2.amazonaws.com" } };
    const resource = policy("resource", grant, { ...denyAll, Principal });
    expect(effect({ principal }, { identity, resource })).toBe(denied ? "explicitDeny" : "allow");
  });

  test.each<[name: string, NotPrincipal: unknown, caller: Principal, denied: boolean]>([
    ["user and account", { AWS: [user.arn, account] }, user, false],
    ["user id and account", { AWS: [user.userId, root.arn] }, user, false],
    ["user without account", { AWS: user.arn }, user, true],
    ["account without user", { AWS: account }, user, true],
    ["account", { AWS: account }, root, false],
    ["session, role and account", { AWS: [session.arn, roleArn, account] }, session, false],
    ["role and account", { AWS: [roleArn, account] }, session, true],
    ["session and account", { AWS: [session.arn, account] }, session, true],
    ["everyone", "*", session, false],
    ["somebody else", { AWS: [`arn:aws:iam::${account}:user/bob`, account] }, user, true],
    ["what can't be read", { AWS: "arn:aws:iam::*:root" }, root, true],
    ["the account, nobody in particular", { AWS: account }, anonymous, true],
    ["the service", { Service: "ec2.amazonaws.com" }, ec2, false],
  ])("NotPrincipal of a deny names %s", (_, NotPrincipal, principal, denied) => {
    const grant = { ...allowAll, Principal: { AWS: "*", Service: "ec2.amazonaws.com" } };
    const resource = policy("resource", grant, { ...denyAll, NotPrincipal });
    expect(effect({ principal }, { identity, resource })).toBe(denied ? "explicitDeny" : "allow");
  });

  test("NotPrincipal of an allow grants nothing", () => {
    const resource = policy("resource", { ...allowAll, NotPrincipal: { AWS: otherAccount } });
    expect(effect({}, { resource })).toBe("implicitDeny");
  });

  test("a resource policy without a principal grants nothing and denies everyone", () => {
    expect(effect({}, { resource: policy("resource", allowAll) })).toBe("implicitDeny");
    expect(effect({}, { identity, resource: policy("resource", denyAll) })).toBe("explicitDeny");
  });
});

describe("the root user", () => {
  test.each<[name: string, resourceAccount: string, policies: Policies, expected: string]>([
    ["is allowed in its account", account, {}, "allow"],
    ["is not stopped by policies that do not allow", account, { identity: [policy("identity", nothing)] }, "allow"],
    [
      "is stopped by a deny of the resource",
      account,
      { resource: policy("resource", { ...denyAll, Principal: "*" }) },
      "explicitDeny",
    ],
    ["has nothing in another account", otherAccount, {}, "implicitDeny"],
    ["has in another account what that grants", otherAccount, { resource: bucketGrant({ AWS: account }) }, "allow"],
    ["is limited by a session policy", account, { session: [policy("session", nothing)] }, "implicitDeny"],
  ])("%s", (_, resourceAccount, policies, expected) => {
    expect(effect({ principal: root, resourceAccount }, policies)).toBe(expected);
  });
});

describe("boundaries and session policies", () => {
  const limit = policy("boundary", allowAll);
  test.each<[name: string, policies: Policies, expected: string]>([
    ["all allow", { identity, boundary: limit, session: [policy("session", allowAll)] }, "allow"],
    [
      "one of two session policies allows",
      { identity, session: [policy("session", nothing), policy("session", allowAll)] },
      "allow",
    ],
    [
      "one of two session policies denies",
      { identity, session: [policy("session", denyAll), policy("session", allowAll)] },
      "explicitDeny",
    ],
    ["no session policies in the list", { identity, session: [] }, "allow"],
    ["a session policy alone", { session: [policy("session", allowAll)] }, "implicitDeny"],
    ["a boundary alone", { boundary: limit }, "implicitDeny"],
  ])("%s: %s", (_, policies, expected) => {
    expect(effect({}, policies)).toBe(expected);
  });

  test("a federated user without a session policy may do nothing", () => {
    expect(effect({ principal: federatedUser }, { identity })).toBe("implicitDeny");
    expect(effect({ principal: federatedUser }, { identity, session: [policy("session", allowAll)] })).toBe("allow");
  });
});

describe("taking a role", () => {
  const target = `arn:aws:iam::${account}:role/target`;
  const assume = { Effect: "Allow", Action: "sts:AssumeRole" } as const;
  const trusting = (Principal: unknown, more: object = {}) => policy("trust", { ...assume, Principal, ...more });
  const web: Principal = { type: "Federated", provider: `arn:aws:iam::${account}:oidc-provider/example.com` };

  test.each<[name: string, caller: Principal, policies: Policies, expected: string]>([
    ["no trust policy", user, { identity }, "implicitDeny"],
    ["trust in the user suffices", user, { trust: trusting({ AWS: user.arn }) }, "allow"],
    ["trust in the user's id suffices", user, { trust: trusting({ AWS: user.userId }) }, "allow"],
    ["trust in the role suffices", session, { trust: trusting({ AWS: roleArn }) }, "allow"],
    ["trust in the account does not", user, { trust: trusting({ AWS: root.arn }) }, "implicitDeny"],
    [
      "trust in the account leaves it to identity policies",
      user,
      { trust: trusting({ AWS: account }), identity },
      "allow",
    ],
    ["trust in everyone does not suffice", user, { trust: trusting({ AWS: "*" }) }, "implicitDeny"],
    ["trust in everyone with identity policies", user, { trust: trusting({ AWS: "*" }), identity }, "allow"],
    ["trust in somebody else", user, { trust: trusting({ AWS: roleArn }), identity }, "implicitDeny"],
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
    expect(evaluate(request(), { resource: bucketGrant({ AWS: session.arn }) }).reason).toEqual({
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
    [{ resource: bucketGrant({ AWS: account }) }, otherAccount, "identity"],
  ])("of an implicit deny is the type that is missing", (policies, resourceAccount, kind) => {
    const decision = evaluate(request({ resourceAccount }), policies);
    expect(decision).toMatchObject({ effect: "implicitDeny", reason: { type: "missing", kind } });
  });

  test("a policy compiled as something else is a mistake of the caller", () => {
    expect(() => evaluate(request(), { resource: policy("identity", allowAll) })).toThrow("not compiled as resource");
  });
});

describe("whatever the policies", () => {
  const item = <Value>(...values: readonly Value[]) => fc.constantFrom(...values);
  const element = fc.record(
    {
      Effect: item("Allow" as const, "Deny" as const),
      Action: item<unknown>("*", "s3:*", "s3:GetObject", "iam:*", "bad"),
      Resource: item<unknown>("*", "arn:aws:s3:::b/*", "arn:aws:s3:::c/*", "arn:*:s3:::b/k", "bad"),
      Condition: item<unknown>(
        {},
        { StringEquals: { "a:k": "v" } },
        { StringNotEquals: { "a:k": "v" } },
        { Bool: { "a:k": "true" } },
        { Unknown: { "a:k": "v" } },
      ),
    },
    { requiredKeys: ["Effect", "Action", "Resource"] },
  );
  const principals = item<unknown>("*", { AWS: account }, { AWS: roleArn }, { AWS: session.arn }, { AWS: user.arn });
  const granting = fc.tuple(element, principals).map(([one, Principal]) => ({ ...one, Principal }));
  const world = fc.record({
    identity: fc.array(element, { maxLength: 3 }),
    boundary: fc.option(fc.array(element, { maxLength: 2 })),
    session: fc.option(fc.array(element, { maxLength: 2 })),
    resource: fc.option(fc.array(granting, { maxLength: 3 })),
  });
  const asking = fc.record({
    principal: item<Principal>(session, user, root, anonymous, federatedUser),
    resourceAccount: item(account, otherAccount),
    context: item<Record<string, string>>({}, { "a:k": "v" }, { "a:k": "true" }),
  });
  type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

  const decide = (asked: object, { identity: own, boundary, session: passed, resource }: World) =>
    effect(asked, {
      identity: [policy("identity", ...own)],
      boundary: boundary ? policy("boundary", ...boundary) : undefined,
      session: passed ? [policy("session", ...passed)] : undefined,
      resource: resource ? policy("resource", ...resource) : undefined,
    });

  test("a deny added never widens", () => {
    fc.assert(
      fc.property(world, asking, element, principals, (policies, asked, statement, Principal) => {
        const before = decide(asked, policies);
        const deny = { ...statement, Effect: "Deny" as const };
        const wider = [
          { ...policies, identity: [...policies.identity, deny] },
          { ...policies, boundary: [...(policies.boundary ?? [allowAll as typeof statement]), deny] },
          { ...policies, session: [...(policies.session ?? [allowAll as typeof statement]), deny] },
          { ...policies, resource: [...(policies.resource ?? []), { ...deny, Principal }] },
        ];
        for (const changed of policies.session ? wider : wider.filter((_, index) => index !== 2)) {
          const after = decide(asked, changed);
          if (before !== "allow") expect(after).not.toBe("allow");
          if (before === "explicitDeny") expect(after).toBe("explicitDeny");
        }
      }),
      { numRuns: 400 },
    );
  });

  test("a statement that does not match changes nothing", () => {
    fc.assert(
      fc.property(world, asking, element, principals, fc.nat(3), (policies, asked, statement, Principal, at) => {
        const stranger = { ...statement, Action: "sqs:SendMessage" };
        const insert = <Item>(list: readonly Item[], one: Item) => [...list.slice(0, at), one, ...list.slice(at)];
        const changed = {
          identity: insert(policies.identity, stranger),
          boundary: policies.boundary && insert(policies.boundary, stranger),
          session: policies.session && insert(policies.session, stranger),
          resource: policies.resource && insert(policies.resource, { ...stranger, Principal }),
        };
        expect(decide(asked, changed)).toBe(decide(asked, policies));
      }),
      { numRuns: 400 },
    );
  });

  test("an allow taken away never widens", () => {
    fc.assert(
      fc.property(world, asking, fc.nat(2), (policies, asked, at) => {
        const without = <Item extends { Effect: string }>(list: readonly Item[]) =>
          list.filter((one, index) => index !== at || one.Effect === "Deny");
        const changed = {
          identity: without(policies.identity),
          boundary: policies.boundary && without(policies.boundary),
          session: policies.session && without(policies.session),
          resource: policies.resource && without(policies.resource),
        };
        if (decide(asked, policies) !== "allow") expect(decide(asked, changed)).not.toBe("allow");
      }),
      { numRuns: 400 },
    );
  });

  test("a long document is decided as a short one", () => {
    const statements = Array.from({ length: 500 }, (_, index) => ({ ...allowAll, Action: `sqs:Action${index}` }));
    const text = document(...statements, allowAll);
    const long = compilePolicy({ kind: "identity", name: "long", text });
    expect(evaluate(request(), { identity: [long] }).reason).toMatchObject({ statements: [{ index: 501 }] });
  });
});
