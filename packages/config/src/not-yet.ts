// Keys that have no effect in this version. They are part of the format, so the schema and the manual know them; here
// they are refused, never ignored. Deleting a row is all that enabling takes.
import type { Report } from "./check.ts";
import { entriesOf, isMapping } from "./draft.ts";
import type { Path } from "./problem.ts";

interface NotYet {
  /** `*` stands for any name. */
  readonly path: readonly string[];
  /** Only this value is refused; absent: any. */
  readonly value?: string;
}

export const NOT_YET: readonly NotYet[] = [
  { path: ["instances", "*", "address"] },
  { path: ["instances", "*", "metadata", "ipv6"], value: "enabled" },
  { path: ["s3", "endpoint"] },
];

export const NOT_YET_REASON = "needs the container topologies, which this version does not have";

export function checkNotYet(world: unknown, rows: readonly NotYet[], report: Report): void {
  for (const { path, value } of rows) {
    for (const [at, found] of valuesAt(world, path, [])) {
      if (value === undefined || found === value) report(at, NOT_YET_REASON, "key");
    }
  }
}

function valuesAt(value: unknown, pattern: readonly string[], above: Path): readonly (readonly [Path, unknown])[] {
  const [step, ...rest] = pattern;
  if (step === undefined) return [[above, value]];
  if (!isMapping(value)) return [];
  const steps = entriesOf(value).filter(([key]) => step === "*" || key === step);
  return steps.flatMap(([key, inner]) => valuesAt(inner, rest, [...above, key]));
}
