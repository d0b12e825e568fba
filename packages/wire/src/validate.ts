// Checks a decoded value against its shape and words what is wrong as AWS does. Defaults are filled in here too.
import { type Member, refuseOwn, type Shape, type StringShape, type StructShape } from "./shape.ts";

/** One constraint that did not hold. `path` is AWS's form: `tags.1.member.key`. */
export interface Violation {
  readonly path: string;
  /** The last member of the path as requests spell it. */
  sent?: string;
  readonly value: unknown;
  readonly constraint: string;
  readonly kind: "null" | "enum" | "limit";
}

const compiled = new Map<string, RegExp>();

/** Returns every violation, first member first; an empty list means the value is good. */
export function violations(shape: StructShape, value: object): Violation[] {
  const found: Violation[] = [];
  checkStruct(shape, value as Record<string, unknown>, "", found);
  return found;
}

/** The value with the defaults of its absent members. Validate first. */
export function withDefaults(shape: StructShape, value: object): Record<string, unknown> {
  const filled: Record<string, unknown> = { ...value };
  for (const [name, member] of Object.entries(shape.members)) {
    if (filled[name] === undefined && member.presence === "defaulted") filled[name] = member.fallback;
  }
  return filled;
}

/**
 * `1 validation error detected: Value 'x' at 'roleName' failed to satisfy constraint: …`. IAM's wording of 2025 leaves
 * the value out (`quoteValues: false`); STS and CloudTrail quote it.
 */
export function describeViolations(found: readonly Violation[], options: { quoteValues: boolean }): string {
  const texts = found.map((v) => {
    const quoted = v.kind === "null" ? "Value null" : options.quoteValues ? `Value '${shown(v.value)}'` : "Value";
    const constraint = v.kind === "enum" && !options.quoteValues ? v.constraint.replace(/: .*$/, "") : v.constraint;
    return `${quoted} at '${v.path}' failed to satisfy constraint: ${constraint}`;
  });
  return `${texts.length} validation error${texts.length === 1 ? "" : "s"} detected: ${texts.join("; ")}`;
}

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function check(shape: Shape, value: unknown, path: string, found: Violation[]): void {
  switch (shape.kind) {
    case "string":
      return checkString(shape, value as string, path, found);
    case "integer":
      return checkInteger(shape, value as number, path, found);
    case "list":
      return checkList(shape, value as unknown[], path, found);
    case "struct":
      return checkStruct(shape, value as Record<string, unknown>, path, found);
    case "boolean":
    case "timestamp":
      return;
    case "number":
    case "duration":
    case "document":
      return refuseOwn(shape);
  }
}

function checkStruct(shape: StructShape, value: Record<string, unknown>, path: string, found: Violation[]): void {
  for (const [name, member] of Object.entries(shape.members)) {
    const at = path === "" ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
    const before = found.length;
    checkMember(member, value[name], at, found);
    for (const violation of found.slice(before)) violation.sent ??= member.sent ?? name;
  }
}

function checkMember(member: Member, value: unknown, path: string, found: Violation[]): void {
  if (value !== undefined) return check(member.shape, value, path, found);
  if (member.presence === "required") {
    found.push({ path, value: null, kind: "null", constraint: "Member must not be null" });
  }
}

function checkString(shape: StringShape, value: string, path: string, found: Violation[]): void {
  const refuse = (constraint: string, kind: "enum" | "limit" = "limit") =>
    found.push({ path, value, kind, constraint });
  if (shape.values && !shape.values.includes(value)) {
    refuse(`Member must satisfy enum value set: [${shape.values.join(", ")}]`, "enum");
  }
  const length = [...value].length;
  if (shape.min !== undefined && length < shape.min) {
    refuse(`Member must have length greater than or equal to ${shape.min}`);
  }
  if (shape.max !== undefined && length > shape.max) {
    refuse(`Member must have length less than or equal to ${shape.max}`);
  }
  if (shape.pattern !== undefined && !matches(shape.pattern, value)) {
    refuse(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
}

function checkInteger(shape: { min?: number; max?: number }, value: number, path: string, found: Violation[]): void {
  if (shape.min !== undefined && value < shape.min) {
    const constraint = `Member must have value greater than or equal to ${shape.min}`;
    found.push({ path, value, kind: "limit", constraint });
  }
  if (shape.max !== undefined && value > shape.max) {
    const constraint = `Member must have value less than or equal to ${shape.max}`;
    found.push({ path, value, kind: "limit", constraint });
  }
}

function checkList(
  shape: { item: Shape; min?: number; max?: number },
  value: unknown[],
  path: string,
  found: Violation[],
): void {
  if (shape.min !== undefined && value.length < shape.min) {
    const constraint = `Member must have length greater than or equal to ${shape.min}`;
    found.push({ path, value, kind: "limit", constraint });
  }
  if (shape.max !== undefined && value.length > shape.max) {
    const constraint = `Member must have length less than or equal to ${shape.max}`;
    found.push({ path, value, kind: "limit", constraint });
  }
  if (shape.item.kind === "struct") {
    value.forEach((item, index) => {
      check(shape.item, item, `${path}.${index + 1}.member`, found);
    });
  } else {
    checkScalars(shape.item, value, path, found);
  }
}

/** AWS names the whole list, with all that it asks of an item in brackets, whichever part of it an item breaks. */
function checkScalars(item: Shape, values: unknown[], path: string, found: Violation[]): void {
  const broken: Violation[] = [];
  for (const value of values) check(item, value, path, broken);
  if (broken.length === 0) return;
  const constraint = `Member must satisfy constraint: [${[...demands(item), "Member must not be null"].join(", ")}]`;
  found.push({ path, value: `[${values.join(", ")}]`, kind: "limit", constraint });
}

function demands(item: Shape): string[] {
  if (item.kind !== "string") return [];
  const { max, min, pattern, values } = item;
  return [
    ...(max === undefined ? [] : [`Member must have length less than or equal to ${max}`]),
    ...(min === undefined ? [] : [`Member must have length greater than or equal to ${min}`]),
    ...(pattern === undefined ? [] : [`Member must satisfy regular expression pattern: ${pattern}`]),
    ...(values === undefined ? [] : [`Member must satisfy enum value set: [${values.join(", ")}]`]),
  ];
}

function matches(pattern: string, value: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    // AWS writes characters beyond the first plane as Java once did; here they have braces.
    const readable = pattern.replace("\\u10000-\\u10FFFF", "\\u{10000}-\\u{10FFFF}");
    expression = new RegExp(`^(?:${readable})$`, "su");
    compiled.set(pattern, expression);
  }
  return expression.test(value);
}

export function lowerFirst(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}
