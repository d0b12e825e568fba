import { expect, test } from "@jest/globals";
import { deriveSigningKey, isSameSignature, SigningKeyCache, signingKeyFrom, signText } from "./key.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SCOPE = { date: "20130524", region: "us-east-1", service: "s3" };

test("derives the key that AWS's example is signed with", () => {
  const text =
    "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n" +
    "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972";
  const signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
  const key = deriveSigningKey(SECRET, SCOPE);
  expect(signText(key, text)).toBe(signature);
  expect(signText(signingKeyFrom(key.export()), text)).toBe(signature);
  expect(signText(new SigningKeyCache().signingKey(SECRET, SCOPE), text)).toBe(signature);
});

test.each([
  { ...SCOPE, date: "20130525" },
  { ...SCOPE, region: "us-east-2" },
  { ...SCOPE, service: "sts" },
])("gives another scope another key", (scope) => {
  const cache = new SigningKeyCache();
  const key = cache.signingKey(SECRET, SCOPE);
  expect(cache.signingKey(SECRET, scope).equals(key)).toBe(false);
  expect(cache.signingKey("another", SCOPE).equals(key)).toBe(false);
  expect(cache.signingKey(SECRET, { ...SCOPE }).equals(key)).toBe(true);
});

test("remembers no more keys than it may, and those used last", () => {
  const cache = new SigningKeyCache(2);
  const first = cache.signingKey("a", SCOPE);
  cache.signingKey("b", SCOPE);
  expect(cache.signingKey("a", SCOPE)).toBe(first);
  cache.signingKey("c", SCOPE);
  expect(cache.size).toBe(2);
  expect(cache.signingKey("a", SCOPE)).toBe(first);
});

test("refuses a key of another length", () => {
  expect(() => signingKeyFrom(new Uint8Array(31))).toThrow(RangeError);
});

const HEX = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
test.each([
  [HEX, true],
  [HEX.toUpperCase(), false],
  [HEX.slice(1), false],
  [`${HEX}0`, false],
  ["", false],
  [`e${HEX.slice(1)}`, false],
  // U+0131 has the low byte of "1": a comparison of truncated characters would take it.
  [HEX.replace("1", "\u0131"), false],
  [`${HEX.slice(0, 63)}\n`, false],
])("compares the signature %j", (given, expected) => {
  expect(isSameSignature(HEX, given)).toBe(expected);
});
