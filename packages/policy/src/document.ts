// A policy document as a typed value. Parsing is about form alone (which elements, of which type); what AWS demands
// beyond that, with its own words for each fault, is in the three grammars.
import { isObject, type JsonObject, member, readJson, stringsOf } from "./json.ts";

export type Effect = "Allow" | "Deny";

/** The principals of one statement by kind, or everyone. */
export type PrincipalElement = "*" | Readonly<Record<string, readonly string[]>>;

/** One operator with its keys; the values are text, as AWS compares them. */
export interface ConditionBlock {
  readonly operator: string;
  readonly keys: readonly { readonly key: string; readonly values: readonly string[] }[];
}

export interface Statement {
  readonly sid: string | undefined;
  readonly effect: Effect;
  readonly principal: PrincipalElement | undefined;
  readonly notPrincipal: PrincipalElement | undefined;
  readonly action: readonly string[] | undefined;
  readonly notAction: readonly string[] | undefined;
  readonly resource: readonly string[] | undefined;
  readonly notResource: readonly string[] | undefined;
  readonly conditions: readonly ConditionBlock[];
}

export interface Document {
  /** Variables work from 2012-10-17 on. */
  readonly version: "2008-10-17" | "2012-10-17";
  readonly statements: readonly Statement[];
}

export const documentElements: readonly string[] = ["Version", "Id", "Statement"];
export const statementElements: readonly string[] = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export function parseDocument(text: string): Document | { readonly error: string } {
  const json = readJson(text);
  if ("notJson" in json) return { error: `not JSON: ${json.notJson}` };
  if (json.repeatsKey) return { error: "a key is written twice" };
  const raw = json.value;
  if (!isObject(raw)) return { error: "not a JSON object" };
  const stranger = Object.keys(raw).find((name) => !documentElements.includes(name));
  if (stranger !== undefined) return { error: `unknown element ${stranger}` };
  const version = versionOf(raw);
  if (version === undefined) return { error: "Version is neither 2012-10-17 nor 2008-10-17" };
  const statements: Statement[] = [];
  for (const [index, entry] of statementsOf(raw).entries()) {
    const statement = parseStatement(entry);
    if (typeof statement === "string") return { error: `statement ${index + 1}: ${statement}` };
    statements.push(statement);
  }
  return { version, statements };
}

/** The version in force: without the element the old one, as on AWS. Undefined for a version that AWS does not know. */
export function versionOf(document: JsonObject): Document["version"] | undefined {
  const version = Object.hasOwn(document, "Version") ? document.Version : "2008-10-17";
  return version === "2012-10-17" || version === "2008-10-17" ? version : undefined;
}

/** The statements, whether written as a list or as a single object. */
export function statementsOf(document: JsonObject): readonly unknown[] {
  const raw = member(document, "Statement");
  return Array.isArray(raw) ? raw : [raw];
}

function parseStatement(raw: unknown): Statement | string {
  if (!isObject(raw)) return "not an object";
  const stranger = Object.keys(raw).find((name) => !statementElements.includes(name));
  if (stranger !== undefined) return `unknown element ${stranger}`;
  const effect = member(raw, "Effect");
  if (effect !== "Allow" && effect !== "Deny") return "Effect is neither Allow nor Deny";
  const sid = member(raw, "Sid");
  if (sid !== undefined && typeof sid !== "string") return "Sid is not a string";
  for (const name of ["Action", "NotAction", "Resource", "NotResource"]) {
    if (Object.hasOwn(raw, name) && !stringsOf(raw[name])) return `${name} is neither a string nor a list of strings`;
  }
  for (const name of ["Principal", "NotPrincipal"]) {
    if (Object.hasOwn(raw, name) && !principalElementOf(raw[name])) return `${name} is neither "*" nor an object`;
  }
  for (const name of ["Principal", "Action", "Resource"]) {
    if (Object.hasOwn(raw, name) && Object.hasOwn(raw, `Not${name}`)) return `both ${name} and Not${name}`;
  }
  const conditions = conditionsOf(member(raw, "Condition"));
  if (!conditions) return "Condition is not an object of operators, keys and values";
  return {
    sid: sid === "" ? undefined : sid,
    effect,
    principal: principalElementOf(member(raw, "Principal")),
    notPrincipal: principalElementOf(member(raw, "NotPrincipal")),
    action: stringsOf(member(raw, "Action")),
    notAction: stringsOf(member(raw, "NotAction")),
    resource: stringsOf(member(raw, "Resource")),
    notResource: stringsOf(member(raw, "NotResource")),
    conditions,
  };
}

export function principalElementOf(raw: unknown): PrincipalElement | undefined {
  if (raw === "*") return "*";
  if (!isObject(raw)) return undefined;
  const entries = Object.entries(raw).map(([kind, names]) => [kind, stringsOf(names)] as const);
  return entries.every(([, names]) => names !== undefined)
    ? (Object.fromEntries(entries) as Readonly<Record<string, readonly string[]>>)
    : undefined;
}

/** The operators in their order; an absent element has none. Undefined when the element is not of the right form. */
export function conditionsOf(raw: unknown): readonly ConditionBlock[] | undefined {
  if (raw === undefined) return [];
  if (!isObject(raw)) return undefined;
  const blocks: ConditionBlock[] = [];
  for (const [operator, rawKeys] of Object.entries(raw)) {
    if (!isObject(rawKeys)) return undefined;
    const keys = Object.entries(rawKeys).map(([key, value]) => ({ key, values: scalarTexts(value) }));
    if (!keys.every(hasValues)) return undefined;
    blocks.push({ operator, keys });
  }
  return blocks;
}

function hasValues<Key extends { values: unknown }>(key: Key): key is Key & { values: readonly string[] } {
  return key.values !== undefined;
}

/** Booleans and numbers may stand unquoted. */
function scalarTexts(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.every((one) => ["string", "boolean", "number"].includes(typeof one)) ? values.map(String) : undefined;
}
