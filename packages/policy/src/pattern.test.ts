import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compileTokens, type Token, wildcard } from "./pattern.ts";

describe("wildcard", () => {
  test.each([
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["**", "abc", true],
    ["?", "", false],
    ["?", "a", true],
    ["?*", "", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["ab*bc", "abc", false],
    ["a*b*c", "a--c--b--c", true],
    ["a*?b", "ab", false],
    ["a*?b", "axxb", true],
    ["*.+(", "x.+(", true],
    ["a.c", "abc", false],
    ["*aab", "aaaab", true],
    ["*a?b*", "xaaybz", true],
  ])("%j of %j: %s", (pattern, text, expected) => {
    expect(wildcard(pattern)(text)).toBe(expected);
  });

  test("literal text may hold wildcard characters", () => {
    const tokens: Token[] = ["*", { text: "a*?" }, "?"];
    expect(compileTokens(tokens)("xa*?y")).toBe(true);
    expect(compileTokens(tokens)("xabcy")).toBe(false);
  });

  /** The definition, letter by letter. */
  function oracle(pattern: string, text: string): boolean {
    if (pattern === "") return text === "";
    const rest = pattern.slice(1);
    if (pattern[0] === "*") return oracle(rest, text) || (text !== "" && oracle(pattern, text.slice(1)));
    return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && oracle(rest, text.slice(1));
  }

  test("agrees with the definition", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (written, value) => {
        expect(wildcard(written)(value)).toBe(oracle(written, value));
      }),
      { numRuns: 3000 },
    );
  });

  // A matcher that goes back over its stars would not come to an end here.
  test.each([
    [`${"*a".repeat(60)}*b`, "a".repeat(5000), false],
    [`${"*a?".repeat(60)}b`, "a".repeat(5000), false],
    [`${"*".repeat(3000)}b`, "a".repeat(5000), false],
    [`${"a*".repeat(2000)}`, "a".repeat(5000), true],
  ])("comes to an end whatever the pattern", (pattern, text, expected) => {
    expect(wildcard(pattern)(text)).toBe(expected);
  });
});
