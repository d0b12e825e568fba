// Ports and host names: chosen, taken, kept, and the addresses that are told to apps.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, expect, test } from "@jest/globals";
import { clients } from "../support/aws-clients.ts";
import { metadata } from "../support/metadata.ts";
import { ANY_PORTS, directory, rolemint, start } from "../support/rolemint.ts";
import { until } from "../support/until.ts";

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => void server.close()));

/** A port of 127.0.0.1 that somebody else has. */
async function takenPort(port = 0): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

/** The first of so many ports in a row that were free a moment ago; the range is not the one that port 0 is given. */
async function freePorts(count: number): Promise<number> {
  for (let first = 20_000 + (process.pid % 500) * 20; ; first += 20) {
    const probes = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const server = createServer();
        return new Promise<boolean>((done) => {
          server.once("error", () => done(false));
          server.listen(first + index, "127.0.0.1", () => server.close(() => done(true)));
        });
      }),
    );
    if (probes.every(Boolean)) return first;
  }
}

const portOf = (url: string) => Number(new URL(url).port);
const THREE = "version: 1\ninstances: { one: {}, two: {}, three: {} }\n";

test.each(["--aws-port", "--imds-port", "--control-port"])("%s: a taken port is named, with the flag", async (flag) => {
  const port = await takenPort();
  const cwd = directory();
  const before = await rolemint(["up", ...ANY_PORTS, flag, String(port)], { cwd });
  expect({ code: before.code, stdout: before.stdout }).toEqual({ code: 3, stdout: "" });
  expect(before.stderr).toMatch(new RegExp(`^[^\\n]*${port}[^\\n]*${flag}[^\\n]*\\n$`));
  expect(existsSync(join(cwd, ".rolemint", "ready.json"))).toBe(false);
  // The state that was begun is good.
  const running = await start({ cwd, state: ".rolemint" });
  expect(Object.keys(running.ready().instances)).toEqual(["web"]);
});

test("metadata ports follow the config; at start a taken one among them is refused, never passed over", async () => {
  const first = await freePorts(3);
  const given = { config: THREE, args: ["--imds-port", String(first)] };
  const running = await start(given);
  const ports = Object.entries(running.ready().instances).map(([name, { imds }]) => [name, portOf(imds)]);
  expect(ports).toEqual([
    ["one", first],
    ["two", first + 1],
    ["three", first + 2],
  ]);
  await running.stop();
  await takenPort(first + 1);
  const refused = await start(given).catch((error: Error) => error.message);
  expect(refused).toMatch(new RegExp(`ended with 3: .*${first + 1}.*--imds-port`));
});

test("a new instance takes the next free port, and one that is gone gives its port back", async () => {
  const first = await freePorts(6);
  await takenPort(first + 1);
  const running = await start({ args: ["--imds-port", String(first)] });
  const { ec2 } = clients(running.ready());
  const run = async (MaxCount: number) => {
    const { Instances = [] } = await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount }));
    const told = running.ready().instances;
    return Instances.map(({ InstanceId }) => ({ id: InstanceId!, port: portOf(told[InstanceId!]!.imds) }));
  };
  const [one, two] = await run(2);
  expect([one!.port, two!.port]).toEqual([first + 2, first + 3]);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [one!.id] }));
  await expect(fetch(`http://127.0.0.1:${first + 2}/`)).rejects.toThrow();
  const [three] = await run(1);
  expect(three!.port).toBe(first + 2);
  const { text } = await metadata(`http://127.0.0.1:${three!.port}`, "/latest/meta-data/instance-id");
  expect(text).toBe(three!.id);
});

test("instances keep their ports over a restart, those made by API too", async () => {
  const first = await freePorts(5);
  const state = join(directory(), "state");
  const args = ["--imds-port", String(first)];
  const running = await start({ state, args });
  const { ec2 } = clients(running.ready());
  const { Instances = [] } = await ec2.send(new RunInstancesCommand({ MinCount: 3, MaxCount: 3 }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [Instances[1]!.InstanceId!] }));
  const before = running.ready().instances;
  await running.stop();
  const again = await start({ state, args });
  expect(again.ready().instances).toEqual(before);
  expect(Object.values(before).map(({ imds }) => portOf(imds))).toEqual([first, first + 1, first + 3]);
});

test("when no port is left the launch succeeds without metadata, and the simulator goes on", async () => {
  const two = await rolemint(["up", "--ephemeral", ...ANY_PORTS, "--imds-port", "65535", "--config", "c.yaml"], {
    cwd: directory({ "c.yaml": THREE }),
  });
  expect(two.code).toBe(3);
  expect(two.stderr).toMatch(/^[^\n]*port[^\n]*--imds-port[^\n]*\n$/);

  const running = await start({ args: ["--imds-port", "65535"] }).catch(() => undefined);
  // Somebody else has that port.
  if (!running) return;
  const { ec2, sts } = clients(running.ready());
  const { Instances = [] } = await ec2.send(new RunInstancesCommand({ MinCount: 1, MaxCount: 1 }));
  const told = running.ready().instances;
  expect(told[Instances[0]!.InstanceId!]).toEqual({ instanceId: Instances[0]!.InstanceId, imds: null });
  await sts.send(new GetCallerIdentityCommand({}));
  const env = await rolemint(["env", Instances[0]!.InstanceId!, "--ready", running.readyFile]);
  expect(env.code).toBe(3);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [Instances[0]!.InstanceId!] }));
  expect(Object.keys(running.ready().instances)).toEqual(["web"]);
});

test("one port for two things is wrong usage", async () => {
  for (const args of [
    ["--aws-port", "5001", "--control-port", "5001"],
    ["--imds-port", "4566"],
    ["--control-port", "1338"],
  ]) {
    const { code, stderr } = await rolemint(["up", "--ephemeral", ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^[^\n]*--\w+-port[^\n]*--\w+-port[^\n]*\n$/);
  }
});

test("without flags it is 4566, 4567 and 1338, and a refusal names the one that is taken", async () => {
  const readyFile = join(directory(), "ready.json");
  const cwd = directory();
  const attempt = rolemint(["up", "--ephemeral", "--ready", readyFile], { cwd });
  let refused: Awaited<typeof attempt> | undefined;
  void attempt.then((ended) => {
    refused = ended;
  });
  await until(() => refused !== undefined || existsSync(readyFile));
  if (refused) {
    expect(refused.stderr).toMatch(/4566.*--aws-port|4567.*--control-port|1338.*--imds-port/);
    return;
  }
  const { stdout } = await rolemint(["env", "--json", "--ready", readyFile]);
  const { set } = JSON.parse(stdout);
  expect(set.AWS_ENDPOINT_URL).toBe("http://127.0.0.1:4566");
  expect(set.AWS_EC2_METADATA_SERVICE_ENDPOINT).toBe("http://127.0.0.1:1338");
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["localhost", "localhost"],
  ["127.0.0.2", "127.0.0.2"],
  ["::1", "[::1]"],
  ["0.0.0.0", "127.0.0.1"],
])("--host %s: apps are told %s, control stays on 127.0.0.1", async (host, shown) => {
  const running = await start({ args: ["--host", host] }).catch((error: Error) => error);
  if (running instanceof Error) {
    // A machine without that address says so.
    expect(running.message).toMatch(/--host/);
    return;
  }
  const ready = running.ready();
  expect(new URL(ready.endpoints.aws).hostname).toBe(shown);
  expect(new URL(ready.instances["web"]!.imds).hostname).toBe(shown);
  expect(new URL(ready.endpoints.control).hostname).toBe("127.0.0.1");
  const { sts } = clients(ready);
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe("111122223333");
  expect((await metadata(ready.instances["web"]!.imds, "/latest/meta-data/instance-id")).status).toBe(200);
  expect((await running.control("ListInstances")).Instances[0].Endpoint).toBe(ready.instances["web"]!.imds);
  const { stdout } = await rolemint(["env", "--json", "--ready", running.readyFile]);
  const plain = shown.replace(/[[\]]/g, "");
  expect(JSON.parse(stdout).set.NO_PROXY.split(",")).toContain(plain);
  if (host === "0.0.0.0")
    await expect(fetch(`http://127.0.0.2:${portOf(ready.endpoints.control)}/health`)).rejects.toThrow();
});

test.each(["192.0.2.1", "no-such-host.invalid", "127.0.0.1:80", "http://localhost", ""])(
  "--host %j is refused, with the flag",
  async (host) => {
    const { code, stdout, stderr } = await rolemint(["up", "--ephemeral", ...ANY_PORTS, "--host", host]);
    expect([2, 3]).toContain(code);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^[^\n]*--host[^\n]*\n$/);
  },
);
