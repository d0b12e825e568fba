import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { jsonError } from "./json-error.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("jsonError", () => {
  test.each([
    ["", 0, "a value"],
    ["  ", 2, "a value"],
    ["{", 1, "a key in double quotes or }"],
    ['{"a"', 4, "a colon"],
    ['{"a" 1}', 5, "a colon"],
    ['{"a":}', 5, "a value"],
    ['{"a":1,}', 7, "a key in double quotes"],
    ['{"a":1 "b":2}', 7, "a comma or the end of the list or object"],
    ["[1,]", 3, "a value"],
    ["[}", 1, "a value or ]"],
    ["[1}", 2, "a comma or the end of the list or object"],
    ["{a:1}", 1, "a key in double quotes or }"],
    ["'a'", 0, "a value"],
    ['"a\nb"', 0, "a value"],
    ["01", 1, "nothing more"],
    ["{} x", 3, "nothing more"],
    ["\uFEFF{}", 0, "a value"],
  ])("%j: at %d should be %s", (text, offset, wanted) => {
    expect(jsonError(text)).toEqual({ offset, wanted });
  });

  test("finds nothing in any JSON", () => {
    fc.assert(fc.property(fc.json(), (text) => jsonError(text) === undefined));
    fc.assert(fc.property(fc.jsonValue(), (value) => jsonError(JSON.stringify(value, null, "\t")) === undefined));
  });

  test("agrees with JSON.parse on JSON with one character changed", () => {
    const change = fc.tuple(fc.json(), fc.nat(), fc.constantFrom("", ...'{}[],:"\\ 0-.e1tn\n'));
    fc.assert(
      fc.property(change, ([text, at, letter]) => {
        const index = at % (text.length + 1);
        const changed = text.slice(0, index) + letter + text.slice(index + 1);
        expect({ changed, isJson: jsonError(changed) === undefined }).toEqual({ changed, isJson: isJson(changed) });
      }),
      { numRuns: 1000 },
    );
  });
});
