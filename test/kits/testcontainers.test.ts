// The kit for Testcontainers, as its users use it: a world, containers of the sample app as its instances, and the power
// over both. What the containers see of us is asked from inside them.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { GenericContainer, getContainerRuntimeClient, Network, type StartedTestContainer, Wait } from "testcontainers";
import manifest from "../../packages/cli/package.json" with { type: "json" };
import { RolemintContainer, type StartedRolemintContainer } from "../../packages/testcontainers/src/index.ts";
import { describeDocker, docker, tryDocker } from "../support/compose.ts";
import { IMAGES } from "../support/docker/images.ts";
import { until } from "../support/until.ts";

const IMAGE = IMAGES.rolemint.tag;
const APP = IMAGES.app.tag;
const PROGRAM = readFileSync("test/kits/app.py", "utf8");
const READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
const FULL = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
const HOUR_MS = 3_600_000;

/** Ryuk's image cannot be had everywhere; that nothing is left without it is what is shown here. */
process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";

const anApp = () =>
  new GenericContainer(APP)
    .withLabels({ [OURS]: "" })
    .withCommand(["python3", "-c", PROGRAM])
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHttp("/ready", 8080));

/** What the app answers to a step. */
async function asked(app: StartedTestContainer, step: string): Promise<string> {
  const response = await fetch(`http://${app.getHost()}:${app.getMappedPort(8080)}/${step}`);
  return response.text();
}

/** Other tests have containers too. */
const OURS = `rolemint.test.${process.pid}`;
const aWorld = () => new RolemintContainer(IMAGE).withLabels({ [OURS]: "" });
const ours = () => docker("ps", "--all", "--quiet", "--filter", `label=${OURS}`).split("\n").filter(Boolean);
const volumesOf = (id: string) => docker("inspect", "--format", "{{range .Mounts}}{{.Name}} {{end}}", id).split(" ");
const isThere = (volume: string) => tryDocker("volume", "inspect", volume) !== undefined;

describeDocker("a world and its containers", () => {
  let rolemint: StartedRolemintContainer;
  let reader: StartedTestContainer;
  let writer: StartedTestContainer;
  beforeAll(async () => {
    rolemint = await aWorld()
      .withRole("reader", READ_ONLY)
      .withRole("writer", [READ_ONLY, FULL])
      .withBucket("demo", { objects: { "hello.txt": "Hello", "folder/nested.txt": "Hello again" } })
      .start();
    reader = await rolemint.attach(anApp(), "reader");
    writer = await rolemint.attach(anApp(), { role: "writer", name: "worker", clock: "world" });
  }, 120_000);
  afterAll(() => rolemint?.stop(), 60_000);

  test("each is its role, and may what the role may", async () => {
    expect(await asked(reader, "identity")).toMatch(/:assumed-role\/reader\/i-/);
    expect(await asked(writer, "identity")).toMatch(/:assumed-role\/writer\/i-/);
    expect(await asked(reader, "read")).toBe("Hello");
    expect(await asked(reader, "write")).toMatch(/AccessDenied.*s3:PutObject/);
    expect(await asked(writer, "write")).toBe("written");
  });

  test("no secret is in its environment, and none of our sockets in its files", async () => {
    const { output } = await reader.exec(["sh", "-c", "env; ls /run /run/rolemint* 2>&1"]);
    expect(output).toMatch(/AWS_ENDPOINT_URL=http:\/\/169\.254\.171\.1:4566/);
    expect(output).not.toMatch(/AWS_ACCESS_KEY|AWS_SECRET|TOKEN/);
    expect(output).toMatch(/cannot access '\/run\/rolemint/);
  });

  test("it reaches neither the control API, nor the seam, nor the other's metadata", async () => {
    const { container } = await getContainerRuntimeClient();
    const addressOf = async (id: string) =>
      (await container.inspect(container.getById(id))).NetworkSettings.Networks["bridge"]!.IPAddress;
    const world = await addressOf(rolemint.getId());
    const filter = ["--filter", "label=rolemint.part=holder", "--filter", `label=${OURS}`];
    const others = docker("ps", "--quiet", ...filter).split("\n");
    expect(others).toHaveLength(2);
    const holders = await Promise.all(others.map((id) => addressOf(id)));
    // The AWS APIs it may reach, which shows that there is a way.
    const places = [4566, 4567, 4570, 4571].map((port) => `${world}:${port}`);
    const metadata = holders.map((holder) => `${holder}:80`);
    const answers = `
import socket, sys
for place in sys.argv[1:]:
    host, port = place.split(":")
    try:
        with socket.create_connection((host, int(port)), 2) as s:
            s.sendall(b"GET /health HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n\\r\\n")
            if s.recv(1): print(place)
    except OSError: pass
`;
    const { output } = await reader.exec(["python3", "-c", answers, ...places, ...metadata, "169.254.169.254:80"]);
    expect(output.trim().split("\n")).toEqual([`${world}:4566`, "169.254.169.254:80"]);
  });

  test("in its namespace nothing for the metadata service goes by another way", async () => {
    const { output } = await reader.exec(["cat", "/proc/net/route"]);
    // 169.254.169.254/32, unreachable: without an interface, flag REJECT.
    expect(output).toMatch(/^\*\tFEA9FEA9\t00000000\t02\d\d\t.*\tFFFFFFFF\t/m);
  });

  test("programs of the host call as the operator", async () => {
    const { endpoint, region, operator: credentials } = rolemint;
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "demo", Key: "folder/nested.txt" }));
    expect(await Body!.transformToString()).toBe("Hello again");
  });

  test("rotation on demand, and what is told of credentials", async () => {
    const before = await rolemint.credentials("reader");
    const after = await rolemint.rotate("reader");
    expect(after.generation).toBe(before.generation + 1);
    expect(await rolemint.credentials("reader")).toEqual(after);
    expect(Object.keys(after).sort()).toEqual(["accessKeyId", "expiration", "generation"]);
    const secret = await rolemint.secretCredentials("reader");
    expect([secret.accessKeyId, secret.secretAccessKey.length]).toEqual([after.accessKeyId, 40]);
  });

  test("an outage is survived with the keys that are there, and healed", async () => {
    {
      await using _outage = await rolemint.fault("imds.unreachable", {
        target: "reader",
        for: "30m",
        parameters: { Mode: "reset" },
      });
      const [fault] = await rolemint.faults();
      expect(fault).toMatchObject({ Name: "imds.unreachable" });
      await expect(rolemint.secretCredentials("reader")).rejects.toThrow();
      expect(await asked(reader, "read")).toBe("Hello");
    }
    expect(await rolemint.faults()).toEqual([]);
    await expect(rolemint.secretCredentials("reader")).resolves.toMatchObject({ accessKeyId: /^ASIA/ });
  });

  test("the trace tells who did what, and has a text", async () => {
    const events = await rolemint.trace({ instance: "reader", kind: "refusal" });
    expect(events).toEqual(
      expect.arrayContaining([expect.objectContaining({ Action: "PutObject", Code: "AccessDenied", Generation: 1 })]),
    );
    const last = events.at(-1)!.Id;
    expect(await rolemint.trace({ instance: "reader", kind: "refusal", since: last })).toEqual([]);
    expect(await rolemint.traceText({ instance: "reader" })).toMatch(/refusal +s3 PutObject/);
  });

  test("hours later: who has the world's clock has refreshed, who has not is refused", async () => {
    const before = await asked(writer, "key");
    await asked(reader, "read");
    const time = await rolemint.clock("+8h");
    const theirs = Number(await asked(writer, "time")) * 1000;
    expect(Math.abs(theirs - time.getTime())).toBeLessThan(HOUR_MS / 60);
    expect(await asked(writer, "read")).toBe("Hello");
    expect(await asked(writer, "key")).not.toBe(before);
    expect(await asked(reader, "read")).toMatch(/ExpiredToken/);
  });

  test("a rate, which the client's clock goes at as well", async () => {
    await rolemint.clock({ rate: 60 });
    const client = async () => Number(await asked(writer, "time")) * 1000 - (await rolemint.time()).getTime();
    const apart = [await client(), await new Promise((done) => setTimeout(done, 1000)).then(client)];
    await rolemint.clock({ rate: 1 });
    expect(Math.max(...apart.map(Math.abs))).toBeLessThan(HOUR_MS / 60);
    expect(Math.abs(await client())).toBeLessThan(5000);
    await rolemint.clock("freeze");
    expect(await asked(writer, "time")).toBe(await asked(writer, "time"));
    expect(Math.abs(await client())).toBeLessThan(5000);
    await rolemint.clock({ rate: 1 });
    expect(Math.abs(await client())).toBeLessThan(5000);
  });

  test("a client's clock that is off, and a client that sleeps", async () => {
    const off = async () => {
      const apartMs = Number(await asked(writer, "time")) * 1000 - (await rolemint.time()).getTime();
      return (apartMs / HOUR_MS).toFixed(1).replace("-0.0", "0.0");
    };
    await rolemint.skewClient("worker", "-2h");
    expect(await off()).toBe("-2.0");
    await rolemint.skewClient(writer, "0s");
    const before = await rolemint.time();
    await rolemint.pauseClient(writer, "3h");
    expect(Math.round(((await rolemint.time()).getTime() - before.getTime()) / HOUR_MS)).toBe(3);
    expect(await off()).toBe("0.0");
    await expect(rolemint.skewClient(reader, "1h")).rejects.toThrow(/clock: "own"/);
    await expect(rolemint.pauseClient("nobody", "1h")).rejects.toThrow(/nobody is not attached/);
  });

  test("faults of the client, and presets that move the clock, are carried out on it", async () => {
    const apart = async () => {
      const apartMs = Number(await asked(writer, "time")) * 1000 - (await rolemint.time()).getTime();
      return (apartMs / HOUR_MS).toFixed(1).replace("-0.0", "0.0");
    };
    const fault = { target: "worker", parameters: { Offset: "3h" }, for: "1h" };
    const skew = await rolemint.fault("clock.skew-client", fault);
    expect(await apart()).toBe("3.0");
    await skew.heal();
    expect(await apart()).toBe("0.0");
    await rolemint.fault("six-hours-later", { target: "worker" });
    expect(await apart()).toBe("0.0");
    const sleep = await rolemint.fault("clock.sleep-resume", { target: "worker", for: "2h" });
    const { container } = await getContainerRuntimeClient();
    const isPaused = async () => (await container.inspect(container.getById(writer.getId()))).State.Paused;
    expect(await isPaused()).toBe(true);
    await sleep.heal();
    expect(await isPaused()).toBe(false);
    await rolemint.fault("vm-woke-up", { target: "worker" });
    expect(await isPaused()).toBe(true);
    await until(async () => !(await isPaused()), 10_000);
    expect(await apart()).toBe("0.0");
  });

  test("a restart keeps ports and identity", async () => {
    const port = reader.getMappedPort(8080);
    await reader.restart();
    expect(reader.getMappedPort(8080)).toBe(port);
    expect(await asked(reader, "identity")).toMatch(/:assumed-role\/reader\/i-/);
  }, 60_000);

  test("after a reset the world is as at the start, and the containers are its instances", async () => {
    await rolemint.reset();
    expect((await rolemint.credentials("worker")).generation).toBe(1);
    await reader.restart();
    expect(await asked(reader, "read")).toBe("Hello");
  }, 60_000);
});

describeDocker("a container that is attached", () => {
  test("the app has the networks it asked for, is of its own class, and takes its holder along", async () => {
    let held: string[] = [];
    await using network = await new Network().start();
    {
      await using rolemint = await aWorld()
        .withConfig("instances: { web: { role: app, metadata: { tokens: optional } } }\nrotation: tiny\n")
        .withRole("app", READ_ONLY)
        .start();
      class OwnContainer extends GenericContainer {
        override async start() {
          return Object.assign(await super.start(), { isOwn: true });
        }
      }
      held = volumesOf(rolemint.getId()).filter(Boolean);
      expect(held.map(isThere)).toEqual([true, true]);
      const app = new OwnContainer(APP)
        .withLabels({ [OURS]: "" })
        .withNetwork(network)
        .withNetworkAliases("web")
        .withHostname("host-of-web");
      await using web = await rolemint.attach(app, { name: "web" });
      expect([web.isOwn, web.getHostname()]).toEqual([true, "host-of-web"]);
      expect(web.getNetworkNames()).toContain(network.getName());
      await expect(rolemint.attach(new GenericContainer(APP), { name: "web" })).rejects.toThrow(/web already/);
      const plain = await new GenericContainer(APP).withNetwork(network).start();
      expect((await plain.exec(["getent", "hosts", "web"])).exitCode).toBe(0);
      await plain.stop();
      await using second = await rolemint.attach(new GenericContainer(APP), "app");
      await using third = await rolemint.attach(new GenericContainer(APP), "app");
      expect((await rolemint.credentials("app-2")).generation).toBe(1);
      await Promise.all([second.stop(), third.stop()]);
      await expect(rolemint.credentials("app-2")).rejects.toThrow(/no instance app-2/);
    }
    expect([ours(), held.map(isThere)]).toEqual([[], [false, false]]);
  }, 120_000);

  test.each<[string, (app: GenericContainer) => GenericContainer, RegExp]>([
    [
      "a key",
      (app) => app.withEnvironment({ AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE" }),
      /take AWS_ACCESS_KEY_ID away/,
    ],
    ["the host's network", (app) => app.withNetworkMode("host"), /network mode host/],
    ["reuse", (app) => app.withReuse(), /withReuse/],
  ])(
    "refused: %s",
    async (_, change, says) => {
      await using rolemint = await aWorld().withRole("app").start();
      await expect(rolemint.attach(change(new GenericContainer(APP)), "app")).rejects.toThrow(says);
      await expect(rolemint.attach(new GenericContainer(APP), "nobody")).rejects.toThrow(/no role nobody.*withRole/);
    },
    60_000,
  );

  test("a start that fails leaves nothing", async () => {
    await expect(aWorld().withConfig({ rolls: {} }).start()).rejects.toThrow(/rolls/);
    expect(ours()).toEqual([]);
    await using rolemint = await aWorld().withRole("app").start();
    const broken = new GenericContainer(APP)
      .withLabels({ [OURS]: "" })
      .withCommand(["false"])
      .withWaitStrategy(Wait.forLogMessage("never", 1));
    await expect(rolemint.attach(broken, "app")).rejects.toThrow();
    expect(ours()).toEqual([rolemint.getId().slice(0, 12)]);
  }, 60_000);

  test("a kit of another version says so", async () => {
    const content = JSON.stringify({ ...manifest, version: "9.9.9" });
    const other = [{ content, target: "/opt/rolemint/packages/cli/package.json", mode: 0o644 }];
    const world = aWorld().withCopyContentToContainer(other);
    await expect(world.start()).rejects.toThrow(/is rolemint 9\.9\.9, and @rolemint\/testcontainers is 0\.1\.0/);
    expect(ours()).toEqual([]);
  }, 60_000);

  test("an image that is not there is named, and how to have it", async () => {
    await expect(new RolemintContainer("rolemint-nothing:9").start()).rejects.toThrow(
      /no image (\S+\/)?rolemint-nothing:9, .*docker compose build control-plane/,
    );
  }, 60_000);

  test("one that sleeps is stopped as well", async () => {
    const rolemint = await aWorld().withRole("app").start();
    await rolemint.attach(new GenericContainer(APP).withLabels({ [OURS]: "" }), "app");
    await rolemint.fault("clock.sleep-resume", { target: "app" });
    await rolemint.stop();
    expect(ours()).toEqual([]);
  }, 60_000);

  test("a static program is not moved, and that is said", async () => {
    await using rolemint = await aWorld().withRole("app").start();
    const sleeping = new GenericContainer(APP)
      .withEnvironment({ LD_PRELOAD: "" })
      .withCommand(["env", "-u", "LD_PRELOAD", "sleep", "60"]);
    await expect(rolemint.attach(sleeping, { role: "app", clock: "world" })).rejects.toThrow(
      /does not load libfaketime/,
    );
  }, 60_000);
});

describeDocker("the example", () => {
  test("passes, and is what the guide shows", () => {
    const example = readFileSync("examples/testcontainers/outage.ts", "utf8");
    expect(readFileSync("docs/guides/testcontainers.md", "utf8")).toContain(example);
    const options = ["--disable-warning=ExperimentalWarning", "--conditions=rolemint-source", "--test"];
    const { status, stdout } = spawnSync(process.execPath, [...options, "outage.ts"], {
      cwd: "examples/testcontainers",
      encoding: "utf8",
      env: { ...process.env, APP_IMAGE: APP },
    });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/pass 1\n/)]);
  }, 90_000);
});

describeDocker("a test process that is killed", () => {
  test("leaves none of our containers, and no volume", async () => {
    const args = ["--disable-warning=ExperimentalWarning", "test/kits/killed.ts", IMAGE, APP];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env: process.env });
    const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
    const { world, app, holder } = JSON.parse(line) as Record<"world" | "app" | "holder", string>;
    const held = volumesOf(world).filter(Boolean);
    try {
      expect([world, app, holder].map((id) => tryDocker("inspect", "-f", "{{.State.Running}}", id))).toEqual(
        Array(3).fill("true"),
      );
      child.kill("SIGKILL");
      await until(async () => [world, holder].every((id) => tryDocker("inspect", id) === undefined), 30_000);
    } finally {
      child.kill("SIGKILL");
      // The app is its user's: with Ryuk it goes as well.
      tryDocker("rm", "--force", app);
    }
    expect(held.map(isThere)).toEqual([false, false]);
  }, 90_000);
});

describeDocker("a test process that forgets to stop its world", () => {
  test("ends all the same, and the world with it", async () => {
    const args = ["--disable-warning=ExperimentalWarning", "test/kits/forgotten.ts", IMAGE];
    const options = { encoding: "utf8", timeout: 30_000, env: process.env } as const;
    const { signal, stdout } = spawnSync(process.execPath, args, options);
    expect([signal, stdout.trim()]).toEqual([null, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    await until(() => tryDocker("inspect", stdout.trim()) === undefined, 30_000);
  }, 90_000);
});
