// The config that a command works with: read from a file, or recalled from the state where the file is unchanged.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { builtinConfig, type Config, formatProblems, loadConfig, recallConfig, rememberConfig } from "@rolemint/config";
import { awsManagedPolicies } from "@rolemint/world";
import { CliError } from "./exit.ts";

const DEFAULT_CONFIG = "rolemint.yaml";

export interface ConfigInUse {
  readonly config: Config;
  /** Keeps it in the state, so that the next start need not read it: called once it has been applied. */
  remember(): void;
}

/** Without a state directory nothing is recalled or kept. */
export async function configInUse(
  named: string | undefined,
  state: string | undefined,
  version: string,
): Promise<ConfigInUse> {
  const file = configFile(named);
  const memory = state === undefined ? undefined : join(state, "config.json");
  const recalled = file && memory && recallConfig(memory, file, version);
  const config = recalled || (await readConfig(file));
  return {
    config,
    remember() {
      if (memory !== undefined && file !== undefined && !recalled) rememberConfig(memory, config, version);
    },
  };
}

/** The file that was named, `./rolemint.yaml` if it is there, or none. */
export function configFile(named: string | undefined): string | undefined {
  return named ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
}

/** The config of a file; without one the built-in world. Throws CliError (2) with every problem of the file. */
export async function readConfig(file: string | undefined): Promise<Config> {
  if (file === undefined) return builtinConfig();
  const loaded = await loadConfig(file, { awsManagedPolicies: new Set(awsManagedPolicies().keys()) });
  if (loaded.problems) throw new CliError("usage", formatProblems(loaded.problems));
  return loaded.config;
}

/** The key of the S3 server behind, where the config leaves it to the environment. It is not kept with the config. */
export function withStoreKey(config: Config, environment: NodeJS.ProcessEnv): Config {
  const { s3 } = config;
  if (s3.backend === "builtin") return config;
  const accessKeyId = s3.accessKeyId ?? environment["ROLEMINT_S3_ACCESS_KEY_ID"];
  const secretAccessKey = s3.secretAccessKey ?? environment["ROLEMINT_S3_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) {
    const variables = "ROLEMINT_S3_ACCESS_KEY_ID and ROLEMINT_S3_SECRET_ACCESS_KEY";
    throw new CliError(
      "usage",
      `s3.endpoint ${s3.endpoint} needs a key: give s3.accessKeyId and s3.secretAccessKey, or ${variables} in the environment`,
    );
  }
  return { ...config, s3: { ...s3, accessKeyId, secretAccessKey } };
}
