// Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`. A value is put in as literal
// text, so a `*` in a tag or a user name never becomes a wildcard.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
import { type Token, tokenize } from "./pattern.ts";

/** Facts of a request by condition key **in lower case**. A list is a multi-valued key. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

/** A fact of the request itself: a key like `constructor` is not there unless it was put there. */
export function factOf(context: Context, key: string): string | readonly string[] | undefined {
  return Object.hasOwn(context, key) ? context[key] : undefined;
}

interface Variable {
  /** In lower case. */
  readonly key: string;
  readonly fallback: string | undefined;
}
export type Template = readonly (Token | Variable)[];

export interface Reading {
  /** Whether `${…}` means a variable: from version 2012-10-17 on. */
  readonly variables: boolean;
  /** Whether `*` and `?` mean wildcards. */
  readonly wildcards: boolean;
}

export function parseTemplate(text: string, reading: Reading): Template {
  const template: (Token | Variable)[] = [];
  const cut = reading.variables ? text.split(/\$\{([^{}]*)\}/) : [text];
  for (const [index, part] of cut.entries()) {
    if (index % 2 === 1) template.push(parseVariable(part));
    else if (reading.wildcards) template.push(...tokenize(part));
    else if (part !== "") template.push({ text: part });
  }
  return template;
}

function parseVariable(inner: string): Token | Variable {
  if (inner === "*" || inner === "?" || inner === "$") return { text: inner };
  const comma = inner.indexOf(",");
  if (comma < 0) return { key: inner.trim().toLowerCase(), fallback: undefined };
  const quoted = /^'([^']*)'$/.exec(inner.slice(comma + 1).trim());
  return { key: inner.slice(0, comma).trim().toLowerCase(), fallback: quoted?.[1] };
}

export function isVariable(part: Token | Variable): part is Variable {
  return typeof part === "object" && "key" in part;
}

export function isFixed(template: Template): template is readonly Token[] {
  return !template.some(isVariable);
}

/** Puts the values in. Undefined when a variable has none: AWS takes the whole for null then, which equals nothing. */
export function resolve(template: Template, context: Context): readonly Token[] | undefined {
  const tokens: Token[] = [];
  for (const part of template) {
    if (isVariable(part)) {
      const text = textFor(part, context);
      if (text === undefined) return undefined;
      tokens.push({ text });
    } else tokens.push(part);
  }
  return tokens;
}

/** Only single-valued keys may be variables, and an empty value counts as none. */
function textFor(variable: Variable, context: Context): string | undefined {
  const value = factOf(context, variable.key);
  return typeof value === "string" && value !== "" ? value : variable.fallback;
}
