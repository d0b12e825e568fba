// How long a second start takes until the first credential, against a bare `node -e 0` by the same node, and what the
// process weighs at rest.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, type Row } from "./row.ts";

const ROUNDS = 11;
const PORT = 31_338;
const CONFIG = `version: 1
roles: { app: { trust: ec2.amazonaws.com } }
instances: { web: { role: app } }
buckets: { demo: {} }
`;

export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "rolemint-bench-"));
  try {
    writeFileSync(join(folder, "rolemint.yaml"), CONFIG);
    // The first start fills the compile cache, also with what is loaded only after the first answers.
    await restingMemory(folder);
    await timeToCredential(folder);
    const bare: number[] = [];
    const starts: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(timeOfBareNode());
      starts.push(await timeToCredential(folder));
    }
    const ratio = median(starts.map((start, round) => start / bare[round]!));
    const memory = await restingMemory(folder);
    return [
      { name: "bare `node -e 0`", value: median(bare), unit: "ms" },
      {
        name: "second start to first credential",
        value: median(starts),
        unit: "ms",
        ratio,
        bound: "≤ 6×",
        ok: ratio <= 6,
      },
      { name: "resting memory, all in one", value: memory, unit: "MB", bound: "≤ 110 MB", ok: memory <= 110 },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timeOfBareNode(): number {
  const begun = performance.now();
  spawnSync("node", ["-e", "0"]);
  return performance.now() - begun;
}

function launch(folder: string) {
  const bin = join(process.cwd(), "node_modules/.bin/rolemint");
  const ports = ["--aws-port", "0", "--control-port", "0", "--imds-port", String(PORT)];
  const args = ["up", "--quiet", "--config", join(folder, "rolemint.yaml"), "--state", join(folder, "state"), ...ports];
  return spawn(bin, args, { stdio: "ignore" });
}

/** From the launch to the last byte of a credential document, over IMDSv2. */
async function timeToCredential(folder: string): Promise<number> {
  const begun = performance.now();
  const child = launch(folder);
  try {
    const token = await firstAnswer("PUT /latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60");
    const path = "/latest/meta-data/iam/security-credentials/app";
    const document = await firstAnswer(`GET ${path}`, `X-aws-ec2-metadata-token: ${token}`);
    if (!document.includes('"Code" : "Success"')) throw new Error(`no credential: ${document}`);
    return performance.now() - begun;
  } finally {
    const exited = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await exited;
  }
}

/** The body of an answer; asks again until somebody listens. */
async function firstAnswer(requestLine: string, header: string): Promise<string> {
  for (let attempt = 0; attempt < 5000; attempt++) {
    const answer = await ask(`${requestLine} HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
    if (answer !== undefined) return answer.slice(answer.indexOf("\r\n\r\n") + 4);
    await new Promise((done) => setTimeout(done, 2));
  }
  throw new Error("nobody listens");
}

function ask(request: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(PORT, "127.0.0.1", () => socket.write(request));
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("error", () => resolve(undefined));
    socket.on("end", () => resolve(text === "" ? undefined : text));
  });
}

/** Resident memory in MB of the process that serves, a few seconds after its start. */
async function restingMemory(folder: string): Promise<number> {
  const child = launch(folder);
  try {
    await firstAnswer("PUT /latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60");
    await new Promise((done) => setTimeout(done, 5000));
    const ready = JSON.parse(readFileSync(join(folder, "state/ready.json"), "utf8")) as { pid: number };
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${ready.pid}/status`, "utf8"))!;
    return Math.round(Number(kilobytes) / 1024);
  } finally {
    child.kill("SIGTERM");
    await new Promise((done) => child.once("exit", done));
  }
}
