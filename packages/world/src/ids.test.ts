// Identifiers carry the account as AWS's do: checked against ids from public recordings, and both ways for any account.
import { expect, test } from "@jest/globals";
import { seededEntropy } from "@rolemint/host";
import fc from "fast-check";
import vectors from "../../../test/vectors/key-id-account-encoding.json" with { type: "json" };
import { accountOf, makeIds } from "./ids.ts";

const ids = makeIds(seededEntropy("ids"));
const whole = (id: string) => id.replace(" ", "");

test.each(vectors.decodable)("$id carries $account", ({ id, account }) => {
  expect(accountOf(whole(id))).toBe(account);
});

test.each(vectors.oldStyle)("$id is of the old style and carries none", ({ id }) => {
  expect(accountOf(whole(id))).toBeUndefined();
});

test.each(["", "AKIA", "AKIAshort", "akiaQAAAAAAAGMKEM7X5", "AKIA QAAAAAAAGMKE", "AKIAQAAAAAAA1MKE"])(
  "%p is no id",
  (id) => {
    expect(accountOf(id)).toBeUndefined();
  },
);

const accounts = fc.integer({ min: 0, max: 999_999_999_999 }).map((number) => String(number).padStart(12, "0"));

test("what is made for an account is read as that account's", () => {
  fc.assert(
    fc.property(accounts, fc.string(), (account, seed) => {
      const seeded = makeIds(seededEntropy(seed));
      for (const prefix of ["AKIA", "ASIA"] as const) {
        const id = seeded.accessKey(prefix, account);
        expect(id).toMatch(new RegExp(`^${prefix}[Q-Z2-7][A-Z2-7]{15}$`));
        expect(accountOf(id)).toBe(account);
      }
      for (const prefix of ["AROA", "AIDA", "AIPA", "ANPA"] as const) {
        const id = seeded.unique(prefix, account);
        expect(id).toMatch(new RegExp(`^${prefix}[Q-Z2-7][A-Z2-7]{16}$`));
        expect(accountOf(id)).toBe(account);
      }
    }),
    {
      examples: [
        ["000000000000", ""],
        ["999999999999", ""],
        ["000000000001", ""],
      ],
    },
  );
});

test("ids of one account differ, and begin alike", () => {
  const made = Array.from({ length: 5000 }, () => ids.accessKey("ASIA", "111122223333"));
  expect(new Set(made).size).toBe(made.length);
  expect(new Set(made.map((id) => id.slice(0, 12))).size).toBe(1);
});

test("other ids have AWS's forms", () => {
  expect(ids.secret()).toMatch(/^[A-Za-z0-9+/]{40}$/);
  expect(ids.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(ids.hex17("i-")).toMatch(/^i-0[0-9a-f]{16}$/);
});
