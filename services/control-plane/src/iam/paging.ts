// IAM's paging: a Marker names the last entry given, so a list that changes in between neither repeats nor skips.

export interface Page<Item> {
  readonly items: Item[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/** One page of `all`, which is in the order of `keyOf`. Markers are opaque to callers: base64 of the last key. */
export function page<Item>(
  all: readonly Item[],
  input: { readonly Marker?: string | undefined; readonly MaxItems: number },
  keyOf: (item: Item) => string,
): Page<Item> {
  const after = input.Marker === undefined ? undefined : Buffer.from(input.Marker, "base64url").toString();
  const rest = after === undefined ? all : all.filter((item) => keyOf(item).toLowerCase() > after);
  const items = rest.slice(0, input.MaxItems);
  if (items.length === rest.length) return { items, IsTruncated: false };
  const last = keyOf(items.at(-1)!).toLowerCase();
  return { items, IsTruncated: true, Marker: Buffer.from(last).toString("base64url") };
}
