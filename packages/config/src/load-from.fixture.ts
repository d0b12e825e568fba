// A directory of files for one test, and loading a config in it; file names in problems are shown relative to it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { formatProblems, type Loaded, loadConfig } from "./index.ts";

export const AWS_MANAGED_POLICIES: ReadonlySet<string> = new Set(
  ["AmazonS3ReadOnlyAccess", "AmazonS3FullAccess", "AdministratorAccess", "service-role/AmazonEC2RoleforSSM"].map(
    (name) => `arn:aws:iam::aws:policy/${name}`,
  ),
);

export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface LoadedHere {
  readonly loaded: Loaded;
  readonly directory: string;
  /** One line a problem. */
  readonly lines: readonly string[];
}

/** Loads `rolemint.yaml` of `files`, or `file`. A name that ends with a slash makes a directory. */
export async function loadFrom(
  files: Files,
  { file = "rolemint.yaml", instanceProfiles = new Set<string>(), principals = new Set<string>() } = {},
): Promise<LoadedHere> {
  const directory = mkdtempSync(join(tmpdir(), "config-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(directory, name);
      mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
      if (!name.endsWith("/")) writeFileSync(path, content);
    }
    const loaded = await loadConfig(join(directory, file), {
      awsManagedPolicies: AWS_MANAGED_POLICIES,
      instanceProfiles,
      principals,
    });
    const text = formatProblems(loaded.problems ?? []).replaceAll(`${directory}/`, "");
    return { loaded, directory, lines: text === "" ? [] : text.split("\n") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
