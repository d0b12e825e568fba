// The 27 condition operators: one row each. A row says how to make a test of a value in the policy; the negated
// operators are the same tests with `negated`, so that "no value may match" is said once, in condition.ts.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import { isWithin, parseAddress, parseRange } from "./address.ts";
import { compileArnPattern, splitArn } from "./arn.ts";
import { parseInstant } from "./instant.ts";
import { compileTokens, type Token } from "./pattern.ts";
import { type Context, isFixed, parseTemplate, resolve } from "./variables.ts";

/** True or false, or undefined when it can't be told because one of the values can't be read. */
export type Verdict = boolean | undefined;
/** A value of the request against one value of the policy. */
export type Test = (value: string, context: Context) => Verdict;

export type Operator =
  | { readonly about: "value"; readonly negated: boolean; readonly test: (written: string, variables: boolean) => Test }
  | { readonly about: "presence" };

const unreadable: Test = () => undefined;

/** Text, with variables; `compare` gets the tokens of the policy's value once its variables have values. */
function textual(wildcards: boolean, compare: (tokens: readonly Token[]) => (value: string) => Verdict) {
  return (written: string, variables: boolean): Test => {
    const template = parseTemplate(written, { variables, wildcards });
    if (isFixed(template)) return compare(template);
    return (value, context) => {
      const tokens = resolve(template, context);
      return tokens ? compare(tokens)(value) : false;
    };
  };
}

/** Values that are parsed on both sides and have no variables. */
function parsed<Written, Value>(
  readWritten: (text: string) => Written | undefined,
  readValue: (text: string) => Value | undefined,
  holds: (value: Value, written: Written) => boolean,
) {
  return (text: string): Test => {
    const written = readWritten(text);
    if (written === undefined) return unreadable;
    return (candidate) => {
      const value = readValue(candidate);
      return value === undefined ? undefined : holds(value, written);
    };
  };
}

const joined = (tokens: readonly Token[]) =>
  tokens.map((token) => (typeof token === "string" ? token : token.text)).join("");

const sameText = textual(false, (tokens) => {
  const text = joined(tokens);
  return (value) => value === text;
});
const sameLetters = textual(false, (tokens) => {
  const text = joined(tokens).toLowerCase();
  return (value) => value.toLowerCase() === text;
});
const likeText = textual(true, compileTokens);
const likeArn = textual(true, (tokens) => {
  const matches = compileArnPattern(tokens);
  return (value) => (matches && splitArn(value) ? matches(value) : undefined);
});

function parseNumber(text: string): number | undefined {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const number = Number(text);
  // Beyond this two different integers may compare as equal.
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

type Comparison = (value: number, written: number) => boolean;
const numeric = (holds: Comparison) => parsed(parseNumber, parseNumber, holds);
const dated = (holds: Comparison) => parsed(parseInstant, parseInstant, holds);
const equal: Comparison = (value, written) => value === written;
const less: Comparison = (value, written) => value < written;
const lessOrEqual: Comparison = (value, written) => value <= written;
const greater: Comparison = (value, written) => value > written;
const greaterOrEqual: Comparison = (value, written) => value >= written;

function parseBoolean(text: string): boolean | undefined {
  const letters = text.toLowerCase();
  return letters === "true" ? true : letters === "false" ? false : undefined;
}
const sameBoolean = parsed(parseBoolean, parseBoolean, (value, written) => value === written);
/** AWS compares the base64 text, not what it stands for. */
const sameBase64 = parsed(
  (text) => text,
  (text) => text,
  (value, written) => value === written,
);
const withinRange = parsed(parseRange, parseAddress, isWithin);

type MakeTest = (written: string, variables: boolean) => Test;
const is = (test: MakeTest): Operator => ({ about: "value", negated: false, test });
const isNot = (test: MakeTest): Operator => ({ about: "value", negated: true, test });

const operators = {
  StringEquals: is(sameText),
  StringNotEquals: isNot(sameText),
  StringEqualsIgnoreCase: is(sameLetters),
  StringNotEqualsIgnoreCase: isNot(sameLetters),
  StringLike: is(likeText),
  StringNotLike: isNot(likeText),
  NumericEquals: is(numeric(equal)),
  NumericNotEquals: isNot(numeric(equal)),
  NumericLessThan: is(numeric(less)),
  NumericLessThanEquals: is(numeric(lessOrEqual)),
  NumericGreaterThan: is(numeric(greater)),
  NumericGreaterThanEquals: is(numeric(greaterOrEqual)),
  DateEquals: is(dated(equal)),
  DateNotEquals: isNot(dated(equal)),
  DateLessThan: is(dated(less)),
  DateLessThanEquals: is(dated(lessOrEqual)),
  DateGreaterThan: is(dated(greater)),
  DateGreaterThanEquals: is(dated(greaterOrEqual)),
  Bool: is(sameBoolean),
  BinaryEquals: is(sameBase64),
  IpAddress: is(withinRange),
  NotIpAddress: isNot(withinRange),
  ArnEquals: is(likeArn),
  ArnLike: is(likeArn),
  ArnNotEquals: isNot(likeArn),
  ArnNotLike: isNot(likeArn),
  Null: { about: "presence" },
} satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;

/** An operator with its modifiers, `ForAnyValue:StringLikeIfExists` for example. */
export interface QualifiedOperator {
  readonly name: OperatorName;
  readonly operator: Operator;
  readonly set: "all" | "any" | undefined;
  readonly ifExists: boolean;
}

/** Undefined for what AWS does not know. Names are case-sensitive; Null takes no modifier. */
export function parseOperator(written: string): QualifiedOperator | undefined {
  const [, prefix, name = "", suffix] = /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(written) ?? [];
  if (!Object.hasOwn(operators, name)) return undefined;
  const operator: Operator = operators[name as OperatorName];
  if (operator.about === "presence" && (prefix || suffix)) return undefined;
  const set = prefix === "ForAllValues:" ? "all" : prefix === "ForAnyValue:" ? "any" : undefined;
  return { name: name as OperatorName, operator, set, ifExists: suffix !== undefined };
}
