// Elements of S3's answers. A control character in a key is written as a reference to it, as S3 does though XML 1.0 has
// no such characters: a client that wants to parse any listing asks for encoding-type=url.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
import { escapeXml } from "@rolemint/wire/xml";

/** Those that XML has not, but for NUL, which no key has. */
const CONTROL = /([\u0001-\u0008\u000b\u000c\u000e-\u001f])/;

/** `<name>text</name>`, escaped. */
export function element(name: string, text: string | number | boolean): string {
  const plain = String(text);
  return `<${name}>${CONTROL.test(plain) ? withReferences(plain) : escapeXml(plain)}</${name}>`;
}

function withReferences(text: string): string {
  return text
    .split(CONTROL)
    .map((part, index) => (index % 2 === 0 ? escapeXml(part) : `&#x${part.charCodeAt(0).toString(16).toUpperCase()};`))
    .join("");
}
