// The way in. The parsers are loaded only here and only for a file: the built-in world starts without them.
import type { Config } from "./config.ts";
import type { Problem } from "./problem.ts";

export interface LoadOptions {
  /** ARNs of the AWS-managed policies that the world knows. */
  readonly awsManagedPolicies: ReadonlySet<string>;
  /** Names of the instance profiles that the state has already, which the file may refer to. */
  readonly instanceProfiles?: ReadonlySet<string>;
  /** ARNs of the users and roles that the state has already, which its policies may name. */
  readonly principals?: ReadonlySet<string>;
}

/** A config, or at least one problem, in the order of the file. */
export type Loaded =
  | { readonly config: Config; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly config?: undefined };

/** Reads `file` and the files that it names. Never rejects: what cannot be read is a problem. */
export async function loadConfig(file: string, options: LoadOptions): Promise<Loaded> {
  const { readConfig } = await import("./read.ts");
  return readConfig(file, options);
}
