// Form-encoded parameters as a tree: `Tags.member.1.Key=a` stands at Tags → member → 1 → Key.
import { AwsError } from "./error.ts";

export interface FormNode {
  value?: string;
  readonly children: Map<string, FormNode>;
}

const MAX_PARAMETERS = 5000;
const MAX_DEPTH = 16;

/** Parses `a=1&b.c=2`, from a body or a query string. A parameter twice or a broken escape is refused. */
export function parseForm(text: string): FormNode {
  const root: FormNode = { children: new Map() };
  if (text === "") return root;
  const pairs = text.split("&");
  if (pairs.length > MAX_PARAMETERS) throw malformedQuery();
  for (const pair of pairs) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = unescaped(equals < 0 ? pair : pair.slice(0, equals));
    place(root, name, equals < 0 ? "" : unescaped(pair.slice(equals + 1)));
  }
  return root;
}

/** The children numbered 1, 2, 3 … in numeric order. */
export function numbered(node: FormNode): FormNode[] {
  return [...node.children]
    .filter(([name]) => /^[1-9]\d{0,5}$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

function place(root: FormNode, name: string, value: string): void {
  const parts = name.split(".");
  if (parts.length > MAX_DEPTH) throw malformedQuery();
  let node = root;
  for (const part of parts) {
    let next = node.children.get(part);
    if (!next) {
      next = { children: new Map() };
      node.children.set(part, next);
    }
    node = next;
  }
  if (node.value !== undefined) throw malformedQuery();
  node.value = value;
}

function unescaped(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw malformedQuery();
  }
}

function malformedQuery(): AwsError {
  return new AwsError("MalformedQueryString", 400, "The query string contains a syntax error");
}
