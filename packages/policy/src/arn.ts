// Amazon resource names as patterns: cut into the six parts that five colons make, so that a wildcard in one part can't
// reach into the next. Who may write an object key chooses colons freely; a pattern for the whole text would let
// `arn:*:s3:::mine/*` match the key `:s3:::mine/x` of another's bucket.
import { compileTokens, type Matcher, type Token } from "./pattern.ts";
import { type Context, isFixed, isVariable, parseTemplate, resolve, type Template } from "./variables.ts";

const partCount = 6;

/** `arn`, partition, service, region, account, resource; undefined for what is no ARN. */
export function splitArn(arn: string): readonly string[] | undefined {
  const parts = arn.split(":");
  if (parts.length < partCount || parts[0] !== "arn") return undefined;
  return [...parts.slice(0, partCount - 1), parts.slice(partCount - 1).join(":")];
}

/** Cuts at the first five colons of literal text; fewer parts come back when there are fewer colons. */
function splitTemplate(template: Template): readonly Template[] {
  const parts: Template[number][][] = [[]];
  for (const piece of template) {
    if (typeof piece === "string" || isVariable(piece)) {
      parts.at(-1)!.push(piece);
      continue;
    }
    let rest = piece.text;
    for (let colon = rest.indexOf(":"); colon >= 0 && parts.length < partCount; colon = rest.indexOf(":")) {
      if (colon > 0) parts.at(-1)!.push({ text: rest.slice(0, colon) });
      rest = rest.slice(colon + 1);
      parts.push([]);
    }
    if (rest !== "") parts.at(-1)!.push({ text: rest });
  }
  return parts;
}

/**
 * The six parts of a pattern. AWS fills up the parts that are not written with `*`
 * (it shows so in its messages: `arn:b:x` becomes `arn:b:x:*:*:*`); here only a pattern that ends in `*` may be short.
 */
function fillUp(parts: readonly Template[]): readonly Template[] | undefined {
  if (parts.length < partCount && parts.at(-1)!.at(-1) !== "*") return undefined;
  return [...parts, ...Array<Template>(partCount - parts.length).fill(["*"])];
}

function compileParts(parts: readonly (readonly Token[])[]): Matcher {
  const matchers = parts.map(compileTokens);
  return (text) => splitArn(text)?.every((part, index) => matchers[index]!(part)) ?? false;
}

/** A value of ArnLike and its kin; undefined for what can't be an ARN pattern. */
export function compileArnPattern(tokens: readonly Token[]): Matcher | undefined {
  const parts = fillUp(splitTemplate(tokens));
  return parts && compileParts(parts as readonly (readonly Token[])[]);
}

export type ResourceMatcher = (resource: string, context: Context) => boolean;

export interface ResourceReading {
  readonly variables: boolean;
  /** Whether doubt counts as a match: true where a match refuses. */
  readonly generous: boolean;
  /** Whether an entry matches when one of its variables has no value. */
  readonly unresolved: boolean;
}

/**
 * One entry of Resource or NotResource. AWS says that a wildcard stays within its part, except a `*` at the end of a
 * part, which may go on past the colon. We read narrowly (never past a colon) where a match would let through, and
 * generously (over the whole text) where a match refuses; AWS's own reading lies between the two. The same goes for
 * what can't be read: it matches only if generous.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function compileResource(text: string, reading: ResourceReading): ResourceMatcher {
  if (text === "*") return () => true;
  if (!text.startsWith("arn:")) return () => reading.generous;
  const template = parseTemplate(text, { variables: reading.variables, wildcards: true });
  const parts = splitTemplate(template);
  if (reading.generous) {
    const whole: Template = parts.length < partCount ? [...template, "*"] : template;
    return compileTemplate(whole, compileTokens, reading.unresolved);
  }
  const filled = fillUp(parts);
  const head = filled?.slice(0, -1);
  // Variables may stand after the fifth colon only.
  if (!filled || !head?.every(isFixed)) return () => false;
  if (head.flat().every((token) => typeof token === "object")) {
    return compileTemplate(template, compileTokens, reading.unresolved);
  }
  return compileTemplate(filled.at(-1)!, (tail) => compileParts([...head, tail]), reading.unresolved);
}

/** Compiles once what holds no variable, the rest for each request. */
function compileTemplate(
  template: Template,
  compile: (tokens: readonly Token[]) => Matcher,
  unresolved: boolean,
): ResourceMatcher {
  if (isFixed(template)) return compile(template);
  return (resource, context) => {
    const tokens = resolve(template, context);
    return tokens ? compile(tokens)(resource) : unresolved;
  };
}
