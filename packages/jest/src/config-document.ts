// What a lab's config says, with the roles and the rotation that are given beside it, checked as a rolemint.yaml is.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isMapping } from "@rolemint/config/draft";
import type { Loaded, LoadOptions } from "@rolemint/config/load";
import { formatProblems, type Problem } from "@rolemint/config/problem";
import { configOf, readConfig } from "@rolemint/config/read";
import { parse } from "yaml";

/** What is wrong with what stands in a test, where a line of a file would say nothing. */
export function problemsOf(what: string, problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => `${what}: ${path === "" ? "the config" : path} ${message}`).join("\n");
}

export interface ConfigDocument {
  readonly file: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Paths in an object are relative to where the tests run. */
export async function documentAt(config: string | object | undefined, options: LoadOptions): Promise<ConfigDocument> {
  if (typeof config !== "string") return { file: resolve("startRolemint"), value: { version: 1, ...config } };
  try {
    const value: unknown = parse(readFileSync(config, "utf8"));
    if (isMapping(value)) return { file: config, value };
    throw new Error(`${config} is not a mapping`);
  } catch (error) {
    // As it is told where nothing stands beside the file.
    const { problems } = readConfig(config, options);
    throw problems ? new Error(formatProblems(problems)) : error;
  }
}

export function withBeside(
  { file, value }: ConfigDocument,
  { roles, rotation }: { readonly roles?: object | undefined; readonly rotation?: unknown },
  options: LoadOptions,
): Loaded {
  const all = {
    ...value,
    ...(roles !== undefined && { roles: { ...(value["roles"] as object | undefined), ...roles } }),
    ...(rotation !== undefined && { rotation }),
  };
  return configOf(JSON.stringify(all, null, 2), file, options);
}
