// What must hold of decisions whatever the policies are.
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compilePolicy, evaluate } from "./evaluate.ts";
import type { Principal } from "./principal.ts";
import {
  account,
  allowAll,
  anonymous,
  document,
  effect,
  federatedUser,
  otherAccount,
  policy,
  request,
  root,
  session,
  user,
} from "./requests.fixture.ts";

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
  const principals = item<unknown>(
    "*",
    { AWS: account },
    { AWS: session.principalArn },
    { AWS: session.arn },
    { AWS: user.arn },
  );
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
