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
