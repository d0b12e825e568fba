// The grammar of what stands in an Authorization header or in the presigned parameters: names and forms are strict,
// only blanks around the commas are free (s3cmd sends none).
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
import type { ClaimFault } from "./fault.ts";
import type { Scope } from "./key.ts";

export interface Components {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

const COMPONENTS = { Credential: "credential", SignedHeaders: "signedHeaders", Signature: "signature" } as const;

/** ` Credential=…, SignedHeaders=…, Signature=…`, in any order: each once, and nothing else. */
export function parseAuthorization(text: string): Components | ClaimFault {
  const found: { -readonly [name in keyof Components]?: string } = {};
  for (const part of text.split(",")) {
    const trimmed = part.trim();
    if (trimmed === "" && text.trim() === "") break;
    const equals = trimmed.indexOf("=");
    const name = trimmed.slice(0, Math.max(equals, 0));
    if (!Object.hasOwn(COMPONENTS, name)) return { reason: "malformed-authorization" };
    const key = COMPONENTS[name as keyof typeof COMPONENTS];
    if (found[key] !== undefined) return { reason: "malformed-authorization" };
    found[key] = trimmed.slice(equals + 1);
  }
  const { credential, signedHeaders, signature } = found;
  if (credential && signedHeaders && signature) return { credential, signedHeaders, signature };
  const names = Object.entries(COMPONENTS).filter(([, key]) => !found[key]);
  return { reason: "missing-components", names: names.map(([name]) => name) };
}

/** `AKIA…/20261123/us-east-1/s3/aws4_request`: five parts of printable ASCII, none empty. */
export function parseCredential(text: string): { accessKeyId: string; scope: Scope } | ClaimFault {
  const [accessKeyId, date, region, service, terminal, ...rest] = text.split("/");
  if (!accessKeyId || !date || !region || !service || !terminal || rest.length > 0 || !/^[!-~]+$/.test(text)) {
    return { reason: "malformed-credential" };
  }
  if (terminal !== "aws4_request") return { reason: "wrong-terminal", given: terminal };
  if (!/^\d{8}$/.test(date)) return { reason: "malformed-scope-date", given: date };
  return { accessKeyId, scope: { date, region, service } };
}

/** `host;x-amz-date`: lower-case header names, none twice. The order is kept, since it is part of what was signed. */
export function parseSignedHeaders(text: string): string[] | undefined {
  if (!/^[a-z0-9!#$%&'*+.^_`|~;-]+$/.test(text)) return undefined;
  const names = text.split(";");
  return names.includes("") || new Set(names).size !== names.length ? undefined : names;
}
