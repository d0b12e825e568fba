// Tokens: their form, what they are bound to, and that nothing but the exact text given out is good.
import { createSecretKey } from "node:crypto";
import { expect, test } from "@jest/globals";
import { hostEntropy } from "@rolemint/host";
import fc from "fast-check";
import { mintToken, tokenLife } from "./tokens.ts";

const NOW = Date.UTC(2026, 10, 23);
const key = createSecretKey(Buffer.alloc(32, 1));
const otherKey = createSecretKey(Buffer.alloc(32, 2));
const ttls = fc.integer({ min: 1, max: 21_600 });

test("a token is 56 characters of padded base64url over 40 bytes that start as Nitro's do", () => {
  fc.assert(
    fc.property(ttls, (ttlSeconds) => {
      const token = mintToken(key, ttlSeconds, NOW, hostEntropy);
      expect(token).toMatch(/^AQAEA[A-Za-z0-9_-]{49}==$/);
      expect(Buffer.from(token, "base64url").subarray(0, 4)).toEqual(Buffer.from([1, 0, 4, 0]));
      expect(tokenLife(key, token)).toEqual({ begins: NOW, ends: NOW + ttlSeconds * 1000 });
    }),
  );
});

test("a token changed in any one character is none", () => {
  const token = mintToken(key, 60, NOW, hostEntropy);
  const characters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n\u0141"];
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...characters), (at, character) => {
      fc.pre(token[at] !== character);
      expect(tokenLife(key, token.slice(0, at) + character + token.slice(at + 1))).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["without its padding", (token: string) => token.slice(0, -2)],
  ["with a newline", (token: string) => `${token}\n`],
  ["cut short", (token: string) => token.slice(0, 20)],
  ["twice", (token: string) => token + token],
  ["empty", () => ""],
])("a token %s is none", (_, change) => {
  expect(tokenLife(key, change(mintToken(key, 60, NOW, hostEntropy)))).toBeUndefined();
});

test("another instance's token is none", () => {
  expect(tokenLife(otherKey, mintToken(key, 60, NOW, hostEntropy))).toBeUndefined();
});

test("no two tokens are equal, even of one instant", () => {
  const tokens = Array.from({ length: 1000 }, () => mintToken(key, 60, NOW, hostEntropy));
  expect(new Set(tokens).size).toBe(1000);
});
