// The usual mistakes in signing a request, each as what it changes: in the path, the query, the headers, the payload's
// hash, the scope. Collected from what people report of SDKs, proxies and signers written by hand.
import { type HttpRequest, splitTarget } from "@rolemint/wire/http";
import { canonicalHeaders, canonicalPath, canonicalQuery, normalize, queryPairs } from "./canonical.ts";
import type { SignedClaim } from "./claim.ts";
import { canonicalText, decodeText, encodePathAgain, encodeText } from "./encoding.ts";
import type { Scope } from "./key.ts";
import { EMPTY_SHA256, UNSIGNED_PAYLOAD } from "./payload.ts";
import type { VerifyOptions } from "./verify.ts";

/** All that goes into a signature but for the secret. */
export interface Trial {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  readonly amzDate: string;
  /** As it stands in the string to sign, and as the key was made for. */
  readonly scope: Scope;
  readonly keyScope: Scope;
  /** The key was made of the secret alone, without `AWS4` before it. */
  readonly hasNoPrefix: boolean;
}

export interface Mistake {
  readonly place: "method" | "path" | "query" | "host" | "headers" | "payload" | "scope";
  /** The end of a sentence about who signed. */
  readonly text: string;
  readonly change: Partial<Trial>;
}

/** What should have been signed; undefined where the request cannot be signed at all. */
export function signedAs(request: HttpRequest, claim: SignedClaim, body: VerifyOptions): Trial | undefined {
  const path = canonicalPath(splitTarget(request.target).path, body.flavour);
  const headers = canonicalHeaders(request.rawHeaders, claim.signedHeaders, claim.kind === "query");
  const payloadHash = body.flavour === "s3" ? claim.payloadHash : body.bodyHash;
  if (path === undefined || !headers || payloadHash === undefined) return undefined;
  const { signedHeaders, amzDate, scope, canonicalQuery: query } = claim;
  const lines = headers.lines.split("\n").slice(0, -1);
  return {
    method: request.method,
    path,
    query,
    headers: lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)] as const),
    signedHeaders,
    payloadHash,
    amzDate,
    scope,
    keyScope: scope,
    hasNoPrefix: false,
  };
}

export interface Surroundings {
  readonly body: VerifyOptions;
  readonly regions: readonly string[];
  readonly services: readonly string[];
}

/** Each that would change something, of those that come to the same the one that says more first. */
export function mistakesOf(
  request: HttpRequest,
  claim: SignedClaim,
  right: Trial,
  surroundings: Surroundings,
): Mistake[] {
  return [
    ...pathMistakes(request, right, surroundings.body.flavour),
    ...queryMistakes(request, right),
    ...hostMistakes(right),
    ...headerMistakes(request, right),
    ...payloadMistakes(request, right, surroundings.body),
    ...scopeMistakes(claim, right, surroundings),
    ...["GET", "PUT", "POST", "HEAD", "DELETE"].map((method) =>
      mistake("method", `it was signed for the method ${method}, and sent as ${right.method}`, { method }),
    ),
  ].filter(({ change }) => Object.entries(change).some(([name, value]) => !isSame(value, right[name as keyof Trial])));
}

function mistake(place: Mistake["place"], text: string, change: Partial<Trial>): Mistake {
  return { place, text, change };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Leaves out the forms that cannot be made of this request. */
function forms(
  place: Mistake["place"],
  name: "path" | "query",
  rows: readonly (readonly [text: string, value: string | undefined])[],
): Mistake[] {
  return rows.flatMap(([text, value]) => (value === undefined ? [] : [mistake(place, text, { [name]: value })]));
}

function pathMistakes({ target }: HttpRequest, right: Trial, flavour: "s3" | "other"): Mistake[] {
  const raw = splitTarget(target).path;
  const once = canonicalText(raw, 0, raw.length, "path");
  const normal = normalize(raw);
  const host = right.headers.find(([name]) => name === "host")?.[1] ?? "";
  const bucket = host.split(".")[0]!;
  const inner = /^\/[^/]+(\/.*)$/.exec(right.path)?.[1];
  const ofFlavour: [string, string | undefined][] =
    flavour === "s3"
      ? [
          ["the path was encoded twice", once && encodePathAgain(once)],
          ["the path was normalised (empty, . and .. segments taken out)", canonicalPath(normal, "s3")],
          ["the path was normalised and encoded twice", encodePathAgain(normal)],
          ["the bucket's name was left out of the path", inner],
          ["the bucket's name was put into the path", `/${bucket}${right.path}`],
        ]
      : [
          ["the path was encoded only once", once],
          ["the path was not normalised", encodePathAgain(raw)],
        ];
  const slashed = right.path.endsWith("/") ? right.path.slice(0, -1) || "/" : `${right.path}/`;
  return forms("path", "path", [
    ...ofFlavour,
    ["the path was not encoded", latin1Of(once && decodeText(once))],
    ["the path was signed with another slash at its end", slashed],
    ["the path's escapes were signed in lower case", lowerEscapes(right.path)],
    ["the path was signed as /", "/"],
    ["the path was signed as nothing", ""],
    ["the path was signed as it was sent", raw],
  ]);
}

function queryMistakes({ target }: HttpRequest, right: Trial): Mistake[] {
  const pairs = (queryPairs(target) ?? []).filter(({ name }) => name !== "X-Amz-Signature");
  if (pairs.length === 0) return [];
  const joined = (list: typeof pairs) => list.map(({ name, value }) => `${name}=${value}`).join("&");
  const each = (change: (text: string) => string | undefined) =>
    canonicalQuery(pairs.map(({ name, value }) => ({ name: change(name) ?? name, value: change(value) ?? value })));
  const isToken = ({ name }: { name: string }) => name.toLowerCase() === "x-amz-security-token";
  const withoutToken = pairs.filter((pair) => !isToken(pair));
  const raw = splitTarget(target).query.replace(/&?X-Amz-Signature=[^&]*/, "");
  return forms("query", "query", [
    ["the session token was added to the URL after it had been signed", canonicalQuery(withoutToken)],
    ["the query's parameters were not sorted", joined(pairs)],
    ["the query was encoded twice", each((text) => encodeText(text))],
    ["blanks in the query were signed as +", right.query.replaceAll("%20", "+")],
    ["slashes in the query were not encoded", right.query.replaceAll("%2F", "/")],
    ["the query's escapes were signed in lower case", lowerEscapes(right.query)],
    ["parameters without a value were signed without =", right.query.replace(/=(?=&|$)/g, "")],
    ["the query was not encoded", latin1Of(each(decodeText))],
    ["the query was left out", ""],
    ["the query was signed as it was sent", raw],
  ]);
}

function hostMistakes(right: Trial): Mistake[] {
  const sent = right.headers.find(([name]) => name === "host")?.[1];
  if (sent === undefined) return [];
  const { service, region } = right.scope;
  const name = sent.replace(/:\d+$/, "");
  const port = sent.slice(name.length);
  const as = (text: string, value: string) =>
    mistake("host", text, { headers: replaced(right.headers, "host", value) });
  const elsewhere = [
    `${service}.${region}.amazonaws.com`,
    `${service}.amazonaws.com`,
    `localhost${port}`,
    `127.0.0.1${port}`,
  ];
  return [
    as("the host was signed without its port", name),
    as("the host was signed with port 80", `${name}:80`),
    as("the host was signed with port 443", `${name}:443`),
    as("the host was signed in another case", sent.toLowerCase()),
    ...elsewhere.map((host) => as(`it was signed for the host ${host}, and sent to ${sent}`, host)),
    as("the host was signed without the bucket's name", sent.slice(sent.indexOf(".") + 1)),
  ];
}

function headerMistakes({ rawHeaders }: HttpRequest, right: Trial): Mistake[] {
  const rawValues = (name: string) =>
    rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1]!.toLowerCase() === name);
  const each = (value: (name: string, values: string[]) => string | undefined) =>
    right.headers.map(([name, before]) => [name, value(name, rawValues(name)) ?? before] as const);
  const sorted = right.headers.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const token = "x-amz-security-token";
  const withoutToken = right.headers.filter(([name]) => name !== token);
  const names = right.signedHeaders.filter((name) => name !== token);
  const as = (text: string, change: Partial<Trial>) => mistake("headers", text, change);
  return [
    as("blanks in header values were signed as they were sent", {
      headers: each((_, values) => (values.length > 0 ? values.join(",") : undefined)),
    }),
    as("of headers that were sent twice only the first was signed", { headers: each((_, [first]) => first?.trim()) }),
    as("of headers that were sent twice only the last was signed", { headers: each((_, all) => all.at(-1)?.trim()) }),
    as("headers that were sent twice were joined with a comma and a blank", {
      headers: each((_, all) => (all.length > 1 ? all.map((one) => one.trim()).join(", ") : undefined)),
    }),
    as("the headers were not signed in the order of SignedHeaders", { headers: sorted }),
    as("SignedHeaders was not sorted when it was signed", {
      headers: sorted,
      signedHeaders: right.signedHeaders.toSorted(),
    }),
    as("the session token was listed in SignedHeaders after signing", { headers: withoutToken, signedHeaders: names }),
    as("the session token's header was not signed", { headers: withoutToken }),
    as("the session token was signed as nothing", { headers: replaced(right.headers, token, "") }),
  ];
}

function payloadMistakes(request: HttpRequest, right: Trial, body: VerifyOptions): Mistake[] {
  const stated = request.rawHeaders.find((_, i, all) => i % 2 === 1 && all[i - 1]!.toLowerCase() === PAYLOAD_HEADER);
  const as = (text: string, payloadHash: string) => mistake("payload", text, { payloadHash });
  return [
    as("the payload was signed as UNSIGNED-PAYLOAD", UNSIGNED_PAYLOAD),
    as("the payload was signed as an empty one", EMPTY_SHA256),
    as("the payload's hash was signed as nothing", ""),
    as("the payload was signed as STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    as("the payload's hash was signed in capital letters", right.payloadHash.toUpperCase()),
    ...(stated !== undefined && body.flavour === "other"
      ? [as(`${PAYLOAD_HEADER} was signed, not the body`, stated)]
      : []),
  ];
}

const PAYLOAD_HEADER = "x-amz-content-sha256";

/** The scope of the credential was looked at before: here it is about what the key was made for. */
function scopeMistakes({ scope }: SignedClaim, right: Trial, { regions, services }: Surroundings): Mistake[] {
  const others: [string, Scope][] = [
    ...regions.map((region): [string, Scope] => [`for the region ${region}`, { ...scope, region }]),
    ...services.map((service): [string, Scope] => [`for the service ${service}`, { ...scope, service }]),
    ["for the day before", { ...scope, date: dayBeside(scope.date, -1) }],
    ["for the day after", { ...scope, date: dayBeside(scope.date, 1) }],
  ];
  const both = others.flatMap(([text, other]) => [
    mistake("scope", `its key was made ${text}, though the credential says otherwise`, { keyScope: other }),
    mistake("scope", `it was signed ${text}, though the credential says otherwise`, { keyScope: other, scope: other }),
    mistake("scope", `its string to sign was made ${text}, though the credential says otherwise`, { scope: other }),
  ]);
  return [
    ...both,
    mistake("scope", "its key was made without AWS4 before the secret", { hasNoPrefix: !right.hasNoPrefix }),
  ];
}

function dayBeside(day: string, days: number): string {
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6, 8)].map(Number);
  return new Date(Date.UTC(year!, month! - 1, date! + days)).toISOString().slice(0, 10).replaceAll("-", "");
}

function replaced(headers: Trial["headers"], name: string, value: string): Trial["headers"] {
  return headers.map(([one, before]) => [one, one === name ? value : before] as const);
}

function lowerEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

/** Texts are signed as latin1 characters, one a byte. */
function latin1Of(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, "utf8").toString("latin1");
}
