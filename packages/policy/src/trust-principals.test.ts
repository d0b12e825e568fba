import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readJson } from "./json.ts";
import { principalsOf, renamePrincipals } from "./trust-principals.ts";

const text = `{ "Version": "2012-10-17",
  "Statement": [
    {"Effect":"Allow","Principal":{"AWS":["arn:a", "arn:b\\u0063"],"Service":"ec2.amazonaws.com"},
     "Action":"sts:AssumeRole"},
    {"Effect":"Deny", "Principal":{"AWS" : "arn:a"}, "Action":"sts:AssumeRole",
     "Condition":{"StringEquals":{"aws:PrincipalArn":"arn:a","AWS":{"Principal":"arn:a"}}}}
  ]
}`;

describe("principals of a trust policy", () => {
  test("are the AWS ones, wherever they stand", () => {
    expect(principalsOf(text)).toEqual(["arn:a", "arn:bc", "arn:a"]);
    expect(principalsOf('{"Statement":{"Principal":{"AWS":"arn:a"}}}')).toEqual(["arn:a"]);
    expect(principalsOf('{"Statement":{"NotPrincipal":{"AWS":"arn:a"}}}')).toEqual(["arn:a"]);
    expect(principalsOf('{"Statement":{"Principal":"*"}}')).toEqual([]);
    expect(principalsOf("{")).toEqual([]);
  });

  test("are renamed, and nothing else of the text changes", () => {
    const ids: Record<string, string> = { "arn:a": "AROA3EXAMPLEEXAMPLE01" };
    const renamed = renamePrincipals(text, (name) => ids[name] ?? name);
    expect(renamed).toBe(
      text
        .replace('["arn:a"', '["AROA3EXAMPLEEXAMPLE01"')
        .replace('"AWS" : "arn:a"', '"AWS" : "AROA3EXAMPLEEXAMPLE01"'),
    );
    expect(renamePrincipals(renamed, (name) => (name.startsWith("AROA") ? "arn:a" : name))).toBe(text);
  });

  test("a name with quotes stays one string", () => {
    const renamed = renamePrincipals('{"Statement":{"Principal":{"AWS":"arn:a"}}}', () => '","Effect":"Allow');
    expect(principalsOf(renamed)).toEqual(['","Effect":"Allow']);
  });
});

describe("the second look at JSON text", () => {
  function countStrings(value: unknown): number {
    if (typeof value === "string") return 1;
    const inside = typeof value === "object" && value !== null ? Object.values(value) : [];
    return inside.reduce<number>((sum, one) => sum + countStrings(one), 0);
  }

  test("finds every string at its place", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const written = JSON.stringify(value, undefined, 1);
        const json = readJson(written);
        if ("notJson" in json) throw new Error(json.notJson);
        for (const found of json.strings) {
          const there = found.path.reduce<any>((inside, step) => inside[step], json.value);
          expect(there).toBe(found.value);
          expect(JSON.parse(written.slice(found.start, found.end))).toBe(found.value);
        }
        expect(json.repeatsKey).toBe(false);
        expect(json.strings).toHaveLength(countStrings(value));
      }),
    );
  });

  test.each([
    ['{"a":1,"a":1}', true],
    ['{"a":{"b":1,"\\u0062":2}}', true],
    ['[{"a":1},{"a":1}]', false],
    ['{"a":{"a":["a","a"]},"b":"a"}', false],
  ])("%s repeats a key: %s", (written, repeats) => {
    expect(readJson(written)).toMatchObject({ repeatsKey: repeats });
  });
});
