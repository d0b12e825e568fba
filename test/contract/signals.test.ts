// How `rolemint up` ends: in order by a signal, at once by SIGKILL, and never with a child left behind, whether or not
// a launcher stands between.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ANY_PORTS, AS_INSTALLED, directory, isAlive, launch, ROLEMINT, rolemint, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const isRefused = (url: string) =>
  fetch(url).then(
    () => false,
    () => true,
  );

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "%s ends it in order: exit 0, nothing listens, nothing is left",
  async (signal) => {
    const state = join(directory(), "state");
    const running = await start({ state, env: AS_INSTALLED });
    const { endpoints, instances } = running.ready();
    const { code, signal: by, stderr } = await running.stop(signal);
    expect({ code, by, stderr }).toEqual({ code: 0, by: null, stderr: "" });
    for (const url of [endpoints.aws, endpoints.control, instances["web"]!.imds])
      expect(await isRefused(url)).toBe(true);
    expect(existsSync(join(state, "ready.json"))).toBe(false);
    expect((await rolemint(["status", "--state", state])).code).toBe(3);
  },
);

test("a signal that comes twice at once is one", async () => {
  const state = join(directory(), "state");
  const running = await start({ state, env: AS_INSTALLED });
  process.kill(running.ready().pid, "SIGINT");
  running.process.kill("SIGINT");
  running.process.kill("SIGTERM");
  expect(await running.stop("SIGINT")).toMatchObject({ code: 0, signal: null });
  expect(existsSync(join(state, "ready.json"))).toBe(false);
});

test("open connections of every kind do not hold the end up", async () => {
  const running = await start({ env: AS_INSTALLED });
  const { endpoints, instances, controlToken } = running.ready();
  const stream = await fetch(`${endpoints.control}/events`, { headers: { authorization: `Bearer ${controlToken}` } });
  expect(stream.status).toBe(200);
  const idle = [endpoints.aws, endpoints.control, instances["web"]!.imds].map((url) =>
    connect(Number(new URL(url).port), "127.0.0.1"),
  );
  await Promise.all(idle.map((socket) => once(socket, "connect")));
  for (const socket of idle)
    socket
      .on("error", () => {})
      .resume()
      .write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
  const upload = request(endpoints.aws, { method: "PUT", path: "/demo/half", headers: { "content-length": 1000 } });
  upload.on("error", () => {}).write("half");
  const closed = Promise.all(idle.map((socket) => until(() => socket.closed)));
  expect(await running.stop()).toMatchObject({ code: 0, signal: null });
  await closed;
  await expect(stream.text()).rejects.toThrow();
});

test("SIGKILL of what was started ends what it started", async () => {
  const running = await start({ env: AS_INSTALLED });
  const { pid, endpoints } = running.ready();
  running.process.kill("SIGKILL");
  expect(await running.ended).toMatchObject({ code: null, signal: "SIGKILL" });
  await until(() => !isAlive(pid));
  expect(await isRefused(endpoints.aws)).toBe(true);
});

test("SIGKILL of the simulator itself ends what started it, by the same signal", async () => {
  const running = await start({ env: AS_INSTALLED });
  process.kill(running.ready().pid, "SIGKILL");
  expect(await running.ended).toMatchObject({ code: null, signal: "SIGKILL" });
});

test("kill -9 in the middle of a start leaves a state that starts", async () => {
  const cwd = directory();
  for (let n = 0; n < 8; n++) {
    const starting = launch(ROLEMINT, ["up", ...ANY_PORTS], { cwd, env: AS_INSTALLED });
    // Later and later: once the directory is there, then the database, then so many turns on.
    await until(() => existsSync(join(cwd, ".rolemint", n < 4 ? "" : "world.db")));
    for (let turns = 0; turns < n * 20; turns++) await new Promise((done) => setImmediate(done));
    starting.process.kill("SIGKILL");
    await starting.ended;
  }
  const running = await start({ cwd, state: ".rolemint" });
  const { Instances } = await running.control("ListInstances");
  expect(Instances).toMatchObject([{ Name: "web" }]);
  expect(await running.stop()).toMatchObject({ code: 0 });
});

test("a signal during the start ends it, and the state is good", async () => {
  const cwd = directory();
  const starting = launch(ROLEMINT, ["up", ...ANY_PORTS], { cwd, env: AS_INSTALLED });
  await until(() => existsSync(join(cwd, ".rolemint", "world.db")));
  starting.process.kill("SIGTERM");
  const { code, signal } = await starting.ended;
  expect([0, "SIGTERM"]).toContain(signal ?? code);
  expect(existsSync(join(cwd, ".rolemint", "ready.json"))).toBe(false);
  const running = await start({ cwd, state: ".rolemint" });
  expect(Object.keys(running.ready().instances)).toEqual(["web"]);
});

test("a reader of stdout that goes away does no harm", async () => {
  const readyFile = join(directory(), "ready.json");
  const command = `"$0" up --ephemeral ${ANY_PORTS.join(" ")} --ready "$1" | true`;
  const shell = launch("/bin/sh", ["-c", command, ROLEMINT, readyFile], { env: AS_INSTALLED });
  await until(() => existsSync(readyFile));
  expect((await rolemint(["status", "--ready", readyFile])).code).toBe(0);
  process.kill(JSON.parse(readFileSync(readyFile, "utf8")).pid, "SIGTERM");
  await shell.ended;
  expect(existsSync(readyFile)).toBe(false);
});
