// Why a signature is wrong: the request is signed again with one or two of the usual mistakes, until the signature that
// was sent comes out. It needs the secret, so only who has it can ask; it never gives a signature away.
import { createHmac, createSecretKey } from "node:crypto";
import type { HttpRequest } from "@rolemint/wire/http";
import { canonicalRequest, stringToSign } from "./canonical.ts";
import type { SignedClaim } from "./claim.ts";
import { deriveSigningKey, isSameSignature, type Scope, type SigningKey, signText } from "./key.ts";
import { type Mistake, mistakesOf, signedAs, type Trial } from "./mistakes.ts";
import type { VerifyOptions } from "./verify.ts";

/** A secret that may have been used; `what` says whose it is, for the sentence about it. */
export interface Suspect {
  readonly secretAccessKey: string;
  readonly what: string;
}

export interface DiagnosisOptions {
  readonly body: VerifyOptions;
  /** The secret that belongs to the key. */
  readonly secretAccessKey: string;
  /** Secrets that it may have been mistaken for. */
  readonly suspects: readonly Suspect[];
  /** Regions and services whose signing key may have been used. */
  readonly regions: readonly string[];
  readonly services: readonly string[];
}

/** One line of the canonical request that was signed in another form; a line that is not there is "". */
export interface Parting {
  readonly part: string;
  readonly expected: string;
  readonly signed: string;
}

export interface Diagnosis {
  /** Sentences: what was done otherwise, of which all together give the signature that was sent. */
  readonly mistakes: readonly string[];
  readonly partings: readonly Parting[];
}

/** Undefined when none of the usual mistakes gives the signature. */
export function diagnose(request: HttpRequest, claim: SignedClaim, options: DiagnosisOptions): Diagnosis | undefined {
  const right = signedAs(request, claim, options.body);
  if (!right) return undefined;
  const given = claim.signature.toLowerCase();
  const keyFor = keyMemory();
  const isSent = (trial: Trial, secret: string) => {
    const key = trial.hasNoPrefix ? keyWithoutPrefix(secret, trial.keyScope) : keyFor(secret, trial.keyScope);
    const canonical = canonicalRequest({ ...trial, headerLines: linesOf(trial) });
    return isSameSignature(signText(key, stringToSign(trial.amzDate, trial.scope, canonical)), given);
  };
  const found = (mistakes: readonly string[], trial: Trial): Diagnosis => ({
    mistakes,
    partings: partingsOf(right, trial),
  });
  const { secretAccessKey } = options;
  if (isSent(right, secretAccessKey)) {
    return given === claim.signature ? undefined : found(["the signature is written in capital letters"], right);
  }
  const mistakes = mistakesOf(request, claim, right, options);
  for (const one of mistakes) {
    const trial = { ...right, ...one.change };
    if (isSent(trial, secretAccessKey)) return found([one.text], trial);
  }
  const suspects = [...options.suspects, ...misspelled(secretAccessKey)];
  for (const { secretAccessKey: other, what } of suspects) {
    if (isSent(right, other)) return found([`it was signed with ${what}`], right);
  }
  for (const [one, other] of pairsOf(mistakes)) {
    const trial = { ...right, ...one.change, ...other.change };
    if (isSent(trial, secretAccessKey)) return found([one.text, other.text], trial);
  }
  for (const { secretAccessKey: other, what } of suspects) {
    for (const one of mistakes) {
      const trial = { ...right, ...one.change };
      if (isSent(trial, other)) return found([`it was signed with ${what}`, one.text], trial);
    }
  }
  return undefined;
}

/** Two mistakes in different places. */
function* pairsOf(mistakes: readonly Mistake[]): Generator<readonly [Mistake, Mistake]> {
  for (const [index, one] of mistakes.entries()) {
    for (const other of mistakes.slice(index + 1)) if (one.place !== other.place) yield [one, other];
  }
}

/** What becomes of a secret between a file, a shell and a program. */
function misspelled(secret: string): Suspect[] {
  const forms: readonly (readonly [what: string, secret: string])[] = [
    ["a line break after it", `${secret}\n`],
    ["a line break (CR LF) after it", `${secret}\r\n`],
    ["a blank after it", `${secret} `],
    ["a blank before it", ` ${secret}`],
    ["quotation marks around it", `"${secret}"`],
    ["apostrophes around it", `'${secret}'`],
    ["its + read as a blank", secret.replaceAll("+", " ")],
    ["its characters percent-encoded", encodeURIComponent(secret)],
    ["its / written as \\/", secret.replaceAll("/", "\\/")],
    ["its letters in lower case", secret.toLowerCase()],
    ["its last character missing", secret.slice(0, -1)],
    ["its first character missing", secret.slice(1)],
  ];
  return forms
    .filter(([, form]) => form !== secret)
    .map(([what, secretAccessKey]) => ({ secretAccessKey, what: `the right secret with ${what}` }));
}

function keyMemory(): (secret: string, scope: Scope) => SigningKey {
  const keys = new Map<string, SigningKey>();
  return (secret, scope) => {
    const id = JSON.stringify([secret, scope.date, scope.region, scope.service]);
    const key = keys.get(id) ?? deriveSigningKey(secret, scope);
    keys.set(id, key);
    return key;
  };
}

function keyWithoutPrefix(secret: string, scope: Scope): SigningKey {
  let key = createSecretKey(secret, "utf8");
  for (const part of [scope.date, scope.region, scope.service, "aws4_request"]) {
    key = createSecretKey(createHmac("sha256", key).update(part).digest());
  }
  return key;
}

function linesOf({ headers }: Trial): string {
  return headers.map(([name, value]) => `${name}:${value}\n`).join("");
}

function partingsOf(right: Trial, trial: Trial): Parting[] {
  const parts: readonly (readonly [part: string, of: (trial: Trial) => string])[] = [
    ["method", ({ method }) => method],
    ["path", ({ path }) => path],
    ["query", ({ query }) => query],
    ["signed headers", ({ signedHeaders }) => signedHeaders.join(";")],
    ["payload hash", ({ payloadHash }) => payloadHash],
    ["time", ({ amzDate }) => amzDate],
    ["scope", ({ scope }) => `${scope.date}/${scope.region}/${scope.service}/aws4_request`],
  ];
  const partings = parts.map(([part, of]) => ({ part, expected: of(right), signed: of(trial) }));
  const names = new Set([...right.headers, ...trial.headers].map(([name]) => name));
  const valueIn = ({ headers }: Trial, name: string) => headers.find(([one]) => one === name)?.[1] ?? "";
  for (const name of names) {
    partings.push({ part: `header ${name}`, expected: valueIn(right, name), signed: valueIn(trial, name) });
  }
  return partings.filter(({ expected, signed }) => expected !== signed);
}
