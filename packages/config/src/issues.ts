// What the schema finds, as problems: an unknown key with the key that was probably meant, and of the branches of a
// union the one that the value was written for.
import * as z from "zod";
import type { YamlText } from "./document.ts";
import { orList } from "./fields.ts";
import { nearestOf } from "./nearest.ts";
import type { Path, Problem } from "./problem.ts";
import { type Settings, schema } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/** The values with their defaults, or what is wrong with them, in no order. */
export function checkSchema(yaml: YamlText, value: unknown): { settings: Settings } | { problems: Problem[] } {
  const result = schema.safeParse(value);
  if (result.success) return { settings: result.data };
  const issues = result.error.issues.flatMap((issue) => plainIssues(issue, []));
  const meant = new Set<string>();
  const problems: Problem[] = [];
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const keys = keysAt(schema, issue.path);
    for (const key of issue.keys) {
      const nearest = nearestOf(key, keys);
      if (nearest !== undefined) meant.add(JSON.stringify([...issue.path, nearest]));
      const hint = nearest === undefined ? `the keys here are ${orList(keys)}` : `did you mean ${nearest}?`;
      problems.push(yaml.problem([...issue.path, key], `is not a key here; ${hint}`, "key"));
    }
  }
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") continue;
    // A key that is only misspelt is not also missing.
    if (yaml.nodeAt(issue.path) === undefined && meant.has(JSON.stringify(issue.path))) continue;
    problems.push(yaml.problem(issue.path, issue.message));
  }
  return { problems };
}

/** The issues with paths from the top; a union that was meant to be one of its branches gives that branch's issues. */
function plainIssues(issue: Issue, above: Path): (Issue & { path: (string | number)[] })[] {
  const path = [...above, ...(issue.path as (string | number)[])];
  if (issue.code === "invalid_union") {
    const branch = issue.errors.find((inner) => inner.every((one) => one.path.length > 0 || isAboutKeys(one)));
    if (branch) return branch.flatMap((inner) => plainIssues(inner, path));
  }
  return [{ ...issue, path }];
}

function isAboutKeys(issue: Issue): boolean {
  return issue.code === "unrecognized_keys";
}

/** The keys that a mapping at this path may have. */
function keysAt(from: z.core.$ZodType, path: Path): readonly string[] {
  const here = plainSchema(from);
  const [step, ...rest] = path;
  if (here instanceof z.ZodUnion) return here.options.flatMap((option) => keysAt(option, path));
  if (here instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(here.shape);
    return Object.hasOwn(here.shape, step) ? keysAt(here.shape[step]!, rest) : [];
  }
  if (step === undefined) return [];
  if (here instanceof z.ZodRecord) return keysAt(here.valueType, rest);
  return here instanceof z.ZodArray ? keysAt(here.element, rest) : [];
}

function plainSchema(from: z.core.$ZodType): z.core.$ZodType {
  const isWrapped = from instanceof z.ZodOptional || from instanceof z.ZodDefault || from instanceof z.ZodPrefault;
  return isWrapped ? plainSchema(from.unwrap()) : from;
}
