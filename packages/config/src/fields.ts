// The kinds of values that settings are made of, each with the sentence that refuses anything else. schema.ts puts
// them together.
import * as z from "zod";
import { suggestion } from "./nearest.ts";
import { describe } from "./problem.ts";

interface Refusal {
  readonly input?: unknown;
}

/** The message where a value is not `what` it must be. */
export function wants(what: string) {
  return {
    error: ({ input }: Refusal) =>
      input === undefined ? `is missing; it must be ${what}` : `must be ${what}, found ${describe(input)}`,
  };
}

/** As `wants`, for values that no message may repeat. */
export function wantsSecret(what: string) {
  return {
    error: ({ input }: Refusal) => (input === undefined ? `is missing; it must be ${what}` : `must be ${what}`),
  };
}

/** As `wants`, with the value that was probably meant. */
export function wantsOneOf(values: readonly string[], orElse?: string) {
  const what = orList(orElse === undefined ? values : [...values, orElse]);
  return {
    error: ({ input }: Refusal) =>
      wants(what).error({ input }) + (typeof input === "string" ? suggestion(input, values) : ""),
  };
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, wantsOneOf(values));
}

/** `title` is the word for it in the manual. */
export function text(title: string, pattern: RegExp, what: string) {
  return z.string(wants(what)).regex(pattern, wants(what)).meta({ title });
}

export function duration() {
  return text("duration", /^(\d+(\.\d+)?(ms|[dhms]))+$/, "a duration such as 6h20m");
}

export function whole(least: number, most: number) {
  const refusal = wants(`a whole number from ${least} to ${most}`);
  return z.int(refusal).min(least, refusal).max(most, refusal);
}

export function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, wants("a mapping"));
}

export interface NameRule {
  readonly pattern: RegExp;
  readonly what: string;
}

/** A mapping of names. The keys are not checked here (one bad key would hide what is wrong in its value), only told. */
export function named<Value extends z.ZodType>(rule: NameRule, value: Value) {
  return z
    .record(z.string(), value, wants("a mapping of names"))
    .meta({ propertyNames: { type: "string", pattern: rule.pattern.source } });
}

/** A policy document: a mapping, a text that holds JSON, or a reference to a file. What is in it is policies.ts's. */
export function policy(title: string, what: string) {
  return z.union([z.string(), z.record(z.string(), z.unknown())], wants(what)).meta({ title });
}

/** `a, b or c`. */
export function orList(values: readonly string[]): string {
  return values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}
