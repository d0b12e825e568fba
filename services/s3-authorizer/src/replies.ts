// The forms in which operations answer.
import type { Reply } from "./call.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** A document of S3's schema: `inside` are its elements, escaped already. */
export function xmlReply(root: string, inside: string, headers: readonly string[] = []): Reply {
  const open = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}"`;
  const body = Buffer.from(inside === "" ? `${open}/>` : `${open}>${inside}</${root}>`);
  const own = ["Content-Type", "application/xml", "Content-Length", String(body.length)];
  return { status: 200, headers: [...headers, ...own], body };
}

export function emptyReply(headers: readonly string[] = []): Reply {
  return { status: 200, headers: [...headers, "Content-Length", "0"] };
}

export function noContentReply(): Reply {
  return { status: 204, headers: [] };
}
