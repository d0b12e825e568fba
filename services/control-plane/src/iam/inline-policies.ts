// Policies written into a role or a user. Their names are checked with hasOwn: `__proto__` is a name that IAM takes.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
import { checkIdentityPolicy } from "@rolemint/policy";
import { list, string } from "@rolemint/wire";
import { encodeDocument, inlineCharacters, MOST_INLINE_CHARACTERS, withInline, withoutInline } from "@rolemint/world";
import type { Holder } from "./holders.ts";
import type { Fail } from "./lookup.ts";
import { page } from "./paging.ts";

export const PUT_ERRORS = ["LimitExceeded", "MalformedPolicyDocument", "NoSuchEntity"] as const;

export const PolicyNames = list(string());

export function putInlinePolicy(
  { kind, row, change }: Holder,
  name: string,
  text: string,
  fail: Fail<(typeof PUT_ERRORS)[number]>,
): void {
  const malformed = checkIdentityPolicy(text, { managed: false });
  if (malformed) throw fail("MalformedPolicyDocument", malformed.message);
  const inline = withInline(row, name, text);
  const most = MOST_INLINE_CHARACTERS[kind];
  if (inlineCharacters(inline) > most) {
    throw fail("LimitExceeded", `Maximum policy size of ${most} bytes exceeded for ${kind} ${row.name}`);
  }
  change({ inline });
}

/** The text, percent-encoded. */
export function getInlinePolicy(holder: Holder, name: string, fail: Fail<"NoSuchEntity">): string {
  checkIsThere(holder, name, fail);
  return encodeDocument(holder.row.inline[name]!);
}

export function deleteInlinePolicy(holder: Holder, name: string, fail: Fail<"NoSuchEntity">): void {
  checkIsThere(holder, name, fail);
  holder.change({ inline: withoutInline(holder.row, name) });
}

export function listInlinePolicies(
  { row }: Holder,
  input: { readonly Marker?: string | undefined; readonly MaxItems: number },
) {
  const { items, ...place } = page(Object.keys(row.inline), input, (name) => name);
  return { PolicyNames: items, ...place };
}

function checkIsThere({ kind, row }: Holder, name: string, fail: Fail<"NoSuchEntity">): void {
  if (Object.hasOwn(row.inline, name)) return;
  throw fail("NoSuchEntity", `The ${kind} policy with name ${name} cannot be found.`);
}
