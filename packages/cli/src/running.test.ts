import { createServer } from "node:http";
import { expect, test } from "@jest/globals";
import { listen } from "@rolemint/host";
import { callControl, instanceIn, readyFileIn } from "./running.ts";

const READY = { version: 1, endpoints: {}, operator: {}, instances: { web: { instanceId: "i-1", imds: null } } };

test("a ready file is read", () => {
  expect(readyFileIn(JSON.stringify(READY), "ready.json", "…")).toEqual(READY);
});

test.each([
  ["", "ready.json cannot be read"],
  ["{", "ready.json cannot be read"],
  ["null", "ready.json is not a ready file"],
  ["[]", "ready.json is not a ready file"],
  [JSON.stringify({ ...READY, version: 2 }), "ready.json was written by another version"],
])("%j is refused, with what to do next", (text, says) => {
  expect(() => readyFileIn(text, "ready.json", "remove it")).toThrow(new RegExp(`^${says}.*; remove it$`));
});

test("an instance in a container has no metadata endpoint here, and the error says where it is", () => {
  const ready = readyFileIn(JSON.stringify(READY), "ready.json", "…");
  expect(() => instanceIn(ready, "web")).toThrow(/web has no metadata endpoint.*in its container/);
});

test.each([
  [400, 2],
  [404, 2],
  [409, 1],
  [500, 3],
])("an answer of %p ends a command with %p", async (status, exitCode) => {
  const server = createServer((_, response) => {
    response.writeHead(status).end('{"message":"no"}');
  });
  const { port, close } = await listen(server, "127.0.0.1", 0);
  const endpoints = { control: `http://127.0.0.1:${port}` };
  const ready = readyFileIn(JSON.stringify({ ...READY, pid: 1, endpoints }), "ready.json", "…");
  await expect(callControl(ready, "ListInstances")).rejects.toMatchObject({ exitCode, message: "no" });
  await close();
});

test.each([
  ["nobody", undefined, null, /does not answer.*run `rolemint connect` again/],
  ["nobody", undefined, 1, /does not answer; start it$/],
  ["another program", { status: 200, text: "<html>" }, null, /does not answer.*run `rolemint connect` again/],
  ["another world", { status: 401, text: '{"message":"no token"}' }, null, /no token; .*run `rolemint connect` again/],
])("where %s answers %j, what to do depends on who published the port (pid %j)", async (_, answer, pid, says) => {
  const server = createServer((__, response) => {
    response.writeHead(answer?.status ?? 200).end(answer?.text);
  });
  const { port, close } = await listen(server, "127.0.0.1", 0);
  if (answer === undefined) await close();
  const endpoints = { control: `http://127.0.0.1:${port}` };
  const ready = readyFileIn(JSON.stringify({ ...READY, pid, endpoints }), "ready.json", "…");
  await expect(callControl(ready, "ListInstances")).rejects.toThrow(says);
  await close();
});
