// What a fault can be told beyond whom and when: its parameters, each with what it means. One description gives the
// TypeScript type, the check with its messages, and the lines of the manual.
import { formatDuration, parseDuration } from "@rolemint/host/duration";

interface Described {
  /** One clause for the manual. */
  readonly says: string;
}

/** Milliseconds; written `1500ms`, `30s`, `6h20m`. */
interface DurationParameter extends Described {
  readonly type: "duration";
  readonly min?: number;
  readonly max?: number;
  readonly isSigned?: true;
  readonly fallback?: number;
}

interface NumberParameter extends Described {
  readonly type: "number";
  readonly min: number;
  readonly max: number;
  /** Whole numbers only, unless this says otherwise. */
  readonly isFraction?: true;
  readonly fallback?: number;
}

interface ChoiceParameter<Value extends string = string> extends Described {
  readonly type: "choice";
  readonly values: readonly Value[];
  readonly fallback?: Value;
}

interface TextParameter extends Described {
  readonly type: "text";
  readonly pattern: RegExp;
  /** What the pattern asks for, in words. */
  readonly wanted: string;
  readonly fallback?: string;
  /** It has to be given. */
  readonly isNeeded?: true;
}

interface FlagParameter extends Described {
  readonly type: "flag";
  readonly fallback: boolean;
}

export type Parameter = DurationParameter | NumberParameter | ChoiceParameter | TextParameter | FlagParameter;
export type Parameters = Readonly<Record<string, Parameter>>;

type Held<P> = P extends { type: "duration" | "number" }
  ? number
  : P extends { type: "flag" }
    ? boolean
    : P extends { type: "choice"; values: readonly (infer Value)[] }
      ? Value
      : string;

/** The checked values. One without fallback may be absent, unless it is needed. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends { fallback: string | number | boolean } | { isNeeded: true }
    ? Held<P[K]>
    : Held<P[K]> | undefined;
};

/** What was given, as it came: texts, numbers, booleans. */
export type Given = Readonly<Record<string, unknown>>;

/** The checked values, or what is wrong, in one clause. */
export function checkParameters(
  parameters: Parameters,
  given: Given,
): { readonly values: Given } | { readonly wrong: string } {
  const names = Object.keys(parameters);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return {
      wrong: `there is no parameter ${unknown}; there ${names.length === 0 ? "is none" : `are ${names.join(", ")}`}`,
    };
  }
  const values: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = given[name] === undefined ? parameter.fallback : read(parameter, given[name]);
    if (value === undefined && (given[name] !== undefined || isNeeded(parameter))) {
      return { wrong: `${name} must be ${wantedOf(parameter)}` };
    }
    if (value !== undefined) values[name] = value;
  }
  return { values };
}

function isNeeded(parameter: Parameter): boolean {
  return parameter.type === "text" && parameter.isNeeded === true;
}

/** Undefined for what it may not be. */
function read(parameter: Parameter, given: unknown): string | number | boolean | undefined {
  switch (parameter.type) {
    case "duration": {
      const ms = typeof given === "string" ? parseDuration(given, { signed: parameter.isSigned === true }) : undefined;
      return isWithin(ms, durationBounds(parameter)) ? ms : undefined;
    }
    case "number": {
      const number = typeof given === "string" && /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given;
      if (typeof number !== "number" || !(parameter.isFraction || Number.isInteger(number))) return undefined;
      return isWithin(number, parameter) ? number : undefined;
    }
    case "choice":
      // A status may come as the number that it is.
      return parameter.values.find((value) => value === given || value === (typeof given === "number" && `${given}`));
    case "text":
      return typeof given === "string" && parameter.pattern.test(given) ? given : undefined;
    case "flag":
      if (given === true || given === "true") return true;
      return given === false || given === "false" ? false : undefined;
  }
}

const YEAR_MS = 365 * 86_400_000;

function durationBounds({ isSigned, min, max = YEAR_MS }: DurationParameter): { min: number; max: number } {
  return { min: min ?? (isSigned ? -max : 0), max };
}

function isWithin(value: number | undefined, { min, max }: { min: number; max: number }): boolean {
  return value !== undefined && value >= min && value <= max;
}

/** What a value must be, in words. */
export function wantedOf(parameter: Parameter): string {
  switch (parameter.type) {
    case "duration": {
      const { min, max } = durationBounds(parameter);
      return `a duration like 90s from ${formatDuration(min)} to ${formatDuration(max)}`;
    }
    case "number":
      return `a ${parameter.isFraction ? "" : "whole "}number from ${parameter.min} to ${parameter.max}`;
    case "choice":
      return `one of ${parameter.values.join(", ")}`;
    case "text":
      return parameter.wanted;
    case "flag":
      return "true or false";
  }
}
