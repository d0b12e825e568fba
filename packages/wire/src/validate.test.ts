// AWS's words for every limit that a value can break.
import { expect, test } from "@jest/globals";
import { boolean, defaulted, integer, list, oneOf, required, string, struct, timestamp } from "./shape.ts";
import { describeViolations, violations, withDefaults } from "./validate.ts";

const Tag = struct({
  Key: required(string({ min: 1, max: 128, pattern: "[\\p{L}_]+" })),
  Value: required(string({ max: 3 })),
});
const Input = struct({
  RoleName: required(string({ min: 1, max: 8, pattern: "[\\w+=,.@-]+" })),
  Status: oneOf("Active", "Inactive"),
  MaxItems: integer({ min: 1, max: 1000 }),
  Tags: list(Tag, { max: 2 }),
  TagKeys: list(string({ min: 1, max: 4, pattern: "[a-z]+" }), { min: 1, max: 2 }),
  Flag: boolean(),
  Since: timestamp(),
});

const good = { RoleName: "app" };

test.each([
  { input: good },
  { input: { ...good, Status: "Active", MaxItems: 1, Tags: [], TagKeys: ["a"], Flag: false, Since: 0 } },
  { input: { RoleName: "12345678", MaxItems: 1000, Tags: [{ Key: "é", Value: "" }], TagKeys: ["abcd", "b"] } },
  { input: { RoleName: "a", Tags: [{ Key: "a", Value: "😀😀😀" }] } },
])("$input is good", ({ input }) => {
  expect(violations(Input, input)).toEqual([]);
});

const items =
  "[Member must have length less than or equal to 4, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [a-z]+, Member must not be null]";

test.each([
  { input: {}, quoted: "Value null at 'roleName' failed to satisfy constraint: Member must not be null" },
  {
    input: { RoleName: "" },
    quoted:
      "Value '' at 'roleName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
  },
  {
    input: { RoleName: "123456789" },
    quoted:
      "Value '123456789' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 8",
  },
  {
    input: { RoleName: "a\n" },
    quoted:
      "Value 'a\n' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
  },
  {
    input: { ...good, Status: "Gone" },
    quoted:
      "Value 'Gone' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
    bare: "Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
  },
  {
    input: { ...good, MaxItems: 0 },
    quoted: "Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
  },
  {
    input: { ...good, MaxItems: 1001 },
    quoted:
      "Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
  },
  {
    input: {
      ...good,
      Tags: [
        { Key: "a", Value: "" },
        { Key: "*", Value: "" },
      ],
    },
    quoted:
      "Value '*' at 'tags.2.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}_]+",
  },
  {
    input: { ...good, TagKeys: ["a", "TOO LONG"] },
    quoted: `Value '[a, TOO LONG]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: ${items}`,
  },
  {
    input: { ...good, TagKeys: [] },
    quoted: "Value '[]' at 'tagKeys' failed to satisfy constraint: Member must have length greater than or equal to 1",
  },
])("$input is refused in AWS's words", ({ input, quoted, bare }) => {
  const found = violations(Input, input);
  const count = `${found.length} validation error${found.length === 1 ? "" : "s"} detected: `;
  expect(describeViolations(found, { quoteValues: true })).toBe(count + quoted);
  const withoutValues = bare ?? quoted.replaceAll(/Value '(?:[^'])*'/g, "Value");
  expect(describeViolations(found, { quoteValues: false })).toBe(count + withoutValues);
});

test("every violation is told, in the order of the shape", () => {
  const found = violations(Input, { Status: "Gone", MaxItems: 0 });
  expect(found.map(({ path, sent }) => [path, sent])).toEqual([
    ["roleName", "RoleName"],
    ["status", "Status"],
    ["maxItems", "MaxItems"],
  ]);
});

test("a pattern holds for the whole value, and counts characters beyond the first plane once", () => {
  const Arn = struct({ Arn: string({ min: 2, max: 2, pattern: "[\\u0020-\\uD7FF\\u10000-\\u10FFFF]+" }) });
  expect(violations(Arn, { Arn: "😀😀" })).toEqual([]);
  expect(violations(Arn, { Arn: "a\u0001" })).toHaveLength(1);
});

test("defaults stand where nothing was given", () => {
  const Paged = struct({ Path: defaulted(string(), "/"), MaxItems: defaulted(integer(), 100), Marker: string() });
  expect(withDefaults(Paged, {})).toEqual({ Path: "/", MaxItems: 100 });
  expect(withDefaults(Paged, { Path: "/a/", Marker: "m" })).toEqual({ Path: "/a/", MaxItems: 100, Marker: "m" });
});
