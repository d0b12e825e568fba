// What is written is read; what could be an attack is refused.
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { childText, element, escapeXml, parseXml } from "./xml.ts";

test.each([
  { text: "plain é 😀", escaped: "plain é 😀" },
  { text: `<a b="c">&'</a>`, escaped: `&lt;a b=&quot;c&quot;&gt;&amp;'&lt;/a&gt;` },
  { text: "]]>", escaped: "]]&gt;" },
  { text: "a\r\n\tb", escaped: "a&#xD;\n\tb" },
  { text: "\u0000\u0008\u001f\ufffe\uffff", escaped: "\ufffd\ufffd\ufffd\ufffd\ufffd" },
  { text: "half a pair \ud83d", escaped: "half a pair \ufffd" },
])("$text is escaped", ({ text, escaped }) => {
  expect(escapeXml(text)).toBe(escaped);
});

test("an element has its name and its text", () => {
  expect(element("Size", 12)).toBe("<Size>12</Size>");
  expect(element("Key", "a&b")).toBe("<Key>a&amp;b</Key>");
});

test("a document is read: children in order, texts, CDATA, escapes, without prefixes and attributes", () => {
  const text = `<?xml version="1.0"?>\n<s3:Delete xmlns:s3="urn:x"><Object id="1"><Key> a&amp;b&#xE9;</Key></Object><Key><![CDATA[<b>]]></Key></s3:Delete>`;
  const root = parseXml(text)!;
  expect(root.name).toBe("Delete");
  expect(root.children.map(({ name }) => name)).toEqual(["Object", "Key"]);
  expect(childText(root.children[0]!, "Key")).toBe(" a&bé");
  expect(childText(root, "Key")).toBe("<b>");
  expect(childText(root, "Quiet")).toBeUndefined();
});

const deep = (levels: number) => `${"<a>".repeat(levels)}${"</a>".repeat(levels)}`;

test.each([
  { why: "nothing", text: "" },
  { why: "plain text", text: "hello" },
  { why: "JSON", text: '{"a":1}' },
  { why: "an element that is not closed", text: "<a><b></a>" },
  { why: "two roots", text: "<a></a><b></b>" },
  { why: "a DTD", text: "<!DOCTYPE a [<!ELEMENT a ANY>]><a></a>" },
  { why: "a DTD in small letters", text: "<!doctype a><a></a>" },
  { why: "an external entity", text: '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>' },
  { why: "entities within entities", text: '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>' },
  { why: "a name that stands for nothing", text: "<a>&nbsp;</a>" },
  { why: "a name in capitals", text: "<a>&AMP;</a>" },
  { why: "a number that is no character", text: "<a>a&#0;</a>" },
  { why: "half a pair", text: "<a>&#xD800;</a>" },
  { why: "a number beyond all characters", text: "<a><b>&#x110000;</b></a>" },
  { why: "18 levels", text: deep(18) },
  { why: "a hundred thousand levels", text: deep(100_000) },
])("$why is refused", ({ text }) => {
  expect(parseXml(text)).toBeUndefined();
});

test.each([
  { text: "a&#xD;b&#10;c&#x1F600;", read: "a\rb\nc😀" },
  { text: "&lt;&gt;&amp;&quot;&apos;", read: `<>&"'` },
  { text: "&amp;#xD;&amp;amp;", read: "&#xD;&amp;" },
  { text: "<![CDATA[&amp;&#xD;]]>", read: "&amp;&#xD;" },
])("$text is read once", ({ text, read }) => {
  expect(parseXml(`<a>${text}</a>`)?.text).toBe(read);
});

const grapheme = fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 });

test("what is written is read, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.oneof(grapheme, fc.constantFrom("\r", "\n", "&", "#", ";", "]]>")) }), (text) => {
      expect(parseXml(`<a>${element("b", text)}</a>`)?.children[0]?.text).toBe(text);
    }),
  );
});

test("no text whatever makes the reader throw", () => {
  const piece = fc.constantFrom(
    "<a>",
    "</a>",
    "<a/>",
    "<",
    ">",
    "&",
    "&#x1F600;",
    "&#99999999;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "x",
    '"',
    "<?p ?>",
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => void parseXml(pieces.join(""))));
});
