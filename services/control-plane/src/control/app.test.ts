// What the control API answers where it fails itself.
import { createServer } from "node:http";
import { expect, test } from "@jest/globals";
import { listen } from "@rolemint/host";
import { makeCredentialed, openTestWorld } from "../../../../test/support/world.ts";
import { type ControlOptions, controlApp } from "./app.ts";

test("a full disk is told as such, and what was asked can be asked again when there is room", async () => {
  const { world } = openTestWorld();
  const { instance } = makeCredentialed(world);
  const failed: unknown[] = [];
  const options: ControlOptions = {
    world,
    token: "a token",
    unexpected: (error) => void failed.push(error),
    tick: async () => {},
    acknowledged: async () => {},
  } as Partial<ControlOptions> as ControlOptions;
  const { port, close } = await listen(createServer(controlApp(options)), "127.0.0.1", 0);
  const rotate = async () => {
    const headers = { authorization: "Bearer a token" };
    const body = JSON.stringify({ Instance: "web" });
    const answer = await fetch(`http://127.0.0.1:${port}/RotateCredentials`, { method: "POST", headers, body });
    return { status: answer.status, body: (await answer.json()) as object };
  };
  const limitPages = (count: number) => world.store.db.exec(`PRAGMA max_page_count = ${count}`);
  limitPages(1);
  let answer = await rotate();
  // The last page has room for some.
  while (answer.status === 200) answer = await rotate();
  expect(answer).toEqual({
    status: 500,
    body: { code: "InternalFailure", message: "the disk that the state is on is full; make room there" },
  });
  expect(failed).toHaveLength(1);
  limitPages(10_000);
  const { number } = world.rotation.current(instance)!;
  expect(await rotate()).toMatchObject({ status: 200, body: { Generation: number + 1 } });
  await close();
});
