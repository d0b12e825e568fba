// Shapes to and from the JSON of our own API: times as ISO 8601, durations as `6h20m`. A member that is not declared is
// refused, never ignored; an answer holds nothing but what is declared.
import { formatDuration, parseDuration } from "@rolemint/host";
import { parseTimestamp } from "@rolemint/policy/instant";
import type { Member, Shape, StringShape, StructShape } from "@rolemint/wire";
import { type ControlAction, ControlError } from "./action.ts";

/** The checked input of an action: milliseconds for times and durations, defaults filled in. Throws ControlError. */
export function readInput(action: ControlAction, value: unknown): object {
  if (!isObject(value)) throw new ControlError("InvalidInput", "the body must be a JSON object");
  return readStruct(action.input, value, "", action.name);
}

/** An answer as it travels. */
export function writeJson(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "struct": {
      const given = value as Readonly<Record<string, unknown>>;
      const present = Object.entries(shape.members).filter(([name]) => given[name] !== undefined);
      return Object.fromEntries(present.map(([name, member]) => [name, writeJson(member.shape, given[name])]));
    }
    case "list":
      return (value as unknown[]).map((item) => writeJson(shape.item, item));
    case "timestamp":
      return iso(value as number);
    case "duration":
      return formatDuration(value as number);
    case "string":
    case "integer":
    case "number":
    case "boolean":
    case "document":
      return value;
  }
}

/** ISO 8601, with milliseconds only where there are some. */
export function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}

export function readStruct(shape: StructShape, given: Record<string, unknown>, path: string, owner: string): object {
  const known = Object.keys(shape.members);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    throw refused(`${owner} has no member ${name}; it takes ${known.length === 0 ? "nothing" : known.join(", ")}`);
  }
  const read: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const inside = Object.hasOwn(given, name) ? given[name] : undefined;
    const value = readMember(member, inside, path === "" ? name : `${path}.${name}`);
    if (value !== undefined) read[name] = value;
  }
  return read;
}

function readMember(member: Member, value: unknown, path: string): unknown {
  const isEmpty = value === undefined || (value === "" && member.shape.kind === "string");
  if (isEmpty && member.presence === "required") throw refused(`${path} is required`);
  return value === undefined ? member.fallback : read(member.shape, value, path);
}

function read(shape: Shape, value: unknown, path: string): unknown {
  switch (shape.kind) {
    case "struct":
      return readStruct(shape, asObject(value, path), path, path);
    case "document":
      return asObject(value, path);
    case "list":
      if (!Array.isArray(value)) throw refused(`${path} must be a list`);
      checkLength(shape, value.length, path);
      return value.map((item, index) => read(shape.item, item, `${path}[${index}]`));
    case "string":
      return readString(shape, asText(value, path), path);
    case "integer":
    case "number":
      return readNumber(shape, value, path);
    case "boolean":
      if (typeof value !== "boolean") throw refused(`${path} must be true or false`);
      return value;
    case "timestamp":
      return (
        parseTimestamp(asText(value, path)) ??
        refuse(`${path} must be a time like 2026-11-23T05:30:00Z, not "${String(value)}"`)
      );
    case "duration": {
      const length = parseDuration(asText(value, path), { signed: shape.isSigned ?? false });
      if (length !== undefined && Number.isSafeInteger(length)) return length;
      throw refused(`${path} must be a duration like 6h20m or 90s, not "${String(value)}"`);
    }
  }
}

function readString(shape: StringShape, value: string, path: string): string {
  if (shape.values && !shape.values.includes(value)) {
    throw refused(`there is no ${path} ${value}; there are ${shape.values.join(", ")}`);
  }
  checkLength(shape, [...value].length, path);
  if (shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`, "su").test(value)) {
    throw refused(`${path} must match ${shape.pattern}, not "${value}"`);
  }
  return value;
}

function readNumber(shape: Extract<Shape, { kind: "integer" | "number" }>, value: unknown, path: string): number {
  if (typeof value !== "number") throw refused(`${path} must be a number`);
  const { kind, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = shape;
  if (value >= min && value <= max && (kind === "number" || Number.isSafeInteger(value))) return value;
  throw refused(`${path} must be a ${kind === "integer" ? "whole number" : "number"}${range(shape)}`);
}

function checkLength(limits: { min?: number; max?: number }, length: number, path: string): void {
  const { min = 0, max = Number.POSITIVE_INFINITY } = limits;
  if (length < min || length > max) throw refused(`${path} must have a length${range(limits)}`);
}

/** ` from 1 to 10`, ` of at least 1`, ` of at most 10`, or nothing. */
function range({ min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  return isObject(value) ? value : refuse(`${path} must be an object`);
}

function asText(value: unknown, path: string): string {
  return typeof value === "string" ? value : refuse(`${path} must be a string`);
}

function refuse(message: string): never {
  throw refused(message);
}

function refused(message: string): ControlError {
  return new ControlError("InvalidInput", message);
}
