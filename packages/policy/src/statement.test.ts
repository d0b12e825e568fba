// Actions, resources, variables: what a statement of an identity's policy covers.
import { describe, expect, test } from "@jest/globals";
import { compilePolicy, evaluate } from "./evaluate.ts";
import { allowAll, effectOf, type RawStatement, request } from "./requests.fixture.ts";

const denyAll: RawStatement = { ...allowAll, Effect: "Deny" };

/** Whether the statement with these elements lets through as an Allow, and refuses as a Deny. */
function outcome(elements: object, changes: Parameters<typeof request>[0] = {}): string {
  const allows = effectOf([{ Resource: "*", Action: "*", ...elements, Effect: "Allow" }], changes) === "allow";
  const deny: RawStatement = { Resource: "*", Action: "*", ...elements, Effect: "Deny" };
  const denies = effectOf([allowAll, deny], changes) === "explicitDeny";
  return allows === denies ? String(allows) : denies ? "only denies" : "only allows";
}

describe("actions", () => {
  test.each<[written: string | string[], expected: string]>([
    ["s3:GetObject", "true"],
    ["S3:getobject", "true"],
    ["s3:Get*", "true"],
    ["s3:?etObject", "true"],
    ["*:*", "true"],
    ["s3:GetObjects", "false"],
    ["s3:*Bucket", "false"],
    [["iam:*", "s3:GetObject"], "true"],
    ["s3*", "only denies"],
    ["GetObject", "only denies"],
    ["s3:Get:Object", "only denies"],
    [[], "only denies"],
  ])("%j: %s", (Action, expected) => {
    expect(outcome({ Action })).toBe(expected);
  });

  test.each<[written: string | string[], expected: string]>([
    ["iam:*", "true"],
    ["s3:*", "false"],
    [["iam:*", "S3:GETOBJECT"], "false"],
    ["s3*", "only denies"],
    [[], "only denies"],
  ])("all but %j: %s", (NotAction, expected) => {
    expect(outcome({ Action: undefined, NotAction })).toBe(expected);
  });

  test("the request's action may be in any case", () => {
    expect(effectOf([{ ...allowAll, Action: "s3:GetObject" }], { action: "S3:GETOBJECT" })).toBe("allow");
  });
});

describe("resources", () => {
  test.each<[written: string | string[], resource: string, expected: string]>([
    ["*", "arn:aws:s3:::b/k", "true"],
    ["arn:aws:s3:::b/k", "arn:aws:s3:::b/k", "true"],
    ["arn:aws:s3:::b/K", "arn:aws:s3:::b/k", "false"],
    ["arn:aws:s3:::b", "arn:aws:s3:::b/k", "false"],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y", "true"],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b", "false"],
    ["arn:aws:s3:::b/?", "arn:aws:s3:::b/k", "true"],
    ["arn:aws:s3:::*/k", "arn:aws:s3:::b/x:y/k", "true"],
    ["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "true"],
    ["arn:aws:ec2:*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "true"],
    ["arn:aws:s3:::b*", "arn:aws:s3:::b/x:y", "true"],
    ["arn:*:s3:::b/*", "arn:aws:s3:::b/k", "true"],
    ["*", "*", "true"],
    ["arn:aws:s3:::b/*", "*", "false"],
    [["arn:aws:s3:::a", "arn:aws:s3:::b/k"], "arn:aws:s3:::b/k", "true"],
    // A wildcard must not reach into the next part for an Allow; a Deny may.
    ["arn:*:s3:::b/*", "arn:aws:s3:::evil/:s3:::b/k", "only denies"],
    ["arn:aws:*:*:*:b/*", "arn:aws:s3:::evil/x:b/k", "only denies"],
    ["arn:aws:ec2", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "only denies"],
    ["b/k", "arn:aws:s3:::b/k", "only denies"],
    [[], "arn:aws:s3:::b/k", "only denies"],
  ])("%j of %s: %s", (Resource, resource, expected) => {
    expect(outcome({ Resource }, { resource })).toBe(expected);
  });

  test.each<[written: string | string[], resource: string, expected: string]>([
    ["arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "false"],
    ["arn:aws:s3:::b/*", "arn:aws:s3:::c/k", "true"],
    [["arn:aws:s3:::a", "arn:aws:s3:::b/k"], "arn:aws:s3:::b/k", "false"],
    ["arn:*:s3:::b/*", "arn:aws:s3:::evil/:s3:::b/k", "only denies"],
    ["b/k", "arn:aws:s3:::b/k", "only denies"],
  ])("all but %j of %s: %s", (NotResource, resource, expected) => {
    expect(outcome({ Resource: undefined, NotResource }, { resource })).toBe(expected);
  });
});

describe("variables", () => {
  const context = {
    "aws:username": "alice",
    "aws:principaltag/star": "*",
    "aws:principaltag/empty": "",
    "aws:principaltag/with space": "s",
    "aws:tagkeys": ["a"],
  };
  const inBucket = (key: string) => ({ resource: `arn:aws:s3:::b/${key}`, context });

  test.each<[path: string, key: string, expected: string]>([
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are policy variables
    ["${aws:username}/*", "alice/x", "true"],
    ["${AWS:UserName}/*", "alice/x", "true"],
    ["${ aws:username }/*", "alice/x", "true"],
    ["${aws:username}/*", "bob/x", "false"],
    ["${aws:PrincipalTag/with space}", "s", "true"],
    ["${aws:PrincipalTag/star}/k", "*/k", "true"],
    ["${aws:PrincipalTag/star}/k", "bob/k", "false"],
    ["${aws:PrincipalTag/none}*", "x", "false"],
    ["${aws:PrincipalTag/empty}*", "x", "false"],
    ["${aws:TagKeys}", "a", "false"],
    ["${aws:PrincipalTag/none, 'd*'}/k", "d*/k", "true"],
    ["${aws:PrincipalTag/none, 'd*'}/k", "dx/k", "false"],
    ["${aws:username,'d'}", "alice", "true"],
    ["${aws:PrincipalTag/none, ''}k", "k", "true"],
    ["${aws:PrincipalTag/none, d}k", "dk", "false"],
    ["${*}${?}${$}", "*?$", "true"],
    ["${*}${?}${$}", "ab$", "false"],
    ["${aws:username", "${aws:username", "true"],
    ["${aws:username", "alice", "false"],
    ["${}", "", "false"],
    ["a${aws:username}b${aws:username}c", "aalicebalicec", "true"],
  ])("%s of %s: %s", (path, key, expected) => {
    expect(outcome({ Resource: `arn:aws:s3:::b/${path}` }, inBucket(key))).toBe(expected);
  });

  test("a variable may not stand before the fifth colon of an Allow", () => {
    const own = { ...context, "aws:principalaccount": "111122223333" };
    const changes = { resource: "arn:aws:iam::111122223333:role/x", context: own };
    expect(outcome({ Resource: "arn:aws:iam::${aws:PrincipalAccount}:role/x" }, changes)).toBe("only denies");
  });

  test("an unresolved NotResource does not widen an Allow", () => {
    const NotResource = "arn:aws:s3:::b/${aws:PrincipalTag/none}";
    expect(outcome({ Resource: undefined, NotResource }, inBucket("k"))).toBe("only denies");
  });

  test.each([
    ["StringEquals", "${aws:username}", "alice", "allow"],
    ["StringEquals", "${*}", "*", "allow"],
    ["StringEquals", "${aws:PrincipalTag/none}", "", "implicitDeny"],
    ["StringNotEquals", "${aws:PrincipalTag/none}", "x", "allow"],
    ["StringEqualsIgnoreCase", "${aws:username}", "ALICE", "allow"],
    ["StringLike", "${aws:username}/*", "alice/x", "allow"],
    ["StringLike", "${aws:PrincipalTag/star}", "x", "implicitDeny"],
    ["StringLike", "${*}", "x", "implicitDeny"],
    ["ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/alice", "allow"],
    ["ArnLike", "arn:aws:iam::*:user/${aws:PrincipalTag/star}", "arn:aws:iam::1:user/bob", "implicitDeny"],
    ["NumericEquals", "${aws:username}", "1", "implicitDeny"],
    ["BinaryEquals", "${aws:username}", "alice", "implicitDeny"],
  ])("%s %s with %s: %s", (operator, written, fact, expected) => {
    const statement = { ...allowAll, Condition: { [operator]: { "a:k": written } } };
    expect(effectOf([statement], { context: { ...context, "a:k": fact } })).toBe(expected);
  });

  test.each([["2008-10-17"], [undefined]])("are plain text in version %s", (Version) => {
    const Statement = [
      { ...allowAll, Resource: "arn:aws:s3:::b/${aws:username}" },
      { ...allowAll, Action: "s3:PutObject", Condition: { StringEquals: { "a:k": "${aws:username}" } } },
    ];
    const text = JSON.stringify({ Version, Statement });
    const identity = [compilePolicy({ kind: "identity", name: "old", text })];
    const effect = (changes: Parameters<typeof request>[0]) => evaluate(request(changes), { identity }).effect;
    expect(effect(inBucket("alice"))).toBe("implicitDeny");
    expect(effect(inBucket("${aws:username}"))).toBe("allow");
    expect(effect({ action: "s3:PutObject", context: { "a:k": "${aws:username}" } })).toBe("allow");
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: these are policy variables
});

describe("documents that should not be there deny, and never allow", () => {
  test.each([
    ["not JSON", "{"],
    ["a key twice", '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}'],
    [
      "a condition twice",
      JSON.stringify({ Statement: allowAll }).replace("}}", ',"Condition":{"a":{},"\\u0061":{}}}}'),
    ],
    ["no object", "[]"],
    ["unknown element", JSON.stringify({ Statement: { ...allowAll, Conditon: {} } })],
    ["unknown top element", JSON.stringify({ Statement: allowAll, Extra: 1 })],
    ["unknown version", JSON.stringify({ Version: "2020-01-01", Statement: allowAll })],
    ["no statement", "{}"],
    ["wrong effect", JSON.stringify({ Statement: { ...allowAll, Effect: "allow" } })],
    ["both actions", JSON.stringify({ Statement: { ...allowAll, NotAction: "iam:*" } })],
    ["actions of a wrong type", JSON.stringify({ Statement: { ...allowAll, Action: [1] } })],
    ["condition of a wrong type", JSON.stringify({ Statement: { ...allowAll, Condition: { Bool: { a: null } } } })],
  ])("%s", (_, text) => {
    const broken = compilePolicy({ kind: "identity", name: "broken", text });
    const good = compilePolicy({ kind: "identity", name: "good", text: JSON.stringify({ Statement: allowAll }) });
    const decision = evaluate(request(), { identity: [good, broken] });
    expect(decision).toMatchObject({ effect: "explicitDeny", reason: { statement: { policy: "broken", index: 0 } } });
  });

  test.each([
    ["a principal", { Principal: "*" }],
    ["no action", { Action: undefined }],
    ["no resource", { Resource: undefined }],
  ])("an identity policy with %s", (_, elements) => {
    expect(effectOf([{ ...allowAll, ...elements }])).toBe("implicitDeny");
    expect(effectOf([allowAll, { ...denyAll, ...elements }])).toBe("explicitDeny");
  });

  test("an empty list of statements grants nothing and denies nothing", () => {
    const empty = compilePolicy({ kind: "identity", name: "empty", text: '{"Statement":[]}' });
    expect(evaluate(request(), { identity: [empty] }).effect).toBe("implicitDeny");
  });
});
