// The config of the last start, kept beside the state: while none of the files it was read from has changed, a start
// needs neither parser nor schema, which is half of its time.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "./config.ts";

interface Remembered {
  /** Of this program's version and the contents of every source. */
  readonly key: string;
  readonly config: Config;
}

/** The config that `file` says, if it was remembered by this version and nothing it was read from has changed. */
export function recallConfig(memory: string, file: string, version: string): Config | undefined {
  try {
    const { key, config } = JSON.parse(readFileSync(memory, "utf8")) as Remembered;
    return config.sources[0] === resolve(file) && key === keyOf(config, version) ? config : undefined;
  } catch {
    return undefined;
  }
}

/** Where it cannot be written it is not remembered: the next start reads the file again. */
export function rememberConfig(memory: string, config: Config, version: string): void {
  try {
    const remembered: Remembered = { key: keyOf(config, version), config };
    writeFileSync(memory, JSON.stringify(remembered), { mode: 0o600 });
  } catch {}
}

function keyOf(config: Config, version: string): string {
  const hash = createHash("sha256").update(version);
  for (const source of config.sources) hash.update(`\0${source}\0`).update(readFileSync(source));
  return hash.digest("hex");
}
