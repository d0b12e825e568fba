// Header lines of heads that need no HTTP parser, of requests and of answers alike.

/** A header line: a token, a colon, a value without control characters. */
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Name, value, name, value … from `start` to the end of a text in which every line ends with CRLF. Undefined when one
 * is no plain line, or `isSpecial`, which is given the name in lower case.
 */
export function readPlainHeaders(
  text: string,
  start: number,
  isSpecial: (name: string, value: string) => boolean,
): string[] | undefined {
  const rawHeaders: string[] = [];
  for (let from = start; from < text.length; ) {
    const end = text.indexOf("\r\n", from);
    const line = text.slice(from, end);
    if (!HEADER.test(line)) return undefined;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    // Not trim(): it would take away bytes of a character that ends in a byte which latin1 has for a space.
    const value = line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, "");
    if (isSpecial(name.toLowerCase(), value)) return undefined;
    rawHeaders.push(name, value);
    from = end + 2;
  }
  return rawHeaders;
}
