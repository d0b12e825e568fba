// `rolemint apply`: brings the running world to a changed config.

import { outputFor } from "../output.ts";
import { callControl, findRunning, type WhereFlags } from "../running.ts";
import { configFile, readConfig } from "./up.ts";

export interface ApplyFlags extends WhereFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function apply(file: string | undefined, flags: ApplyFlags): Promise<void> {
  const ready = findRunning(flags);
  const config = await readConfig(configFile(file));
  const { Left } = await callControl<{ Left: string[] }>(ready, "ApplyConfig", { Config: config });
  const lines = ["applied", ...Left.map((name) => `left as it is, no longer in the config: ${name}`)];
  outputFor(flags).result(flags.quiet ? "" : lines.join("\n"), { version: 1, left: Left });
}
