import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { openLeash } from "./leash.ts";

const held = async (port: number) => {
  const socket = connect({ host: "127.0.0.1", port });
  await once(socket, "connect");
  return socket;
};

test("it ends when nobody has come", async () => {
  const leash = await openLeash("127.0.0.1", 0, { firstMs: 1 });
  await leash.ended;
  await leash.close();
});

test("it ends when the last one has gone, and not while one is there", async () => {
  const leash = await openLeash("127.0.0.1", 0, { firstMs: 60_000, goneMs: 1 });
  let isEnded = false;
  leash.ended.then(() => {
    isEnded = true;
  });
  const [one, other] = [await held(leash.port), await held(leash.port)];
  one.destroy();
  await once(one, "close");
  // What the server does with an end that it hears of is done by the time that it answers another.
  (await held(leash.port)).destroy();
  expect(isEnded).toBe(false);
  other.destroy();
  await leash.ended;
  await leash.close();
});

test("who is refused does not hold it", async () => {
  const leash = await openLeash("127.0.0.1", 0, { firstMs: 500, goneMs: 60_000, refuses: () => true });
  const stranger = await held(leash.port);
  await once(stranger, "close");
  await leash.ended;
  await leash.close();
});
