import { describe, expect, test } from "@jest/globals";
import type { Policies } from "./evaluate.ts";
import type { Principal } from "./principal.ts";
import {
  account,
  allowAll,
  anonymous,
  ec2,
  effect,
  federatedUser,
  otherAccount,
  policy,
  type RawStatement,
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
