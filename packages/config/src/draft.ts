// Looking into values that have not passed the schema: what is not of the expected kind reads as absent, since the
// schema tells about it. So one wrong value hides nothing that is wrong elsewhere.

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isMapping(value) ? Object.entries(value) : [];
}

export function namesOf(value: unknown): readonly string[] {
  return isMapping(value) ? Object.keys(value) : [];
}

export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value at the end of a way of keys. */
export function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  let here = value;
  for (const key of keys) here = isMapping(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return here;
}

export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === "string" ? found : undefined;
}
