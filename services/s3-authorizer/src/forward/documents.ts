// Documents that the server behind answers with: read whole within a bound, parsed, and held to their root element.
import { childText, parseXml, type XmlElement } from "@rolemint/wire/xml";
import type { Answer } from "./client.ts";
import type { Remote } from "./remote.ts";

/** The whole body. Rejects with Unavailable when it is cut short or larger than `maxBytes`. */
export function readWhole(remote: Remote, response: Answer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // It failed before anybody listened, and will not say so again.
    if (response.destroyed) return void reject(remote.client.unavailable(new Error("the answer was cut short")));
    const pieces: Buffer[] = [];
    let size = 0;
    response.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size > maxBytes) response.destroy(new Error(`the answer has more than ${maxBytes} bytes`));
      else pieces.push(piece);
    });
    response.on("error", (error) => reject(remote.client.unavailable(error)));
    response.on("end", () => {
      if (response.complete) resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
      else reject(remote.client.unavailable(new Error("the answer was cut short")));
    });
  });
}

/** The root element, or undefined where the body is no XML. */
export async function readDocument(
  remote: Remote,
  response: Answer,
  maxBytes: number,
): Promise<XmlElement | undefined> {
  return parseXml((await readWhole(remote, response, maxBytes)).toString("utf8"));
}

/** Without the bytes: they are read, so that the connection can be used again. */
export function skip(response: Answer): void {
  response.on("error", () => {});
  response.resume();
}

export function textIn(remote: Remote, parent: XmlElement, name: string): string {
  const text = childText(parent, name);
  if (text === undefined) throw remote.client.unavailable(new Error(`${parent.name} lacks ${name}`));
  return text;
}

/** A whole second, in milliseconds, as S3 gives times. */
export function timeIn(remote: Remote, parent: XmlElement, name: string): number {
  const time = Date.parse(textIn(remote, parent, name));
  if (Number.isNaN(time)) throw remote.client.unavailable(new Error(`${name} of ${parent.name} is no time`));
  return Math.floor(time / 1000) * 1000;
}

export function integerIn(remote: Remote, parent: XmlElement, name: string): number {
  const text = textIn(remote, parent, name);
  if (!/^\d{1,15}$/.test(text)) throw remote.client.unavailable(new Error(`${name} of ${parent.name} is no number`));
  return Number(text);
}
