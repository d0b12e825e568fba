// The thread that the simulators of a test process run in, so that neither fake timers nor a busy test holds them up.
// It is started once: test runners load this module anew for each file of tests, but the thread's own data is the
// process's, and messages go by a named channel. The thread keeps no process alive, and ends with it.
import { randomUUID } from "node:crypto";
import timers from "node:timers";
import { BroadcastChannel, getEnvironmentData, setEnvironmentData, Worker } from "node:worker_threads";

/** Taken before a test can put fake ones in their place. */
const { setTimeout, clearTimeout } = timers;

export interface Request {
  readonly id: string;
  readonly op: string;
  readonly input: unknown;
}

export type Answer =
  | { readonly to: string; readonly value: unknown }
  | { readonly to: string; readonly message: string };

export type Reply = Answer | { readonly isReady: true };

/** Longer than any request takes; a thread that another file started, and that has died, says nothing. */
const PATIENCE_MS = 60_000;
const LEAST_NODE = 24;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const waiting = new Map<string, Waiting>();
let opening: Promise<BroadcastChannel> | undefined;

/** Asks the thread, starting it if this process has none. Rejects with what it answers, or when it has ended. */
export async function ask(worker: URL, op: string, input: unknown): Promise<unknown> {
  opening ??= openChannel(worker);
  const channel = await opening;
  const id = randomUUID();
  // Only what is asked keeps the process: an answer is on its way.
  if (waiting.size === 0) channel.ref();
  let patience: NodeJS.Timeout | undefined;
  try {
    const reply = await new Promise<Answer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      patience = setTimeout(() => reject(new Error(`rolemint has not answered ${op}`)), PATIENCE_MS);
      channel.postMessage(JSON.stringify({ id, op, input } satisfies Request));
    });
    // Made here, an error's stack leads to who asked.
    if ("message" in reply) throw new Error(reply.message);
    return reply.value;
  } finally {
    clearTimeout(patience);
    waiting.delete(id);
    if (waiting.size === 0) channel.unref();
  }
}

/** Another copy of the kit, of another version perhaps, has another file and so a thread of its own. */
async function openChannel(worker: URL): Promise<BroadcastChannel> {
  const key = `rolemint ${worker.href}`;
  const known = getEnvironmentData(key);
  const name = typeof known === "string" ? known : `rolemint ${randomUUID()}`;
  const channel = new BroadcastChannel(name);
  const isReady = new Promise<void>((resolve) => {
    channel.onmessage = ({ data }: { data: unknown }) => {
      const message = JSON.parse(String(data)) as Reply | Request;
      if ("isReady" in message) resolve();
      else if ("to" in message) waiting.get(message.to)?.resolve(message);
    };
  });
  if (name === known) return channel;
  try {
    await Promise.race([isReady, startThread(worker, name)]);
  } catch (error) {
    opening = undefined;
    channel.close();
    throw error;
  }
  setEnvironmentData(key, name);
  return channel;
}

/** Rejects when the thread ends, which ends all that waits for it. */
function startThread(worker: URL, name: string): Promise<never> {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < LEAST_NODE) {
    const text = `@rolemint/jest needs Node ${LEAST_NODE} or later`;
    return Promise.reject(new Error(`${text} for its simulator; this is ${process.versions.node}`));
  }
  const execArgv = ["--disable-warning=ExperimentalWarning"];
  const thread = new Worker(worker, { workerData: { name }, execArgv, name: "rolemint" });
  const ended = new Promise<never>((_, reject) => {
    thread.on("error", (error) => reject(error));
    thread.on("exit", (code) => reject(new Error(`the thread of rolemint has ended with ${code}`)));
  });
  ended.catch((error: Error) => {
    setEnvironmentData(`rolemint ${worker.href}`, undefined);
    opening = undefined;
    for (const one of waiting.values()) one.reject(error);
  });
  thread.unref();
  return ended;
}
