// The two other programs of the demo, as child processes: the simulator, and the application with the environment that
// `rolemint exec` gives it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const rolemint = join(here, "../../packages/cli/bin.js");

export interface Simulator {
  /** Settings of an SDK client that signs as the operator. */
  readonly operator: {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  readonly instanceId: string;
  readonly readyFile: string;
  control(action: string, input: object): Promise<unknown>;
  generation(): Promise<{ readonly Generation: number; readonly AccessKeyId: string }>;
  end(): Promise<void>;
}

export async function startSimulator(readyFile: string): Promise<Simulator> {
  const anyPort = ["--aws-port", "0", "--imds-port", "0", "--control-port", "0"];
  const args = [
    "up",
    "--ephemeral",
    "--quiet",
    "--config",
    join(here, "rolemint.yaml"),
    "--ready",
    readyFile,
    ...anyPort,
  ];
  const child = spawn(process.execPath, [rolemint, ...args], { stdio: ["ignore", "inherit", "inherit"] });
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null) throw new Error(`the simulator ended with ${child.exitCode}`);
    await new Promise((done) => setTimeout(done, 20));
  }
  const ready = JSON.parse(readFileSync(readyFile, "utf8"));
  const { accessKeyId, secretAccessKey } = ready.operator;
  const control = async (action: string, input: object) => {
    const headers = { authorization: `Bearer ${ready.controlToken}` };
    const url = `${ready.endpoints.control}/${action}`;
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(input) });
    if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
    return await response.json();
  };
  return {
    operator: {
      region: ready.region,
      endpoint: ready.endpoints.aws,
      credentials: { accessKeyId, secretAccessKey },
    },
    instanceId: ready.instances.web.instanceId,
    readyFile,
    control,
    async generation() {
      const { Instances } = (await control("ListInstances", {})) as { Instances: never[] };
      return Instances[0]!;
    },
    end: () => ended(child),
  };
}

export interface App {
  /** What the program answers; throws when it was refused. */
  ask(job: string): Promise<unknown>;
  /** The refusal that is expected. */
  refusal(job: string): Promise<{ readonly error: string; readonly message: string }>;
  end(): Promise<void>;
}

export function startApp({ readyFile }: Simulator): App {
  const command = ["exec", "--ready", readyFile, "web", "--", process.execPath, join(here, "app.ts")];
  const child = spawn(process.execPath, [rolemint, ...command], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const exchange = async (job: string) => {
    child.stdin!.write(`${job}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("the program ended");
    return JSON.parse(value) as { ok?: unknown; error?: string; message?: string };
  };
  return {
    async ask(job) {
      const { ok, error, message } = await exchange(job);
      if (error !== undefined) throw new Error(`${job}: ${error}: ${message}`);
      return ok;
    },
    async refusal(job) {
      const { error, message } = await exchange(job);
      if (error === undefined) throw new Error(`${job} should have been refused`);
      return { error, message: message ?? "" };
    },
    async end() {
      child.stdin!.end();
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
