// The SDK program of test/sdk, started by `rolemint exec` and spoken to line by line.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll } from "@jest/globals";
import { DIRECT, ROLEMINT, type Running } from "./rolemint.ts";
import { until } from "./until.ts";

export interface Outcome {
  readonly ok?: any;
  readonly error?: string;
  readonly message?: string;
  readonly status?: number;
}

export type Chain = "default" | "metadata";
export const CHAINS: readonly Chain[] = ["default", "metadata"];

export interface Program {
  call(call: string, input?: object, chain?: Chain): Promise<Outcome>;
}

const ends: (() => Promise<unknown>)[] = [];

afterAll(() => Promise.all(ends.map((end) => end())));

/** It runs until the tests of the file are over. */
export function startProgram(running: Running, instance = "web", env: Readonly<Record<string, string>> = {}): Program {
  const program = [process.execPath, resolve("test/sdk/program.mjs")];
  const child = spawn(ROLEMINT, ["exec", "--ready", running.readyFile, instance, "--", ...program], {
    cwd: running.cwd,
    env: { ...DIRECT, HOME: running.cwd, ...env },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // The SDK warns there when it goes on with old credentials.
  let warnings = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    warnings += text;
  });
  const ended = new Promise((done) => child.once("close", done));
  ends.push(() => {
    child.stdin.end();
    return ended;
  });
  return {
    async call(call, input = {}, chain = "default") {
      child.stdin.write(`${JSON.stringify({ chain, call, input })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program has ended: ${warnings}`);
      return JSON.parse(value) as Outcome;
    },
  };
}

/**
 * Waits until each client of the program holds this key. Credentials of less than 5 minutes are always about to expire
 * for this SDK: every call makes it fetch anew, but behind the call, which is still signed with what was fetched before.
 */
export async function untilHolds(program: Program, accessKeyId: string): Promise<void> {
  for (const chain of CHAINS) {
    await until(async () => {
      const { ok: keys } = await program.call("keys", {}, chain);
      return keys?.every((key: string) => key === accessKeyId);
    });
  }
}
