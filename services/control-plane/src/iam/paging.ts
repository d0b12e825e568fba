// IAM's paging: a Marker names the last entry given, so a list that changes in between neither repeats nor skips.
import { AwsError } from "@rolemint/wire";

export interface Page<Item> {
  readonly items: Item[];
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

/** One page of `all` in the order of `keyOf`, which is unique. A marker is the last key, in base64. */
export function page<Item>(
  all: readonly Item[],
  input: { readonly Marker?: string | undefined; readonly MaxItems: number },
  keyOf: (item: Item) => string,
): Page<Item> {
  const after = input.Marker === undefined ? undefined : keyIn(input.Marker);
  const sorted = all.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter(({ key }) => key > after);
  const shown = rest.slice(0, input.MaxItems);
  const items = shown.map(({ item }) => item);
  if (shown.length === rest.length) return { items, IsTruncated: false };
  return { items, IsTruncated: true, Marker: Buffer.from(shown.at(-1)!.key).toString("base64url") };
}

/** Names are the same regardless of case. */
export const byName = ({ name }: { readonly name: string }): string => name.toLowerCase();

function keyIn(marker: string): string {
  const bytes = Buffer.from(marker, "base64url");
  if (bytes.toString("base64url") !== marker) throw new AwsError("ValidationError", 400, "Invalid Marker.");
  return bytes.toString();
}
