// Where a control plane listens, as an operator writes it.
import { expect, test } from "@jest/globals";
import { placeIn } from "./remote-protocol.ts";

test.each([
  ["control-plane:8779", { host: "control-plane", port: 8779 }],
  ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
  ["[::1]:8779", { host: "::1", port: 8779 }],
  ["/run/rolemint/authority.sock", { socketPath: "/run/rolemint/authority.sock" }],
])("%s is a place", (text, place) => expect(placeIn(text)).toEqual(place));

test.each(["", "control-plane", ":8779", "host:65536", "host:x", "::1:8779", "http://host:1", "./a.sock"])(
  "%j is none",
  (text) => expect(() => placeIn(text)).toThrow("is no host:port"),
);
