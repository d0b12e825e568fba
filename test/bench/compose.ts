// The containers: how soon everything is healthy, how soon an app has its first credential, what the services take at
// rest, and 200 clients in the same second. Images are there before the clock starts.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findEngine } from "../support/docker/engine.ts";
import { buildImages, ROUTER } from "../support/docker/images.ts";
import { prepareDocker } from "../support/docker/prepare.ts";
import { run as runProgram } from "../support/docker/run.ts";
import { median, type Row } from "./row.ts";

const CLIENTS = 200;
const ROUNDS = 3;
const NAME = "rolemint-bench";
const MEMORY_MB = { imds: 90, "s3-authorizer": 100, "control-plane": 110 } as const;
const PROGRAM = readFileSync("test/bench/clients.py", "utf8");

export async function run(): Promise<Row[]> {
  const engine = await prepareDocker();
  if ("missing" in engine) throw new Error(engine.missing);
  const found = findEngine();
  buildImages("env" in found ? found.env : process.env, [ROUTER]);
  const config = mkdtempSync(join(tmpdir(), "rolemint-bench-"));
  chmodSync(config, 0o755);
  writeFileSync(join(config, "rolemint.yaml"), configOf(CLIENTS));
  const env = { ...("env" in found ? found.env : process.env), ROLEMINT_CONFIG_DIR: config };
  const docker = (...args: string[]) => runProgram("docker", args, { env });
  const compose = (...args: string[]) => docker("compose", "-p", NAME, ...args);
  try {
    const healthy: number[] = [];
    const first: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      compose("down", "--volumes", "--timeout", "5");
      const start = performance.now();
      compose("up", "--detach", "--no-build", "--wait");
      healthy.push((performance.now() - start) / 1000);
      compose("rm", "--stop", "--force", "app");
      first.push(firstCredential(docker));
    }
    const rows: Row[] = [
      bounded("compose: all healthy", median(healthy), "s", 10),
      bounded("compose: first credential after an app's start", median(first), "s", 1),
    ];
    for (const [service, bound] of Object.entries(MEMORY_MB)) {
      rows.push(bounded(`compose: ${service} at rest`, residentMb(docker, service), "MB", bound));
    }
    const seconds = Array.from({ length: ROUNDS }, () => allAtOnce(docker));
    rows.push(bounded(`compose: ${CLIENTS} clients in the same second`, median(seconds), "s", 2));
    return rows;
  } finally {
    compose("down", "--volumes", "--timeout", "5");
    rmSync(config, { recursive: true });
  }
}

type Docker = (...args: string[]) => string;

function bounded(name: string, value: number, unit: string, bound: number): Row {
  return { name, value, unit, bound: `≤ ${bound} ${unit}`, ok: value <= bound };
}

/** From what Docker calls the container's start to the document in the program's hands, seconds. */
function firstCredential(docker: Docker): number {
  const own = ["--network", `${NAME}_apps`, "--link-local-ip", "169.254.10.1"];
  const id = docker("run", "--detach", ...own, "rolemint-sample-app:latest", "python3", "-c", PROGRAM, "1");
  docker("wait", id);
  const started = Date.parse(docker("inspect", "--format", "{{.State.StartedAt}}", id)) / 1000;
  const { end } = JSON.parse(docker("logs", id)) as { end: number };
  docker("rm", id);
  return end - started;
}

/** Every client at an address of its own; from the first connection to the last document, seconds. */
function allAtOnce(docker: Docker): number {
  const own = ["--network", `${NAME}_apps`, "--link-local-ip", "169.254.10.1", "--cap-add", "NET_ADMIN"];
  const add = `for i in $(seq 2 ${CLIENTS}); do ip address add 169.254.10.$i/16 dev eth0; done; sleep infinity`;
  const holder = docker("run", "--detach", "--init", ...own, ROUTER.tag, "sh", "-c", add);
  try {
    const joined = ["run", "--rm", "--network", `container:${holder}`, "rolemint-sample-app:latest"];
    docker(
      "exec",
      holder,
      "sh",
      "-c",
      `until ip address show eth0 | grep -q 169.254.10.${CLIENTS}/; do sleep 0.1; done`,
    );
    const { served, seconds } = JSON.parse(docker(...joined, "python3", "-c", PROGRAM, String(CLIENTS)));
    if (served !== CLIENTS) throw new Error(`only ${served} of ${CLIENTS} clients were served`);
    return seconds;
  } finally {
    docker("rm", "--force", holder);
  }
}

function residentMb(docker: Docker, service: string): number {
  const id = docker("compose", "-p", NAME, "ps", "-q", service);
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(docker("exec", id, "cat", "/proc/1/status"))!;
  return Number(kilobytes) / 1024;
}

function configOf(count: number): string {
  const instances = Array.from(
    { length: count },
    (_, index) => `  client${index + 1}: { role: app, address: 169.254.10.${index + 1} }`,
  );
  const role = "  app: { trust: ec2.amazonaws.com, managedPolicies: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess] }";
  return ["version: 1", "roles:", role, "instances:", ...instances, "buckets: { demo: {} }", ""].join("\n");
}
