// Only who has the secret says whose a request is, and a client's own header of that name is dropped.
import { expect, test } from "@jest/globals";
import { peerReader, withPeer } from "./peer.ts";

const SECRET = "a-shared-secret-EXAMPLE";

/** As node:http gives them. */
const headersOf = (raw: readonly string[]) =>
  Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), raw[i + 1]]] : [])));

test("what is written is read, without what the client wrote, and beside the rest as it came", () => {
  const sent = [
    "Host",
    "x",
    "X-Rolemint-Peer",
    `${SECRET} 203.0.113.9`,
    "x-rolemint-peer",
    "x",
    "X-A",
    "x-rolemint-peer",
  ];
  const written = withPeer(sent, SECRET, "2001:db8::1");
  expect(written.slice(0, 4)).toEqual(["Host", "x", "X-A", "x-rolemint-peer"]);
  expect(written).toHaveLength(6);
  expect(peerReader(SECRET)(headersOf(written))).toBe("2001:db8::1");
});

test.each([
  { value: undefined },
  { value: "" },
  { value: " 192.0.2.1" },
  { value: "192.0.2.1" },
  { value: `${SECRET}x 192.0.2.1` },
  { value: `Bearer ${SECRET}` },
])("$value is nobody's", ({ value }) => {
  expect(peerReader(SECRET)({ "x-rolemint-peer": value })).toBeUndefined();
});

test("an empty secret is none", () => {
  expect(() => peerReader("")).toThrow("a shared secret is needed");
});
