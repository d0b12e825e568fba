// A load on a server of this machine by `wrk`: one thread, 32 kept connections.
import { spawn, spawnSync } from "node:child_process";

const CONNECTIONS = 32;

export function hasWrk(): boolean {
  return spawnSync("wrk", ["-v"]).error === undefined;
}

/** Requests a second, by wrk's own count; every answer must be 200. `args` are wrk's, its URL among them. */
export function load(seconds: number, ...args: readonly string[]): Promise<number> {
  const size = ["-t", "1", "-c", String(CONNECTIONS), "-d", `${seconds}s`];
  const wrk = spawn("wrk", [...size, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((done, fail) => {
    let text = "";
    wrk.stdout.on("data", (chunk) => {
      text += chunk;
    });
    wrk.once("error", fail);
    wrk.once("close", () => {
      if (/Non-2xx|Socket errors/.test(text)) return fail(new Error(`the load met errors:\n${text}`));
      done(Number(/Requests\/sec:\s*([\d.]+)/.exec(text)?.[1] ?? 0));
    });
  });
}
