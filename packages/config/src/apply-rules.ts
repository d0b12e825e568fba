// The rules that everything a file names is applied by: it is brought to what the file says, a default counts only when
// the file has changed it, and what is as it should be is not written.

/** The config asks for what cannot be done to this world; nothing was changed. */
export class ApplyError extends Error {}

export function find<Row extends { readonly name: string }>(rows: readonly Row[], name: string): Row | undefined {
  return rows.find((row) => row.name === name);
}

/** IAM does not tell capitals from small letters. */
export function findInIam<Row extends { readonly name: string }>(rows: readonly Row[], name: string): Row | undefined {
  return rows.find((row) => row.name.toLowerCase() === name.toLowerCase());
}

/** A setting that has a default is enforced when it says something else, or when the file changed it. */
export function isMeant<Value>(value: Value, byDefault: Value, before: Value | undefined): boolean {
  const text = JSON.stringify(value);
  return text !== JSON.stringify(byDefault) || (before !== undefined && text !== JSON.stringify(before));
}

/** A row that is already as it should be is not written, so that applying a file again moves nothing. */
export function putIfOther<Row extends object>(
  rows: { put(row: Row): Row },
  there: Row | undefined,
  next: NoInfer<Row>,
): Row {
  return there && JSON.stringify(there) === JSON.stringify(next) ? there : rows.put(next);
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** The same list where nothing is new. IAM's keys are alike regardless of case, EC2's are not: `identity` says so. */
export function tagsOver(
  has: readonly Tag[],
  given: readonly Tag[],
  identity: (key: string) => string,
): readonly Tag[] {
  const keys = new Set(given.map((tag) => identity(tag.Key)));
  const tags = [...has.filter((tag) => !keys.has(identity(tag.Key))), ...given];
  const isSame =
    has.length === tags.length &&
    has.every((tag) => tags.some((one) => one.Key === tag.Key && one.Value === tag.Value));
  return isSame ? has : tags;
}
