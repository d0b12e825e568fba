// What the kit asks of a world arrives, also after a time in which the test was busy and the server closed connections.
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, test } from "@jest/globals";
import { openControl } from "./control.ts";
import { callAws } from "./operator.ts";

/** Like one that closes an idle connection in the moment that it is used again. */
async function impatientServer() {
  const used = new WeakSet<Socket>();
  const server = createServer(({ socket }, response) => {
    if (used.has(socket)) return void socket.destroy();
    used.add(socket);
    response.end("{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

test("each call has a connection of its own", async () => {
  const server = await impatientServer();
  const { port } = server.address() as AddressInfo;
  const control = openControl({ host: "127.0.0.1", port }, "token");
  const operator = { accountId: "111122223333", accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "EXAMPLE" };
  const calls = { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", operator, timeMs: async () => 0 };
  try {
    for (let call = 0; call < 3; call++) {
      expect(await control.ask("ListInstances")).toEqual({});
      expect(await callAws(calls, "iam", "GetUser", {})).toBe("{}");
    }
  } finally {
    control.close();
    server.closeAllConnections();
    server.close();
  }
});
