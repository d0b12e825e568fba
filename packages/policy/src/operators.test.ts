import { describe, expect, test } from "@jest/globals";
import { parseOperator } from "./operators.ts";
import { allowAll, effectOf } from "./requests.fixture.ts";
import type { Context } from "./variables.ts";

type Fact = string | readonly string[] | undefined;

/** What a condition makes of an Allow, and of a Deny beside an Allow of everything. */
function outcome(operator: string, written: unknown, fact: Fact): string {
  const context: Context = fact === undefined ? {} : { "a:k": fact };
  const Condition = { [operator]: { "A:K": written } };
  const allowed = effectOf([{ ...allowAll, Condition }], { context }) === "allow";
  const denied = effectOf([allowAll, { ...allowAll, Effect: "Deny", Condition }], { context }) === "explicitDeny";
  if (allowed && denied) return "holds";
  if (!allowed && !denied) return "fails";
  return denied ? "in doubt" : "widens";
}

const none = undefined;

describe("one value of the policy against one of the request", () => {
  test.each<[operator: string, written: unknown, fact: Fact, expected: string]>([
    ["StringEquals", "abc", "abc", "holds"],
    ["StringEquals", "abc", "Abc", "fails"],
    ["StringEquals", "a*", "abc", "fails"],
    ["StringEquals", "a*", "a*", "holds"],
    ["StringEquals", "", "", "holds"],
    ["StringEquals", "abc", none, "fails"],
    ["StringNotEquals", "abc", "abc", "fails"],
    ["StringNotEquals", "abc", "Abc", "holds"],
    ["StringNotEquals", "abc", none, "holds"],
    ["StringEqualsIgnoreCase", "abc", "ABC", "holds"],
    ["StringEqualsIgnoreCase", "abc", "abd", "fails"],
    ["StringEqualsIgnoreCase", "abc", none, "fails"],
    ["StringNotEqualsIgnoreCase", "abc", "ABC", "fails"],
    ["StringNotEqualsIgnoreCase", "abc", "abd", "holds"],
    ["StringNotEqualsIgnoreCase", "abc", none, "holds"],
    ["StringLike", "a?c*", "abcdef", "holds"],
    ["StringLike", "a?c*", "Abc", "fails"],
    ["StringLike", "*", "", "holds"],
    ["StringLike", "*", none, "fails"],
    ["StringNotLike", "a?c*", "abcdef", "fails"],
    ["StringNotLike", "a?c*", "xyz", "holds"],
    ["StringNotLike", "*", none, "holds"],
    ["NumericEquals", "10", "10.0", "holds"],
    ["NumericEquals", 10, "10", "holds"],
    ["NumericEquals", "10", "11", "fails"],
    ["NumericEquals", "10", none, "fails"],
    ["NumericEquals", "10", "ten", "in doubt"],
    ["NumericEquals", "ten", "10", "in doubt"],
    ["NumericEquals", "0x10", "16", "in doubt"],
    ["NumericEquals", "", "0", "in doubt"],
    ["NumericEquals", "9007199254740992", "9007199254740993", "in doubt"],
    ["NumericNotEquals", "10", "10", "fails"],
    ["NumericNotEquals", "10", "-1e1", "holds"],
    ["NumericNotEquals", "10", "ten", "in doubt"],
    ["NumericNotEquals", "10", none, "holds"],
    ["NumericLessThan", "2.0", "1.0", "holds"],
    ["NumericLessThan", "2.0", "2.0", "fails"],
    ["NumericLessThan", "2.0", none, "fails"],
    ["NumericLessThanEquals", "2", "2", "holds"],
    ["NumericLessThanEquals", "2", "2.1", "fails"],
    ["NumericLessThanEquals", "10", "9", "holds"],
    ["NumericLessThanEquals", "10", none, "fails"],
    ["NumericGreaterThan", "2", "10", "holds"],
    ["NumericGreaterThan", "2", "2", "fails"],
    ["NumericGreaterThan", "2", none, "fails"],
    ["NumericGreaterThanEquals", "2", "2", "holds"],
    ["NumericGreaterThanEquals", "2", "1.9", "fails"],
    ["NumericGreaterThanEquals", "2", none, "fails"],
    ["DateEquals", "2026-01-01T00:00:00Z", "1767225600", "holds"],
    ["DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "holds"],
    ["DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", "holds"],
    ["DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "fails"],
    ["DateEquals", "2026-01-01T00:00:00Z", none, "fails"],
    ["DateEquals", "yesterday", "2026-01-01T00:00:00Z", "in doubt"],
    ["DateEquals", "2026-02-30", "2026-03-02", "in doubt"],
    ["DateNotEquals", "2026-01-01T00:00:00Z", "1767225600", "fails"],
    ["DateNotEquals", "2026-01-01T00:00:00Z", "1767225601", "holds"],
    ["DateNotEquals", "2026-01-01T00:00:00Z", none, "holds"],
    ["DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "holds"],
    ["DateLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "fails"],
    ["DateLessThan", "2026-01-01T00:00:00Z", none, "fails"],
    ["DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "holds"],
    ["DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "fails"],
    ["DateLessThanEquals", "2026-01-01T00:00:00Z", none, "fails"],
    ["DateGreaterThan", "1767225600", "2026-01-01T00:00:01Z", "holds"],
    ["DateGreaterThan", "1767225600", "2026-01-01T00:00:00Z", "fails"],
    ["DateGreaterThan", "1767225600", none, "fails"],
    ["DateGreaterThanEquals", "1767225600", "2026-01-01T00:00:00Z", "holds"],
    ["DateGreaterThanEquals", "1767225600", "2025-12-31T23:59:59Z", "fails"],
    ["DateGreaterThanEquals", "1767225600", none, "fails"],
    ["Bool", true, "true", "holds"],
    ["Bool", "True", "true", "holds"],
    ["Bool", "false", "true", "fails"],
    ["Bool", false, none, "fails"],
    ["Bool", "yes", "true", "in doubt"],
    ["BinaryEquals", "QQ==", "QQ==", "holds"],
    ["BinaryEquals", "QQ==", "QR==", "fails"],
    ["BinaryEquals", "QQ==", none, "fails"],
    ["IpAddress", "203.0.113.0/24", "203.0.113.255", "holds"],
    ["IpAddress", "203.0.113.0/24", "203.0.114.0", "fails"],
    ["IpAddress", "203.0.113.77/24", "203.0.113.1", "holds"],
    ["IpAddress", "0.0.0.0/0", "255.255.255.255", "holds"],
    ["IpAddress", "0.0.0.0/0", "2001:db8::1", "fails"],
    ["IpAddress", "203.0.113.9", "203.0.113.9", "holds"],
    ["IpAddress", "203.0.113.9/31", "203.0.113.8", "holds"],
    ["IpAddress", "203.0.113.0/24", "::ffff:203.0.113.7", "holds"],
    ["IpAddress", "::ffff:203.0.113.0/120", "203.0.113.7", "holds"],
    ["IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678:ffff::1", "holds"],
    ["IpAddress", "2001:db8::/33", "2001:db8:8000::", "fails"],
    ["IpAddress", "2001:db8::1", "2001:db8::2", "fails"],
    ["IpAddress", "::/0", "2001:db8::2", "holds"],
    ["IpAddress", "203.0.113.0/24", none, "fails"],
    ["IpAddress", "203.0.113.0/33", "203.0.113.1", "in doubt"],
    ["IpAddress", "203.0.113.0/", "203.0.113.1", "in doubt"],
    ["IpAddress", "203.0.113.010", "203.0.113.10", "in doubt"],
    ["IpAddress", "203.0.113.0/24", "203.0.113", "in doubt"],
    ["IpAddress", "2001:db8::1::2", "2001:db8::1", "in doubt"],
    ["NotIpAddress", "203.0.113.0/24", "203.0.113.1", "fails"],
    ["NotIpAddress", "203.0.113.0/24", "198.51.100.1", "holds"],
    ["NotIpAddress", "203.0.113.0/24", "unknown", "in doubt"],
    ["NotIpAddress", "203.0.113.0/24", none, "holds"],
    ["ArnEquals", "arn:aws:iam::1:role/a*", "arn:aws:iam::1:role/app", "holds"],
    ["ArnEquals", "arn:aws:iam::1:role/app", "arn:aws:iam::1:role/App", "fails"],
    ["ArnEquals", "arn:aws:iam::1:role/app", none, "fails"],
    ["ArnLike", "arn:*:iam::*:role/?pp", "arn:aws:iam::1:role/app", "holds"],
    ["ArnLike", "arn:aws:s:*:1:x/*", "arn:aws:s:r:2:y:1:x/z", "fails"],
    ["ArnLike", "arn:aws:s:r:1:x:*", "arn:aws:s:r:1:x:y:z", "holds"],
    ["ArnLike", "arn:aws:s:*", "arn:aws:s:r:1:x", "holds"],
    ["ArnLike", "*", "arn:aws:s:r:1:x", "holds"],
    ["ArnLike", "arn:aws:s", "arn:aws:s:r:1:x", "in doubt"],
    ["ArnLike", "*", "not an arn", "in doubt"],
    ["ArnLike", "*", none, "fails"],
    ["ArnNotEquals", "arn:aws:iam::1:role/a*", "arn:aws:iam::1:role/app", "fails"],
    ["ArnNotEquals", "arn:aws:iam::1:role/a*", "arn:aws:iam::2:role/app", "holds"],
    ["ArnNotEquals", "arn:aws:iam::1:role/a*", none, "holds"],
    ["ArnNotLike", "arn:aws:iam::1:role/a*", "arn:aws:iam::1:role/app", "fails"],
    ["ArnNotLike", "arn:aws:iam::1:role/a*", "arn:aws:iam::1:role/b", "holds"],
    ["ArnNotLike", "arn:aws:iam::1:role/a*", none, "holds"],
    ["Null", "true", none, "holds"],
    ["Null", true, "x", "fails"],
    ["Null", "true", "", "fails"],
    ["Null", "true", [], "holds"],
    ["Null", "false", "x", "holds"],
    ["Null", "false", ["x", "y"], "holds"],
    ["Null", "false", none, "fails"],
    ["Null", "maybe", "x", "in doubt"],
    ["StringSortOf", "x", "x", "in doubt"],
    ["stringequals", "x", "x", "in doubt"],
    ["NullIfExists", "true", none, "in doubt"],
  ])("%s %j with %j %s", (operator, written, fact, expected) => {
    expect(outcome(operator, written, fact)).toBe(expected);
  });
});

describe("several values, sets and missing keys", () => {
  test.each<[operator: string, written: unknown, fact: Fact, expected: string]>([
    ["StringEquals", ["a", "b"], "b", "holds"],
    ["StringNotEquals", ["a", "b"], "b", "fails"],
    ["StringNotEquals", ["a", "b"], "c", "holds"],
    ["NumericEquals", ["ten", "10"], "10", "holds"],
    ["NumericNotEquals", ["ten", "10"], "10", "fails"],
    ["NumericNotEquals", ["ten", "10"], "11", "in doubt"],
    ["StringEquals", [], "x", "in doubt"],
    ["StringNotEquals", [], "x", "in doubt"],
    ["StringEquals", "a", ["a"], "holds"],
    ["StringEquals", "a", ["a", "b"], "in doubt"],
    ["StringEqualsIfExists", "a", none, "holds"],
    ["StringEqualsIfExists", "a", "a", "holds"],
    ["StringEqualsIfExists", "a", "b", "fails"],
    ["StringNotEqualsIfExists", "a", none, "holds"],
    ["BoolIfExists", "false", none, "holds"],
    ["BoolIfExists", "false", "true", "fails"],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "b"], "holds"],
    ["ForAllValues:StringEquals", ["a", "b"], ["a"], "holds"],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], "fails"],
    ["ForAllValues:StringEquals", ["a", "b"], "a", "holds"],
    ["ForAllValues:StringEquals", ["a"], [], "holds"],
    ["ForAllValues:StringEquals", ["a"], "", "holds"],
    ["ForAllValues:StringEquals", ["a"], none, "holds"],
    ["ForAllValues:StringNotEquals", ["a"], ["b", "c"], "holds"],
    ["ForAllValues:StringNotEquals", ["a"], ["a", "c"], "fails"],
    ["ForAllValues:NumericEquals", ["1"], ["1", "x"], "in doubt"],
    ["ForAllValues:NumericEquals", ["1"], ["2", "x"], "fails"],
    ["ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], "holds"],
    ["ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], "fails"],
    ["ForAnyValue:StringEquals", ["a"], [], "fails"],
    ["ForAnyValue:StringEquals", [""], "", "fails"],
    ["ForAnyValue:StringEquals", ["a"], none, "fails"],
    ["ForAnyValue:StringNotEquals", ["a"], none, "fails"],
    ["ForAnyValue:StringNotEquals", ["a"], ["a", "b"], "holds"],
    ["ForAnyValue:StringNotEquals", ["a"], ["a", "a"], "fails"],
    ["ForAnyValue:StringLikeIfExists", ["a*"], none, "holds"],
    ["ForAnyValue:StringLikeIfExists", ["a*"], ["b", "ab"], "holds"],
    ["ForAnyValue:NumericEquals", ["1"], ["1", "x"], "holds"],
    ["ForAnyValue:NumericEquals", ["1"], ["2", "x"], "in doubt"],
  ])("%s %j with %j %s", (operator, written, fact, expected) => {
    expect(outcome(operator, written, fact)).toBe(expected);
  });

  test("keys and operators must all hold, and one that fails outweighs doubt", () => {
    const context = { "a:x": "1", "a:y": "2" };
    const both = (y: string, more: object = {}) =>
      effectOf([{ ...allowAll, Condition: { StringEquals: { "a:x": "1", "a:y": y }, ...more } }], { context });
    expect(both("2")).toBe("allow");
    expect(both("3")).toBe("implicitDeny");
    expect(both("2", { Bool: { "a:z": "true" } })).toBe("implicitDeny");
    const deny = { ...allowAll, Effect: "Deny", Condition: { Unknown: { "a:x": "1" }, StringEquals: { "a:y": "3" } } };
    expect(effectOf([allowAll, deny as typeof allowAll], { context })).toBe("allow");
  });

  test.each([
    ["StringEquals", "allow", "explicitDeny"],
    ["Unknown", "implicitDeny", "explicitDeny"],
  ])("%s without keys: %s, a deny: %s", (operator, allowed, denied) => {
    const Condition = { [operator]: {} };
    expect(effectOf([{ ...allowAll, Condition }])).toBe(allowed);
    expect(effectOf([allowAll, { ...allowAll, Effect: "Deny", Condition }])).toBe(denied);
  });

  test("a key is a fact of the request only if it was put there", () => {
    for (const key of ["constructor", "__proto__", "toString"]) {
      expect(effectOf([{ ...allowAll, Condition: { Null: { [key]: "false" } } }])).toBe("implicitDeny");
    }
  });
});

test.each([
  ["StringEquals", true],
  ["ForAllValues:StringLikeIfExists", true],
  ["Null", true],
  ["NullIfExists", false],
  ["ForAnyValue:Null", false],
  ["forallvalues:StringEquals", false],
  ["StringEqualsIfExistsIfExists", false],
  ["toString", false],
  ["", false],
])("operator %s exists: %s", (name, exists) => {
  expect(parseOperator(name) !== undefined).toBe(exists);
});
