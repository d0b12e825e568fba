// Small XML documents that come in: read whole, verified, then parsed without entities. What the schema of a document
// does not have is refused, never passed over.
import { parseXml, type XmlElement } from "@rolemint/wire/xml";
import { textOf } from "./call.ts";
import { s3Error } from "./errors.ts";
import type { Asked } from "./gate.ts";

/** The root element. Throws MaxMessageLengthExceeded, MissingRequestBodyError, MalformedXML. */
export async function documentOf(
  asked: Asked,
  root: string,
  maxBytes: number,
  ownChecksum = true,
): Promise<XmlElement> {
  const tooLarge = () => s3Error("MaxMessageLengthExceeded", { MaxMessageLengthBytes: String(maxBytes) });
  const bytes = await asked.body.document(maxBytes, tooLarge, ownChecksum);
  if (bytes.length === 0) throw s3Error("MissingRequestBodyError");
  const text = textOf(bytes);
  const document = text === undefined ? undefined : parseXml(text);
  if (document?.name !== root) throw s3Error("MalformedXML");
  return document;
}

/** The texts of an element's children. Throws MalformedXML for one not in `names`, twice there, or not only text. */
export function membersOf(parent: XmlElement, names: readonly string[]): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  for (const { name, text, children } of parent.children) {
    if (members.has(name) || !names.includes(name) || children.length > 0) throw s3Error("MalformedXML");
    members.set(name, text);
  }
  return members;
}

export function booleanOf(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (word !== "true" && word !== "false") throw s3Error("MalformedXML");
  return word === "true";
}
