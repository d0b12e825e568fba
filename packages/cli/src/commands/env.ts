// `rolemint env`: the environment of an instance or of the operator, ready for `eval`.
import { devNull } from "node:os";
import { environmentFor, SHELLS, type ShellName } from "../environment.ts";
import { CliError } from "../exit.ts";
import { outputFor } from "../output.ts";
import { findRunning, type WhereFlags } from "../running.ts";

export interface EnvFlags extends WhereFlags {
  readonly operator?: boolean;
  readonly shell: string;
  readonly json?: boolean;
}

export function env(instance: string | undefined, flags: EnvFlags): void {
  if (flags.operator && instance !== undefined) {
    throw new CliError("usage", "name an instance or ask for --operator, not both");
  }
  if (!Object.hasOwn(SHELLS, flags.shell)) {
    throw new CliError("usage", `--shell is one of ${Object.keys(SHELLS).join(", ")}, not ${flags.shell}`);
  }
  const whose = flags.operator ? ("operator" as const) : { instance };
  const environment = environmentFor(findRunning(flags), whose, process.env, devNull);
  outputFor(flags).result(SHELLS[flags.shell as ShellName](environment).join("\n"), environment);
}
