import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { listen } from "@rolemint/host";
import { pipeServer } from "./pipe.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A pipe to a server that does this with each connection; gives a client's end. */
async function piped(serve: (socket: Socket) => void, accepts?: () => boolean): Promise<Socket> {
  const server = await listen(createServer({ allowHalfOpen: true }, serve), "127.0.0.1", 0);
  const pipe = await listen(pipeServer({ host: "127.0.0.1", port: server.port }, accepts), "127.0.0.1", 0);
  ends.push(server.close, pipe.close);
  return connect({ host: "127.0.0.1", port: pipe.port, allowHalfOpen: true });
}

async function all(socket: Socket): Promise<string> {
  let text = "";
  for await (const piece of socket) text += piece;
  return text;
}

test("what is half closed is answered still, and whole", async () => {
  const body = "x".repeat(1_000_000);
  const client = await piped((socket) => {
    let size = 0;
    socket.on("data", (piece) => {
      size += piece.length;
    });
    socket.on("end", () => socket.end(`${size} ${body}`));
  });
  client.end(body);
  expect(await all(client)).toBe(`${body.length} ${body}`);
});

test("a connection that breaks behind ends before", async () => {
  const client = await piped((socket) => socket.once("data", () => socket.resetAndDestroy()));
  client.on("error", () => {});
  client.write("?");
  await once(client, "end").catch(() => {});
  expect(client.readableEnded || client.destroyed).toBe(true);
  client.destroy();
});

test("who is not accepted gets nothing", async () => {
  const client = await piped(
    (socket) => socket.end("secret"),
    () => false,
  );
  expect(await all(client).catch(() => "")).toBe("");
});
