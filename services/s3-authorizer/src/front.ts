// The front: one address for every AWS API. A request is S3's unless the scope of its signature, else its Host, else
// its shape says that it is another service's. Nothing is verified here: who receives it verifies it.
import type { Headers } from "./call.ts";

/** The services whose requests have S3's form; all but `s3` itself are refused by the gate, in S3's words. */
const S3_SERVICES = new Set(["s3", "s3express", "s3-object-lambda", "s3-outposts"]);
/**
 * `s3` and its relatives as the last part of a name before the region: `bucket.s3`, `s3-us-west-2`,
 * `bucket.s3-control`.
 */
const S3_HOST = /(?:^|\.)s3(?:[.-]|$)/;
const IN_HEADER = "Credential=";
const IN_QUERY = "X-Amz-Credential=";

export function isForS3(method: string, target: string, headers: Headers): boolean {
  const service = scopedService(target, headers);
  if (service !== undefined) return S3_SERVICES.has(service);
  const host = headers.get("host") ?? "";
  if (host.includes("amazonaws.com")) return S3_HOST.test(host);
  return !hasQueryApiShape(method, target, headers);
}

/** The service of `Credential=KEY/DATE/REGION/SERVICE/aws4_request`, from the header or else the query. */
function scopedService(target: string, headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  const inHeader = authorization === undefined ? -1 : authorization.indexOf(IN_HEADER);
  if (inHeader >= 0) return fourthPart(authorization!.slice(inHeader + IN_HEADER.length));
  const inQuery = target.indexOf(IN_QUERY);
  if (inQuery < 0) return undefined;
  const start = inQuery + IN_QUERY.length;
  const ampersand = target.indexOf("&", start);
  return fourthPart(target.slice(start, ampersand < 0 ? target.length : ampersand).replace(/%2F/gi, "/"));
}

function fourthPart(credential: string): string | undefined {
  let start = 0;
  for (let part = 0; part < 3; part++) {
    const slash = credential.indexOf("/", start);
    if (slash < 0) return undefined;
    start = slash + 1;
  }
  const end = credential.indexOf("/", start);
  return end < 0 ? undefined : credential.slice(start, end);
}

/** A form posted to `/`, `X-Amz-Target`, or `/?Action=…`: S3 has none of them. */
function hasQueryApiShape(method: string, target: string, headers: Headers): boolean {
  if (headers.has("x-amz-target")) return true;
  const isAtRoot = target === "/" || target.startsWith("/?");
  return isAtRoot && (method === "POST" || /[?&]Action=/.test(target));
}
