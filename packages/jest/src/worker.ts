// What runs in the thread: worlds, each a whole simulator in memory, and the requests of the tests about them.
import { enableCompileCache } from "node:module";
import { BroadcastChannel, workerData } from "node:worker_threads";
import type { Reply, Request } from "./thread.ts";

enableCompileCache();
const channel = new BroadcastChannel((workerData as { readonly name: string }).name);
const worlds = import("./worlds.ts");

channel.onmessage = async ({ data }: { data: unknown }) => {
  const request = JSON.parse(String(data)) as Request | Reply;
  if (!("op" in request)) return;
  const { id, op, input } = request;
  channel.postMessage(JSON.stringify(await answered(id, op, input)));
};

async function answered(to: string, op: string, input: unknown): Promise<Reply> {
  try {
    return { to, value: (await (await worlds).answer(op, input)) ?? null };
  } catch (error) {
    return { to, message: error instanceof Error ? error.message : String(error) };
  }
}

channel.postMessage(JSON.stringify({ isReady: true } satisfies Reply));
