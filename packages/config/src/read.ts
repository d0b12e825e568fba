// A config file from its bytes to a config or to all that is wrong with it. This and what it imports load the parsers,
// so load.ts imports it only when there is a file.
import { dirname, resolve } from "node:path";
import { checkValues } from "./check.ts";
import { readYaml, type YamlText } from "./document.ts";
import { isMapping } from "./draft.ts";
import { checkSchema } from "./issues.ts";
import type { Loaded, LoadOptions } from "./load.ts";
import { normalise } from "./normalise.ts";
import { readPolicies } from "./policies.ts";
import type { Problem } from "./problem.ts";
import { isDirectory, readTextFile } from "./text-file.ts";

export function readConfig(file: string, options: LoadOptions): Loaded {
  const read = readTextFile(file);
  if ("wrong" in read) return { problems: [{ file, line: 0, column: 0, path: "", message: read.wrong }] };
  return configOf(read.text, file, options);
}

/** `file` need not be there: it names the text, and what the text refers to is relative to it. */
export function configOf(text: string, file: string, options: LoadOptions): Loaded {
  const parsed = readYaml(text.replace(/^\uFEFF/, ""), file);
  if ("problems" in parsed) return { problems: inOrder(parsed.problems, file) };
  const { yaml } = parsed;
  const value = withAccountAsText(yaml);
  const problems: Problem[] = [];
  const report = (...found: Parameters<YamlText["problem"]>) => problems.push(yaml.problem(...found));
  const checked = checkSchema(yaml, value);
  if ("problems" in checked) problems.push(...checked.problems);
  const around = {
    awsManagedPolicies: options.awsManagedPolicies,
    instanceProfiles: options.instanceProfiles ?? new Set<string>(),
    isDirectory: (path: string) => isDirectory(resolve(dirname(file), path)),
  };
  checkValues(value, around, report);
  const policies = readPolicies(yaml, value, file, options.principals ?? new Set());
  problems.push(...policies.problems);
  // What could not be read is not also missing.
  const all = [...yaml.problems, ...problems.filter(({ path }) => !yaml.unread.has(path))];
  if ("problems" in checked || all.length > 0) return { problems: inOrder(all, file) };
  return { config: normalise(checked.settings, policies, file) };
}

/** An account id is digits, not a number: without quotes YAML would drop a leading zero. */
function withAccountAsText({ value, sourceAt }: YamlText): unknown {
  if (!isMapping(value) || typeof value.account !== "number") return value;
  const source = sourceAt(["account"]) ?? "";
  return /^\d{12}$/.test(source) ? { ...value, account: source } : value;
}

/** The config's problems by line, then those of the files it names. */
function inOrder(problems: readonly Problem[], file: string): readonly Problem[] {
  return problems.toSorted(
    (one, other) =>
      Number(one.file !== file) - Number(other.file !== file) ||
      (one.file < other.file ? -1 : Number(one.file > other.file)) ||
      one.line - other.line ||
      one.column - other.column,
  );
}
