// `rolemint apply`: brings the running world to a changed config.

import { configFile, readConfig } from "../config-file.ts";
import { CliError } from "../exit.ts";
import { outputFor } from "../output.ts";
import { callControl, findRunning, type WhereFlags } from "../running.ts";

export interface ApplyFlags extends WhereFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function apply(file: string | undefined, flags: ApplyFlags): Promise<void> {
  const ready = findRunning(flags);
  const path = configFile(file);
  if (path === undefined) {
    throw new CliError("usage", "there is no rolemint.yaml here; name a config: rolemint apply FILE");
  }
  const config = await readConfig(path);
  const { Left } = await callControl<{ Left: string[] }>(ready, "ApplyConfig", { Config: config });
  const lines = ["applied", ...Left.map((name) => `left as it is, no longer in the config: ${name}`)];
  outputFor(flags).result(flags.quiet ? "" : lines.join("\n"), { version: 1, left: Left });
}
