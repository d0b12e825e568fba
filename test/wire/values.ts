// Random values of a shape, within its limits: what a caller may send, and what an action may answer.
import type { Member, Shape, StringShape, StructShape } from "@rolemint/wire";
import fc from "fast-check";

/** Text with everything that forms and XML have to escape. */
const unit = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("&", "<", ">", '"', "'", "%", "+", "=", " ", "\n", "\r", "\t", "]]>", "é", "😀"),
  },
);

export function valuesOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "struct":
      return structsOf(shape);
    case "list":
      return fc.array(valuesOf(shape.item), { minLength: shape.min ?? 0, maxLength: Math.min(shape.max ?? 3, 3) });
    case "string":
      return stringsOf(shape);
    case "integer":
      return fc.integer({ min: shape.min ?? -1000, max: shape.max ?? 100_000 });
    case "boolean":
      return fc.boolean();
    case "timestamp":
      return fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000);
    case "number":
    case "duration":
    case "document":
      throw new Error(`no AWS action has a ${shape.kind}`);
  }
}

/** A struct without members is no value on the wire, so a list gets none. */
export function structsOf(shape: StructShape): fc.Arbitrary<Record<string, unknown>> {
  const members = Object.entries(shape.members);
  const model = Object.fromEntries(members.map(([name, member]) => [name, valuesOf(member.shape)]));
  const requiredKeys = members.filter(([, member]) => isRequired(member)).map(([name]) => name);
  return fc.record(model, { requiredKeys });
}

function isRequired({ presence }: Member): boolean {
  return presence === "required";
}

function stringsOf({ min = 0, max, pattern, values }: StringShape): fc.Arbitrary<string> {
  if (values) return fc.constantFrom(...values);
  const maxLength = Math.min(max ?? 40, Math.max(min, 40));
  if (pattern === undefined) return fc.array(unit, { minLength: min, maxLength }).map((units) => fit(units, max));
  // A pattern that repeats one class is given the length, so that few values are thrown away.
  const repeated = /^(\[[^\]]+\])[*+]$/.exec(pattern)?.[1];
  const sized =
    repeated === undefined ? pattern : `${repeated}{${Math.max(min, pattern.endsWith("+") ? 1 : 0)},${maxLength}}`;
  return fc
    .stringMatching(new RegExp(`^(?:${sized})$`, "su"))
    .filter((text) => [...text].length >= min && [...text].length <= (max ?? Number.POSITIVE_INFINITY));
}

/** A grapheme may be several characters; AWS counts characters. */
function fit(units: readonly string[], max: number | undefined): string {
  return [...units.join("")].slice(0, max).join("");
}
