// Small XML documents that come in: read whole, verified, then parsed without entities.
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
