// One operator of a Condition element as a question to the request's context: which values count when there are
// several, and what a missing key means. What can't be told (an unknown operator, a value that can't be read) is left
// undefined here, and the statement decides it against the caller.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
import type { ConditionBlock } from "./document.ts";
import { parseOperator, type QualifiedOperator, type Test, type Verdict } from "./operators.ts";
import { type Context, factOf } from "./variables.ts";

export type Question = (context: Context) => Verdict;

export function compileCondition({ operator, keys }: ConditionBlock, variables: boolean): Question {
  const qualified = parseOperator(operator);
  if (!qualified) return () => undefined;
  const questions = keys.map(({ key, values }) => compileKey(qualified, key.toLowerCase(), values, variables));
  return (context) => everyOf(questions.map((ask) => ask(context)));
}

function compileKey(
  qualified: QualifiedOperator,
  key: string,
  written: readonly string[],
  variables: boolean,
): Question {
  // AWS accepts an empty list of values and does not say what it means.
  if (written.length === 0) return () => undefined;
  const { operator } = qualified;
  if (operator.about === "presence") return presence(key, written);
  const tests = written.map((value) => operator.test(value, variables));
  return (context) => {
    const value = factOf(context, key);
    const values = value === undefined ? [] : typeof value === "string" ? [value] : value;
    if (values.length === 0) return whenMissing(qualified, operator.negated);
    const holds = (one: string) => compare(one, tests, operator.negated, context);
    // To a set operator an empty string is an empty set.
    if (qualified.set && values.every((one) => one === "")) return qualified.set === "all";
    if (qualified.set === "all") return everyOf(values.map(holds));
    if (qualified.set === "any") return anyOf(values.map(holds));
    // What several values mean without a set operator is not defined.
    return values.length === 1 ? holds(values[0]!) : undefined;
  };
}

function whenMissing({ set, ifExists }: QualifiedOperator, negated: boolean): boolean {
  if (ifExists) return true;
  return set ? set === "all" : negated;
}

/** Values in the policy are alternatives; under a negated operator none of them may match. */
function compare(value: string, tests: readonly Test[], negated: boolean, context: Context): Verdict {
  const matched = anyOf(tests.map((test) => test(value, context)));
  return matched === undefined || !negated ? matched : !matched;
}

/** `true`: the key must be missing. */
function presence(key: string, values: readonly string[]): Question {
  return (context) => {
    const value = factOf(context, key);
    const isNull = value === undefined || (typeof value !== "string" && value.length === 0);
    return anyOf(
      values.map((written) => {
        const wanted = written.toLowerCase();
        return wanted === "true" ? isNull : wanted === "false" ? !isNull : undefined;
      }),
    );
  };
}

function anyOf(verdicts: readonly Verdict[]): Verdict {
  return verdicts.includes(true) ? true : verdicts.includes(undefined) ? undefined : false;
}

export function everyOf(verdicts: readonly Verdict[]): Verdict {
  return verdicts.includes(false) ? false : verdicts.includes(undefined) ? undefined : true;
}
