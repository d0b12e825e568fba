// Connections that are never made: packets dropped for one app and not for its neighbour, by a helper that is there only
// where it is asked for, and that leaves nothing behind.
import { readFileSync } from "node:fs";
import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { describeDocker, type Project, startProject } from "../support/compose.ts";
import { until } from "../support/until.ts";

const PROBE = readFileSync("test/compose/probe.py", "utf8");
const PLACE = "169.254.169.254:80";
const CONNECT = 'import socket; socket.create_connection(("169.254.169.254", 80), 2)';
const DROP = { Name: "imds.unreachable", Parameters: { Mode: "drop" } };

describeDocker("dropped packets", () => {
  let project: Project;
  beforeAll(async () => {
    project = await startProject({ profiles: ["net-faults"] });
  }, 180_000);

  beforeEach(() => project.control("DeleteFault", { All: true }));

  /** Whether a connection to the metadata service is made within two seconds. */
  const reaches = async (service: string) =>
    (await project.exec(service, "python3", "-c", PROBE, "reaches", PLACE)).text === PLACE;
  const why = async (service: string) =>
    (await project.exec(service, "python3", "-c", CONNECT)).text.split("\n").at(-1);
  const routes = async () => (await project.exec("imds", "ip", "route", "show", "type", "blackhole")).text;
  const put = (input: object) => project.control("PutFault", { ...DROP, ...input });

  test("for one app connections time out; its neighbour's do not; taken away, they are made again", async () => {
    expect([await reaches("app"), await reaches("worker")]).toEqual([true, true]);
    const { Fault } = await put({ Target: "app" });
    expect(await routes()).toBe("blackhole 169.254.10.1");
    expect(await why("app")).toBe("TimeoutError: timed out");
    expect([await reaches("app"), await reaches("worker")]).toEqual([false, true]);
    await project.control("DeleteFault", { Id: Fault.Id });
    expect(await routes()).toBe("");
    expect([await reaches("app"), await reaches("worker")]).toEqual([true, true]);
  }, 60_000);

  test("it ends by itself, and follows the instances of a role", async () => {
    await put({ Target: "role:writer", For: "10m" });
    expect([await reaches("app"), await reaches("worker")]).toEqual([true, false]);
    await project.control("AdvanceClock", { By: "10m" });
    expect([await reaches("app"), await reaches("worker")]).toEqual([true, true]);
    await put({ Target: "all", For: "10m" });
    expect([await reaches("app"), await reaches("worker")]).toEqual([false, false]);
    await project.control("Reset");
    expect([await reaches("app"), await reaches("worker")]).toEqual([true, true]);
  }, 60_000);

  test("while the control plane is away it ends at its time all the same", async () => {
    await put({ Target: "app", For: "4s" });
    project.compose("pause", "control-plane");
    try {
      expect(await routes()).toContain("169.254.10.1");
      await until(async () => (await routes()) === "", 15_000);
      expect(await reaches("app")).toBe(true);
    } finally {
      project.compose("unpause", "control-plane");
    }
  }, 60_000);

  test("a metadata service that was started anew has the helper beside it again, and the fault goes on", async () => {
    await put({ Target: "app", For: "1h" });
    project.compose("restart", "imds");
    await until(async () => (await routes()) === "blackhole 169.254.10.1", 30_000);
    expect(await reaches("app")).toBe(false);
  }, 90_000);

  test("beside a metadata service that was made anew it cannot go on: it says what to type, and no fault is taken", async () => {
    project.compose("up", "--detach", "--no-build", "--no-deps", "--force-recreate", "--wait", "imds");
    await expect(put({ Target: "app" })).rejects.toThrow(
      /Conflict.*net-faults, which is not connected: start it with `docker compose --profile net-faults up -d`/,
    );
    expect((await project.control("ListFaults")).Faults).toEqual([]);
    await until(() =>
      project
        .compose("logs", "net-faults")
        .includes("where imds was made anew, `docker compose --profile net-faults up -d` starts it beside that"),
    );
    project.compose("up", "--detach", "--no-build", "--wait");
    await put({ Target: "app", For: "1h" });
    expect(await reaches("app")).toBe(false);
  }, 90_000);

  test("a helper that is killed has its routes taken out by the next; one that ends takes them out itself", async () => {
    await put({ Target: "app", For: "1h" });
    project.compose("kill", "net-faults");
    expect(await routes()).toContain("169.254.10.1");
    await project.control("DeleteFault", { All: true });
    project.compose("up", "--detach", "--no-build", "--no-deps", "--wait", "net-faults");
    expect(await routes()).toBe("");
    await put({ Target: "app", For: "1h" });
    project.compose("stop", "net-faults");
    expect(await routes()).toBe("");
  }, 90_000);

  test("without the helper the fault is refused, with how to get it and what there is instead", async () => {
    await expect(put({ Target: "app" })).rejects.toThrow(
      /Conflict.*Mode drop needs the service net-faults.*--profile net-faults.*Mode reset or hang/,
    );
    await expect(project.control("PutFault", { Name: "imds.ipv6-only", Target: "app" })).rejects.toThrow(
      /Conflict.*app has metadata over IPv4 only/,
    );
  });

  test("nothing else has power over the network, and nothing has it without the profile", () => {
    const { services } = JSON.parse(project.compose("config", "--format", "json"));
    const powerful = Object.entries<any>(services).filter(
      ([, { cap_add = [], privileged }]) => cap_add.length > 0 || privileged,
    );
    expect(powerful.map(([name, { cap_add, profiles }]) => [name, cap_add, profiles])).toEqual([
      ["net-faults", ["NET_ADMIN"], ["net-faults"]],
    ]);
  });
});
