// Metadata tokens: 40 bytes that carry their own beginning and end under a MAC with the instance's key, so that none is
// stored, any number may be out at once, and all of them outlive a restart. Opaque to clients, as on EC2.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Entropy } from "@rolemint/host";

/** Every Nitro token seen starts so. */
const PREFIX = Buffer.from([1, 0, 4, 0]);
const END_AT = 4;
const TTL_AT = 10;
const NONCE_AT = 12;
const MAC_AT = 18;
const SIZE = 40;
/** 40 bytes in base64 with its padding. */
const LENGTH = 56;

export const MAX_TTL_SECONDS = 21_600;

/** A new token, 56 characters, good for `ttlSeconds` from `now` (milliseconds of world time). */
export function mintToken(key: KeyObject, ttlSeconds: number, now: number, entropy: Entropy): string {
  const bytes = Buffer.alloc(SIZE);
  bytes.set(PREFIX);
  bytes.writeUIntBE(now + ttlSeconds * 1000, END_AT, 6);
  bytes.writeUInt16BE(ttlSeconds, TTL_AT);
  bytes.set(entropy(MAC_AT - NONCE_AT), NONCE_AT);
  bytes.set(macOf(key, bytes), MAC_AT);
  return textOf(bytes);
}

/** In milliseconds of world time. */
export interface TokenLife {
  readonly begins: number;
  readonly ends: number;
}

/** How long the token is good, or undefined when this key did not make it. */
export function tokenLife(key: KeyObject, token: string): TokenLife | undefined {
  if (token.length !== LENGTH) return undefined;
  const bytes = Buffer.from(token, "base64url");
  // Base64 has several spellings of the same bytes; only the one that was given out counts.
  if (bytes.length !== SIZE || textOf(bytes) !== token) return undefined;
  if (!timingSafeEqual(macOf(key, bytes), bytes.subarray(MAC_AT))) return undefined;
  const ends = bytes.readUIntBE(END_AT, 6);
  return { begins: ends - bytes.readUInt16BE(TTL_AT) * 1000, ends };
}

function macOf(key: KeyObject, bytes: Buffer): Buffer {
  return createHmac("sha256", key)
    .update(bytes.subarray(0, MAC_AT))
    .digest()
    .subarray(0, SIZE - MAC_AT);
}

function textOf(bytes: Buffer): string {
  return `${bytes.toString("base64url")}==`;
}
