// Policy documents inside roles and users, and how they travel in answers and in the trail.
import type { Permissions } from "./rows.ts";

/** Percent-encoded as RFC 3986 says, as they were given, not written anew. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The inline policies with one more, or with another text of one. `__proto__` is a name that IAM takes. */
export function withInline({ inline }: Permissions, name: string, text: string): Permissions["inline"] {
  return { ...inline, [name]: text };
}

export function withoutInline({ inline }: Permissions, name: string): Permissions["inline"] {
  return Object.fromEntries(Object.entries(inline).filter(([one]) => one !== name));
}

/**
 * What IAM lets all inline policies of one entity have together.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const MOST_INLINE_CHARACTERS = { role: 10_240, user: 2048 } as const;

export function inlineCharacters(inline: Permissions["inline"]): number {
  return Object.values(inline).reduce((sum, text) => sum + lengthWithoutSpace(text), 0);
}

/** What IAM counts of a document. */
export function lengthWithoutSpace(text: string): number {
  return text.replace(/\s/g, "").length;
}
