// XML: a small writer of our own (answers are built from shapes), and fast-xml-parser for the few documents that
// come in, with DTDs off and size and depth capped.
import { XMLParser, XMLValidator } from "fast-xml-parser";

const SPECIAL = /[&<>"\u0000-\u0008\u000b\u000c\u000e-\u001f\r\ufffe\uffff\p{Cs}]/gu;
const NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

/** Text made safe inside an element. Characters that XML 1.0 cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(SPECIAL, (found) => NAMES[found] ?? "\ufffd");
}

/** `<name>text</name>`, escaped. */
export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** One element of a document that came in: its name, its text, its children in order. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  removeNSPrefix: true,
  processEntities: false,
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: "#text",
});

/**
 * The root element of a document, or undefined when it is not well-formed, has a DTD, or nests deeper than 16.
 * References to control characters, which XML 1.0 has not, are read: S3 writes them.
 * Bound the size before calling.
 */
export function parseXml(text: string): XmlElement | undefined {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text) || XMLValidator.validate(text) !== true) return undefined;
  try {
    const roots = elements(parser.parse(text) as Node[], 0);
    return roots.length === 1 ? roots[0] : undefined;
  } catch {
    return undefined;
  }
}

/** The text of the only child of that name, or undefined. */
export function childText(parent: XmlElement, name: string): string | undefined {
  return parent.children.find((child) => child.name === name)?.text;
}

type Node = Readonly<Record<string, Node[] | string>>;

function elements(nodes: readonly Node[], depth: number): XmlElement[] {
  if (depth > 16) throw new Error("too deep");
  const found: XmlElement[] = [];
  for (const node of nodes) {
    const name = Object.keys(node).find((key) => key !== ":@" && key !== "#text");
    if (name === undefined) continue;
    const inside = node[name] as Node[];
    const text = inside.map((child) => ("#text" in child ? textOf(child["#text"]!) : "")).join("");
    found.push({ name, text, children: elements(inside, depth + 1) });
  }
  return found;
}

/** A CDATA section arrives as a list of text nodes and means what it says; plain text arrives as a string. */
function textOf(value: Node[] | string): string {
  if (typeof value === "string") return value.replace(REFERENCE, (_, name: string) => characterOf(name));
  return value.map((child) => String(child["#text"] ?? "")).join("");
}

const REFERENCE = /&([^;]*);?/g;
const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The five names that XML has, and numbers: `#13`, `#xD`. Throws for what stands for no character. */
function characterOf(name: string): string {
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? [];
  const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) return String.fromCodePoint(point);
  if (!Object.hasOwn(CHARACTERS, name)) throw new Error(`&${name}; is no character`);
  return CHARACTERS[name]!;
}
