// Sealed sessions: they look like AWS's tokens, open only under the keys that sealed them, and not with a bit changed.
import { expect, test } from "@jest/globals";
import { seededEntropy } from "@rolemint/host";
import fc from "fast-check";
import { derive, MAX_TOKEN_BYTES, makeSealer, type Session, sealText } from "./sessions.ts";

const master = Buffer.alloc(32, 7);
const sealer = makeSealer(master, "us-east-1", seededEntropy("sessions"));

const session: Session = {
  accessKeyId: "ASIAEXAMPLE",
  accountId: "111122223333",
  roleId: "AROAEXAMPLE",
  roleName: "app",
  sessionName: "i-0123456789abcdef0",
  issued: 1_800_000_000_000,
  expires: 1_800_021_600_000,
  tags: [{ Key: "größe", Value: "€ 𝄞" }],
  instance: { id: "i-0123456789abcdef0", delivery: "2.0", generation: 3, vpc: "vpc-0", ip: "172.31.0.4" },
};

test("a token gives back its session and the same secret", () => {
  const { token, secret } = sealer.seal(session);
  expect(sealer.open(token)).toEqual({ ...session, secret });
  expect(secret).toMatch(/^[A-Za-z0-9+/]{40}$/);
});

test("the outward form is that of AWS's tokens, and small", () => {
  const { token } = sealer.seal(session);
  expect(token).toMatch(/^IQoJb3JpZ2luX2Vj[A-Za-z0-9+/]+=*$/);
  expect(Buffer.from(token, "base64").toString("latin1")).toContain("us-east-1");
  expect(token.length).toBeLessThan(1000);
});

test("fifty tags fit into 4 KiB; what does not fit can be told by its length, and still opens", () => {
  const tags = Array.from({ length: 50 }, (_, n) => ({ Key: `key-${n}`.padEnd(20, "k"), Value: "v".repeat(20) }));
  const bytes = (token: string) => Buffer.byteLength(token, "base64");
  expect(bytes(sealer.seal({ ...session, tags }).token)).toBeLessThanOrEqual(MAX_TOKEN_BYTES);
  const { token } = sealer.seal({ ...session, tags, policy: "p".repeat(2048) });
  expect(bytes(token)).toBeGreaterThan(MAX_TOKEN_BYTES);
  expect(sealer.open(token)?.policy).toHaveLength(2048);
});

test("two tokens of one session differ, and so do their secrets", () => {
  const [first, second] = [sealer.seal(session), sealer.seal(session)];
  expect(first.token).not.toBe(second.token);
  expect(first.secret).not.toBe(second.secret);
});

test("a token with any one bit changed is none", () => {
  const bytes = Buffer.from(sealer.seal(session).token, "base64");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    if (sealer.open(changed.toString("base64")) !== undefined) throw new Error(`bit ${bit} may be changed`);
  }
});

test("a token of any other length is none", () => {
  const bytes = Buffer.from(sealer.seal(session).token, "base64");
  for (let length = 0; length < bytes.length; length++) {
    expect(sealer.open(bytes.subarray(0, length).toString("base64"))).toBeUndefined();
  }
  expect(sealer.open(Buffer.concat([bytes, Buffer.alloc(1)]).toString("base64"))).toBeUndefined();
});

test("a token spelled in another way is none", () => {
  const { token } = sealer.seal({ ...session, sessionName: "x" });
  const others = [
    ` ${token}`,
    `${token}\n`,
    token.replaceAll("=", ""),
    `${token}=`,
    token.toLowerCase(),
    `${token}AAAA`,
  ];
  const urlSafe = token.replaceAll("+", "-").replaceAll("/", "_");
  for (const other of [...others, urlSafe]) {
    if (other !== token) expect(sealer.open(other)).toBeUndefined();
  }
});

test.each([
  ["of another state", Buffer.alloc(32, 8), "us-east-1"],
  ["of another region", master, "eu-west-1"],
  ["of a region with a name as long", master, "us-west-1"],
])("a token %s is none", (_, otherMaster, region) => {
  const other = makeSealer(otherMaster, region, seededEntropy("other"));
  expect(sealer.open(other.seal(session).token)).toBeUndefined();
  expect(other.open(sealer.seal(session).token)).toBeUndefined();
});

test("a sealer made anew from the same master opens what the first one sealed", () => {
  const { token, secret } = sealer.seal(session);
  expect(makeSealer(master, "us-east-1", seededEntropy("later")).open(token)?.secret).toBe(secret);
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: "binary" })), (text) => {
      expect(sealer.open(text)).toBeUndefined();
    }),
  );
  expect(sealer.open("A".repeat(1_000_000))).toBeUndefined();
});

test("each purpose has a key of its own, the same again for the same master", () => {
  const key = (bytes: Buffer, purpose: string) => derive(bytes, purpose).export().toString("hex");
  expect(key(master, "a")).toBe(key(master, "a"));
  expect(new Set([key(master, "a"), key(master, "b"), key(Buffer.alloc(32), "a")]).size).toBe(3);
});

test("an authorization message tells nothing of its text", () => {
  const sealed = sealText(derive(master, "message"), seededEntropy("m"), "implicitDeny of ec2:RunInstances");
  expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain("RunInstances");
});
