// Secrets taken out of what is shown of a refused request: session tokens, the keys of SSE-C, signatures that would do.
// A secret is shown as its length and the start of its hash, so that two of them can still be told apart.
import { sha256Hex } from "@rolemint/sigv4";

/** Headers and parameters whose value is a secret. */
const SECRET_NAMES = [
  "x-amz-security-token",
  "x-amz-server-side-encryption-customer-key",
  "x-amz-copy-source-server-side-encryption-customer-key",
  "authorization",
  "cookie",
  "x-aws-ec2-metadata-token",
];
const IN_LINE = new RegExp(`^(${SECRET_NAMES.join("|")}):(.*)$`, "gim");
const IN_QUERY = /((?:^|[?&\n])x-amz-security-token=)([^&\s]*)/gi;
const SIGNATURE_IN_QUERY = /([?&]X-Amz-Signature=)([0-9a-f]{8})[0-9a-f]*/gi;

/** `(1234 characters, SHA-256 ab12cd34…)` */
export function shownSecret(value: string): string {
  if (value === "") return "";
  return `(${value.length} characters, SHA-256 ${sha256Hex(Buffer.from(value)).slice(0, 8)}…)`;
}

/** A canonical request, a target or a header value as it may be shown; `secrets` are taken out wherever they stand. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text
    .replace(IN_LINE, (_, name: string, value: string) => `${name}:${shownSecret(value)}`)
    .replace(IN_QUERY, (_, before: string, value: string) => before + shownSecret(decoded(value)))
    .replace(SIGNATURE_IN_QUERY, "$1$2…");
  for (const secret of secrets) {
    for (const form of formsOf(secret)) shown = shown.replaceAll(form, shownSecret(secret));
  }
  return shown;
}

/** As it is, and encoded once and twice, as canonical requests have it. */
function formsOf(secret: string): string[] {
  const once = encodeURIComponent(secret);
  const forms = [secret, once, encodeURIComponent(once), once.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())];
  return [...new Set(forms)].filter((form) => form.length >= 8);
}

/** Every text inside a value, as it may be shown. */
export function withoutSecretsIn<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === "string") return withoutSecrets(value, secrets) as T;
  if (Array.isArray(value)) return value.map((item) => withoutSecretsIn(item, secrets)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutSecretsIn(item, secrets)])) as T;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
