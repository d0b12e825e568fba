// What forms are read as, and which are refused.
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type FormNode, numbered, parseForm } from "./form.ts";

/** The values of a tree by their whole names. */
function flat(node: FormNode, path = ""): Record<string, string> {
  const own = node.value === undefined ? {} : { [path]: node.value };
  const inside = [...node.children].map(([name, child]) => flat(child, path === "" ? name : `${path}.${name}`));
  return Object.assign(own, ...inside);
}

test.each([
  { form: "", values: {} },
  { form: "a=1", values: { a: "1" } },
  { form: "a=1&b.c=2&b.d=3", values: { a: "1", "b.c": "2", "b.d": "3" } },
  { form: "a", values: { a: "" } },
  { form: "a=", values: { a: "" } },
  { form: "&a=1&&", values: { a: "1" } },
  { form: "a=b=c", values: { a: "b=c" } },
  { form: "a=1+2%2B3%20%C3%A9", values: { a: "1 2+3 é" } },
  { form: "a+b=1", values: { "a b": "1" } },
  { form: "a%2Eb=1", values: { "a.b": "1" } },
  { form: "a=1&a.b=2", values: { a: "1", "a.b": "2" } },
])("$form is read", ({ form, values }) => {
  expect(flat(parseForm(form))).toEqual(values);
});

test.each([
  { why: "a parameter twice", form: "a=1&a=1" },
  { why: "a parameter twice, one of them escaped", form: "a=1&%61=2" },
  { why: "half an escape", form: "a=%" },
  { why: "an escape that is none", form: "a=%zz" },
  { why: "bytes that are no UTF-8", form: "a=%ff" },
  { why: "a broken name", form: "%=1" },
  { why: "17 levels", form: `${Array(17).fill("a").join(".")}=1` },
  { why: "5001 parameters", form: Array.from({ length: 5001 }, (_, index) => `a${index}=`).join("&") },
])("$why is refused", ({ form }) => {
  expect(() => parseForm(form)).toThrow(
    expect.objectContaining({
      code: "MalformedQueryString",
      status: 400,
      message: expect.stringMatching("syntax error"),
    }),
  );
});

test("16 levels and 5000 parameters are taken", () => {
  expect(flat(parseForm(`${Array(16).fill("a").join(".")}=1`))).toEqual({ "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a": "1" });
  const many = Array.from({ length: 5000 }, (_, index) => `a${index}=`).join("&");
  expect(parseForm(many).children.size).toBe(5000);
});

test("names of an object's own making are names like others", () => {
  expect([...parseForm("__proto__.x=1&constructor=2").children.keys()]).toEqual(["__proto__", "constructor"]);
});

test("items stand in the order of their numbers, and what is no number is no item", () => {
  const items = numbered(parseForm("10=c&2=b&1=a&0=no&x=no&01=no&-1=no&1234567=no"));
  expect(items.map(({ value }) => value)).toEqual(["a", "b", "c"]);
});

test("whatever a form says is read as it was meant", () => {
  const name = fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/);
  const names = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
  const pairs = fc.uniqueArray(fc.tuple(names, fc.string({ unit: "grapheme" })), { selector: ([one]) => one });
  fc.assert(
    fc.property(pairs, (given) => {
      const form = given.map(([one, value]) => `${one}=${encodeURIComponent(value)}`).join("&");
      expect(flat(parseForm(form))).toEqual(Object.fromEntries(given));
      expect(flat(parseForm(new URLSearchParams(given).toString()))).toEqual(Object.fromEntries(given));
    }),
  );
});
