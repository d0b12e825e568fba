// Identifiers in AWS's forms. Key ids and unique ids carry the account id: after the four-letter prefix 48 bits in
// base32 hold 1, the account (40 bits) and 7 free bits; the rest is random.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
import { type Entropy, streamOf } from "@rolemint/host";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export type AccountId = string & { readonly brand?: "AccountId" };

export interface Ids {
  /** 20 characters: AKIA for a user's key, ASIA for a session's. */
  accessKey(prefix: "AKIA" | "ASIA", account: string): string;
  /** 21 characters: AROA role, AIDA user, AIPA instance profile, ANPA managed policy. */
  unique(prefix: "AROA" | "AIDA" | "AIPA" | "ANPA", account: string): string;
  /** 40 characters of base64. */
  secret(): string;
  /** A version 4 UUID: request and event ids. */
  uuid(): string;
  /** `i-0…`, `r-0…`, `iip-assoc-0…`: 17 hex digits, the first 0. */
  hex17(prefix: string): string;
}

/** Ids of requests and of sessions are drawn as applications ask: they have streams of their own. */
export function makeIds(entropy: Entropy): Ids {
  const uuids = streamOf(entropy, "uuids");
  const sessions = streamOf(entropy, "sessions");
  return {
    accessKey: (prefix, account) => encodeAccount(prefix, account, 16, prefix === "ASIA" ? sessions : entropy),
    unique: (prefix, account) => encodeAccount(prefix, account, 17, entropy),
    secret: () => entropy(30).toString("base64"),
    uuid: () => uuidFrom(uuids(16)),
    hex17: (prefix) => `${prefix}0${entropy(8).toString("hex")}`,
  };
}

/** The account that an id carries, or undefined for an id of the old style or of another form. */
export function accountOf(id: string): string | undefined {
  if (!/^[A-Z]{4}[A-Z2-7]{10,}$/.test(id)) return undefined;
  let bits = 0n;
  for (const letter of id.slice(4, 14)) bits = (bits << 5n) | BigInt(BASE32.indexOf(letter));
  const first48 = bits >> 2n;
  if (first48 >> 47n === 0n) return undefined;
  return String((first48 & 0x7fffffffff80n) >> 7n).padStart(12, "0");
}

function encodeAccount(prefix: string, account: string, length: number, entropy: Entropy): string {
  const random = entropy(12);
  const number = Number(account);
  const head = [
    0x80 | Math.floor(number / 2 ** 33),
    Math.floor(number / 2 ** 25) & 0xff,
    Math.floor(number / 2 ** 17) & 0xff,
    Math.floor(number / 2 ** 9) & 0xff,
    Math.floor(number / 2) & 0xff,
    ((number & 1) << 7) | (random[0]! & 0x7f),
  ];
  random.set(head, 0);
  return prefix + base32(random, length);
}

function base32(bytes: Buffer, length: number): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += BASE32[(held >> bits) & 31];
    }
  }
  return text;
}

function uuidFrom(bytes: Buffer): string {
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
