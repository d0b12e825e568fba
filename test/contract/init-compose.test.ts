// `init --compose`: services of somebody's compose file become instances, in two files that stand beside it.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { directory, rolemint, start } from "../support/rolemint.ts";

const COMPOSE = `services:
  web:
    image: rclone/rclone
    networks: [front]
  worker:
    image: amazon/aws-cli
    labels: [rolemint.role=writer]
    environment: { AWS_ACCESS_KEY_ID: AKIAIOSFODNN7EXAMPLE }
networks: { front: {} }
`;
const COMMAND = "docker compose -f docker-compose.yml -f compose.rolemint.yaml up";

const project = (text = COMPOSE) => directory({ "docker-compose.yml": text });
const adopt = (cwd: string, ...more: string[]) =>
  rolemint(["init", "--compose", "docker-compose.yml", ...more], { cwd });

test("named services get a role and an address, the last line starts them", async () => {
  const cwd = project();
  const { code, stdout, stderr } = await adopt(cwd, "web", "worker");
  expect(code).toBe(0);
  expect(stdout.trim().split("\n").at(-1)).toBe(COMMAND);
  expect(stderr).toMatch(/^warning: service worker: AWS_ACCESS_KEY_ID[^\n]+\n$/);
  const override = parse(readFileSync(join(cwd, "compose.rolemint.yaml"), "utf8"), { merge: true });
  expect(override.services.web).toMatchObject({
    networks: { "rolemint-apps": { link_local_ips: ["169.254.10.1"] } },
    environment: { AWS_ENDPOINT_URL: "http://169.254.171.1:4566", AWS_REGION: "us-east-1" },
    cap_drop: ["NET_RAW"],
    depends_on: { imds: { condition: "service_healthy" }, "s3-authorizer": { condition: "service_healthy" } },
  });
  expect(override.services.worker.networks).toEqual({
    default: {},
    "rolemint-apps": { link_local_ips: ["169.254.10.2"] },
  });
  expect(readFileSync(join(cwd, "docker-compose.yml"), "utf8")).toBe(COMPOSE);
});

test("the world it writes is one that starts", async () => {
  const cwd = project();
  await adopt(cwd, "web", "worker");
  const running = await start({ cwd });
  const { Instances } = await running.control("ListInstances");
  expect(Instances).toMatchObject([
    { Name: "web", Role: "web", Address: "169.254.10.1", Generation: 1 },
    { Name: "worker", Role: "writer", Address: "169.254.10.2", Generation: 1 },
  ]);
});

test("without names those with the label, and --json says what was done", async () => {
  const cwd = project();
  const { stdout, stderr } = await adopt(cwd, "--json");
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    files: ["compose.rolemint.yaml", "rolemint.yaml"],
    instances: [{ service: "worker", role: "writer", address: "169.254.10.1" }],
    warnings: [expect.stringContaining("AWS_ACCESS_KEY_ID")],
    command: COMMAND,
  });
});

test("the files stand beside the compose file, wherever that is", async () => {
  const cwd = directory();
  mkdirSync(join(cwd, "my app"));
  writeFileSync(join(cwd, "my app", "compose.yaml"), COMPOSE);
  const { stdout } = await rolemint(["init", "--compose", "my app/compose.yaml", "web", "--quiet"], { cwd });
  expect(stdout).toBe("docker compose -f 'my app/compose.yaml' -f 'my app/compose.rolemint.yaml' up\n");
  expect(existsSync(join(cwd, "my app", "rolemint.yaml"))).toBe(true);
});

test("of several compose files none is left out, and one that compose would have taken unasked is told of", async () => {
  const cwd = project();
  const override = "docker-compose.override.yml";
  writeFileSync(join(cwd, override), "services: { web: { environment: { AWS_PROFILE: dev } } }\n");
  const one = await adopt(cwd, "web");
  expect(one.stderr).toMatch(/^warning: docker-compose\.override\.yml is left out[^\n]+\n$/);
  const both = await adopt(cwd, "--compose", override, "web", "--force");
  expect(both.stderr).toMatch(/^warning: service web: AWS_PROFILE[^\n]+\n$/);
  expect(both.stdout).toContain(`docker compose -f docker-compose.yml -f ${override} -f compose.rolemint.yaml up\n`);
  const found = async (files?: string) =>
    (await rolemint(["doctor"], { cwd, ...(files && { env: { COMPOSE_FILE: files } }) })).stdout;
  expect(await found()).toContain("AWS_PROFILE");
  expect(await found("docker-compose.yml:compose.rolemint.yaml")).not.toContain("AWS_PROFILE");
});

test.each(["rolemint.yaml", "compose.rolemint.yaml"])(
  "%s that is there is left, and nothing is written",
  async (name) => {
    const cwd = project();
    writeFileSync(join(cwd, name), "mine");
    const { code, stderr } = await adopt(cwd, "web");
    expect([code, stderr]).toEqual([2, `${name} is there already; --force writes it anew\n`]);
    expect(readFileSync(join(cwd, name), "utf8")).toBe("mine");
    const other = name === "rolemint.yaml" ? "compose.rolemint.yaml" : "rolemint.yaml";
    expect(existsSync(join(cwd, other))).toBe(false);
    expect((await adopt(cwd, "web", "--force")).code).toBe(0);
    expect(readFileSync(join(cwd, name), "utf8")).not.toBe("mine");
  },
);

test.each([
  ["an unknown service", COMPOSE, ["nobody"], /no service nobody; there are web, worker/],
  ["a name of ours", `${COMPOSE}`.replace("  web:", "  imds:"), ["worker"], /service imds .*another/],
  ["the host's network", COMPOSE.replace("networks: [front]", "network_mode: host"), ["web"], /network_mode host/],
  [
    "a volume of ours",
    COMPOSE.replace("networks: [front]", "volumes: ['rolemint-seam:/s']"),
    ["worker"],
    /rolemint-seam/,
  ],
  ["a loop", "services: { web: &w { image: x, labels: *w } }\n", ["web"], /docker-compose\.yml is not YAML.*alias/],
  ["no YAML", "services: {\n", ["web"], /docker-compose\.yml:\d+:\d+ is not YAML/],
])("%s: exit 2, nothing written", async (_, text, services, says) => {
  const cwd = project(text);
  const { code, stdout, stderr } = await adopt(cwd, ...services);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(existsSync(join(cwd, "rolemint.yaml"))).toBe(false);
  expect(existsSync(join(cwd, "compose.rolemint.yaml"))).toBe(false);
});

test("doctor finds what is wrong with an adopted project, and says what to do", async () => {
  const cwd = project();
  await adopt(cwd, "web", "worker");
  const found = async () => {
    const { stdout, code } = await rolemint(["doctor", "--json"], { cwd });
    const { version, findings } = JSON.parse(stdout);
    return { version, code, findings };
  };
  const first = await found();
  expect([first.version, first.code]).toEqual([1, 1]);
  expect(first.findings).toContainEqual({
    check: "credentials",
    level: "problem",
    message: expect.stringContaining("worker: AWS_ACCESS_KEY_ID"),
    advice: expect.stringContaining("remove"),
  });
  expect(first.findings).toContainEqual({ check: "addresses", level: "ok", message: expect.any(String) });

  writeFileSync(join(cwd, "docker-compose.yml"), COMPOSE.replace(/ {4}environment:.*\n/, ""));
  const second = await found();
  const ours = /^(compose-|addresses|reach|instances|capabilities|credentials|config)/;
  expect(second.findings.filter((one: any) => ours.test(one.check) && one.level !== "ok")).toEqual([]);

  rmSync(join(cwd, "rolemint.yaml"));
  const third = await found();
  expect(third.findings).toContainEqual(expect.objectContaining({ check: "config", level: "problem" }));
});

test("doctor of compose files leaves the host's names and ports alone", async () => {
  const cwd = project();
  const checks = async (...args: string[]) => {
    const { stdout } = await rolemint(["doctor", "--json", ...args], { cwd });
    return new Set(JSON.parse(stdout).findings.map(({ check }: { check: string }) => check));
  };
  const [all, ofCompose] = [await checks(), await checks("--compose", "docker-compose.yml")];
  expect([...all].filter((check) => !ofCompose.has(check))).toEqual(["names", "ports"]);
});

test("a sidecar of a service with a role loses NET_RAW too, and is warned of", async () => {
  const cwd = project(
    `${COMPOSE.replace("networks: { front", "  side: { image: busybox, network_mode: 'service:web' }\nnetworks: { front")}`,
  );
  const { stderr } = await adopt(cwd, "web");
  expect(stderr).toBe("warning: service side shares the network of web, and so has its role\n");
  const override = parse(readFileSync(join(cwd, "compose.rolemint.yaml"), "utf8"), { merge: true });
  expect(override.services.side).toEqual({ cap_drop: ["NET_RAW"] });
  const { stdout } = await rolemint(["doctor", "--json"], { cwd });
  expect(JSON.parse(stdout).findings).toContainEqual({
    check: "capabilities",
    level: "ok",
    message: "side shares the network and the role of web",
  });
});

test("doctor with a compose file that is not there", async () => {
  const { code, stdout } = await rolemint(["doctor", "--compose", "none.yaml"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^problem {2}compose-files: .*none\.yaml does not exist/m);
});

test("doctor compares clocks with the simulator that runs, and leaves its ports alone", async () => {
  const running = await start({ config: "version: 1\nclock: { start: 2030-01-01T00:00:00Z }\n" });
  const { stdout } = await rolemint(["doctor", "--json", "--ready", running.readyFile]);
  const { findings } = JSON.parse(stdout);
  expect(findings).toContainEqual({
    check: "clock",
    level: "ok",
    message: expect.stringMatching(/s ahead of|s behind/),
  });
  expect(findings).toContainEqual({ check: "ports", level: "ok", message: expect.stringContaining("not looked at") });
});
