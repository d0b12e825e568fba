// Listeners: bound or refused with the reason, and closed with every connection on them.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ListenError, listen, listenOnPath } from "./listen.ts";

const echo = () => createServer((_, response) => response.end("ok"));

test("port 0 takes a free one, and says which", async () => {
  const listener = await listen(echo(), "127.0.0.1", 0);
  expect(listener.host).toBe("127.0.0.1");
  expect(await (await fetch(`http://127.0.0.1:${listener.port}`)).text()).toBe("ok");
  await listener.close();
  await expect(fetch(`http://127.0.0.1:${listener.port}`)).rejects.toThrow();
});

test("a port that is taken, and an address that is not ours, are refused with their reason", async () => {
  const listener = await listen(echo(), "127.0.0.1", 0);
  const taken = await listen(echo(), "127.0.0.1", listener.port).catch((error: unknown) => error);
  expect(taken).toBeInstanceOf(ListenError);
  expect(taken).toMatchObject({
    code: "EADDRINUSE",
    port: listener.port,
    message: `port ${listener.port} on 127.0.0.1 is taken by another program`,
  });
  await listener.close();
  await expect(listen(echo(), "192.0.2.1", 0)).rejects.toThrow("192.0.2.1 is not an address of this machine");
});

test("closing ends connections that are open, and frees the port", async () => {
  const listener = await listen(echo(), "127.0.0.1", 0);
  const socket = connect(listener.port, "127.0.0.1");
  await once(socket, "connect");
  const ended = once(socket, "close");
  await listener.close();
  await ended;
  const again = await listen(echo(), "127.0.0.1", listener.port);
  expect(again.port).toBe(listener.port);
  await again.close();
});

test("a Unix socket is bound in the place of one that a killed process left, and of nothing else", async () => {
  const directory = mkdtempSync(join(tmpdir(), "rolemint-listen-"));
  const path = join(directory, "a.sock");
  const listening = `require("net").createServer().listen(${JSON.stringify(path)}`;
  spawnSync(process.execPath, ["-e", `${listening}, () => process.kill(process.pid, "SIGKILL"))`]);
  expect(existsSync(path)).toBe(true);
  const listener = await listenOnPath(echo(), path);
  expect(statSync(path).mode & 0o666).toBe(0o666);
  await expect(listenOnPath(echo(), path)).rejects.toThrow(`cannot listen on the Unix socket ${path} (EADDRINUSE)`);
  const socket = connect(path);
  await once(socket, "connect");
  const ended = once(socket, "close");
  await listener.close();
  await ended;
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, "somebody's");
  await expect(listenOnPath(echo(), path)).rejects.toThrow("EADDRINUSE");
  expect(existsSync(path)).toBe(true);
  rmSync(directory, { recursive: true });
});
