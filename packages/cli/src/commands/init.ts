// `rolemint init`: a commented rolemint.yaml to start from.
import { writeFileSync } from "node:fs";
import { initialConfigText } from "@rolemint/config";
import { CliError } from "../exit.ts";
import { outputFor } from "../output.ts";

export interface InitFlags {
  readonly compose?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const FILE = "rolemint.yaml";

export function init(services: readonly string[], flags: InitFlags): void {
  if (flags.compose !== undefined || services.length > 0) {
    throw new CliError(
      "usage",
      "services of a compose file cannot be adopted yet: this version has no container topologies",
    );
  }
  try {
    writeFileSync(FILE, initialConfigText(), { flag: flags.force ? "w" : "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new CliError("usage", `${FILE} is there already; --force writes it anew`);
    throw new CliError("environment", `${FILE} could not be written: ${message}`);
  }
  outputFor(flags).result(`wrote ${FILE}; start it with \`rolemint up\``, { version: 1, files: [FILE] });
}
