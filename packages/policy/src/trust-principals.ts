// The AWS principals that a policy names, and the same text with other names in their places. IAM and S3 keep users and
// roles of a policy by unique id and show them by ARN, and leave the rest of the text as it was written.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
import { type PlacedString, readJson } from "./json.ts";

/** In the order of the text, repeats included; none of a text that is no JSON. */
export function principalsOf(text: string): readonly string[] {
  return placedPrincipals(text).map(({ value }) => value);
}

/** `rename` gives the name to stand there: an ARN for an id, or the same again. */
export function renamePrincipals(text: string, rename: (name: string) => string): string {
  let rewritten = "";
  let copied = 0;
  for (const { value, start, end } of placedPrincipals(text)) {
    const name = rename(value);
    if (name === value) continue;
    rewritten += text.slice(copied, start) + JSON.stringify(name);
    copied = end;
  }
  return rewritten + text.slice(copied);
}

/** The same with their places in the document. */
export function placedPrincipals(text: string): readonly PlacedString[] {
  const json = readJson(text);
  return "notJson" in json ? [] : json.strings.filter(({ path }) => isPrincipalPath(path));
}

/** `Statement`, perhaps a position, `Principal`, `AWS`, perhaps a position. */
function isPrincipalPath(path: readonly (string | number)[]): boolean {
  const [root, ...rest] = path;
  const [element, kind, position, ...beyond] = typeof rest[0] === "number" ? rest.slice(1) : rest;
  const isPrincipal = element === "Principal" || element === "NotPrincipal";
  return root === "Statement" && isPrincipal && kind === "AWS" && typeof position !== "string" && beyond.length === 0;
}
