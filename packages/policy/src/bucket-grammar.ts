// What S3 takes as a bucket policy, and its words for what it does not take. Whether a principal exists is asked by
// whoever knows the accounts. A gap: `CanonicalUser` principals are refused.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
import { parseRange } from "./address.ts";
import {
  type ConditionBlock,
  conditionsOf,
  documentElements,
  principalElementOf,
  statementElements,
  statementsOf,
  versionOf,
} from "./document.ts";
import { isObject, type JsonObject, member, readJson, stringsOf } from "./json.ts";
import { type Malformed, repeatsSid, unknownOperator } from "./malformed.ts";
import { parseOperator } from "./operators.ts";
import { wildcard } from "./pattern.ts";
import { isPrincipalName } from "./principal.ts";
import { s3Actions } from "./s3-actions.ts";
import { s3ConditionKey } from "./s3-condition-keys.ts";

/** `bucket` is the name of the bucket that the policy is for. */
export function checkBucketPolicy(text: string, bucket: string): Malformed | undefined {
  const message = complaint(text, bucket);
  return message === undefined ? undefined : { code: "MalformedPolicy", message };
}

/** For a policy that names an account, user or role that is not there: S3 does not say which. */
export const invalidBucketPrincipal: Malformed = { code: "MalformedPolicy", message: "Invalid principal in policy" };

const syntaxError = "Invalid policy syntax.";

function complaint(text: string, bucket: string): string | undefined {
  if (!text.startsWith("{")) return "Policies must be valid JSON and the first byte must be '{'";
  const json = readJson(text);
  if ("notJson" in json || json.repeatsKey || !isObject(json.value)) return "This policy contains invalid Json";
  const document = json.value;
  const stranger = Object.keys(document).find((name) => !documentElements.includes(name));
  if (stranger !== undefined) return `Unknown field ${stranger}`;
  if (versionOf(document) === undefined) return "The policy must contain a valid version string";
  if (!Object.hasOwn(document, "Statement")) return "Missing required field Statement";
  const statements = statementsOf(document);
  if (statements.length === 0) return "Could not parse the policy: Statement is empty!";
  for (const statement of statements) {
    const message = isObject(statement) ? statementComplaint(statement, bucket) : syntaxError;
    if (message !== undefined) return message;
  }
  const sids = statements.filter(isObject).map((statement) => member(statement, "Sid"));
  return repeatsSid(sids) ? "The Statement Ids in the policy are not unique" : undefined;
}

function statementComplaint(statement: JsonObject, bucket: string): string | undefined {
  const has = (name: string) => Object.hasOwn(statement, name);
  const stranger = Object.keys(statement).find((name) => !statementElements.includes(name));
  if (stranger !== undefined) return `Unknown field ${stranger}`;
  const sid = member(statement, "Sid");
  if (sid !== undefined && typeof sid !== "string") return syntaxError;
  const effect = member(statement, "Effect");
  if (effect === undefined) return "Missing required field Effect";
  if (effect !== "Allow" && effect !== "Deny") return `Invalid effect: ${String(effect)}`;
  if (effect === "Allow" && has("NotPrincipal")) return "Allow with NotPrincipal is not allowed.";
  for (const name of ["Principal", "Action", "Resource"]) {
    if (has(name) && has(`Not${name}`)) return syntaxError;
    if (!has(name) && !has(`Not${name}`)) return `Missing required field ${name}`;
  }
  return (
    principalComplaint(statement.Principal ?? statement.NotPrincipal) ??
    conditionComplaint(member(statement, "Condition")) ??
    scopeComplaint(statement, bucket) ??
    keyComplaint(statement)
  );
}

function principalComplaint(raw: unknown): string | undefined {
  const element = principalElementOf(raw);
  if (element === "*") return undefined;
  const names = Object.entries(element ?? {});
  const isValid =
    names.some(([, listed]) => listed.length > 0) &&
    names.every(([kind, listed]) => listed.every((name: string) => isPrincipalName(kind, name)));
  return isValid ? undefined : invalidBucketPrincipal.message;
}

function conditionComplaint(raw: unknown): string | undefined {
  const stranger = unknownOperator(raw);
  if (stranger !== undefined) return `Invalid Condition type : ${stranger}`;
  return conditionsOf(raw) ? undefined : syntaxError;
}

/** Each key must be one that S3 has, and go with each action that is named without a wildcard. */
function keyComplaint(statement: JsonObject): string | undefined {
  const blocks = conditionsOf(member(statement, "Condition")) ?? [];
  const actions = (stringsOf(member(statement, "Action")) ?? []).filter((action) => !/[*?]/.test(action));
  for (const key of blocks.flatMap(({ keys }) => keys.map((one) => one.key))) {
    const known = s3ConditionKey(key);
    if (!known) return "Policy has an invalid condition key";
    if (!actions.every(known.goesWith)) {
      return "Conditions do not apply to combination of actions and resources in statement";
    }
  }
  return blocks.every(hasAddresses) ? undefined : "Invalid IP address in Conditions";
}

const addressKeys: readonly string[] = ["aws:sourceip", "aws:vpcsourceip"];

function hasAddresses({ operator, keys }: ConditionBlock): boolean {
  const isAboutAddresses = ["IpAddress", "NotIpAddress"].includes(parseOperator(operator)?.name ?? "");
  const addresses = isAboutAddresses ? keys.filter(({ key }) => addressKeys.includes(key.toLowerCase())) : [];
  return addresses.every(({ values }) => values.every((value) => parseRange(value) !== undefined));
}

/** Actions and resources, alone and together: each action must apply to one of the resources. */
function scopeComplaint(statement: JsonObject, bucket: string): string | undefined {
  const actions = stringsOf(statement.Action ?? statement.NotAction);
  const resources = stringsOf(statement.Resource ?? statement.NotResource);
  const meant = actions?.map(levelsOfAction) ?? [];
  if (meant.length === 0 || !meant.every((levels) => levels.size > 0)) return "Policy has invalid action";
  const reached = resources?.map((resource) => levelsOfResource(resource, bucket)) ?? [];
  if (reached.length === 0 || !reached.every((levels) => levels.size > 0)) return "Policy has invalid resource";
  const all = new Set(reached.flatMap((levels) => [...levels]));
  return meant.every((levels) => [...levels].some((level) => all.has(level)))
    ? undefined
    : "Action does not apply to any resource(s) in statement";
}

type Level = keyof typeof s3Actions;

/** On what the actions meant by a pattern work; empty when it means none that S3 has. */
function levelsOfAction(pattern: string): ReadonlySet<Level> {
  const matches = wildcard(pattern.toLowerCase());
  const isForS3 = pattern === "*" || /^s3:[^:]+$/i.test(pattern);
  const levels = Object.entries(s3Actions) as [Level, readonly string[]][];
  const met = levels.filter(([, names]) => names.some((name) => matches(`s3:${name.toLowerCase()}`)));
  return new Set(isForS3 ? met.map(([level]) => level) : []);
}

/** Whether a resource means the bucket, objects in it, or both; empty when it is not of this bucket. */
function levelsOfResource(resource: string, bucket: string): ReadonlySet<Level> {
  const [, name] = /^arn:(?:aws|aws-cn|aws-us-gov):s3:::(.+)$/s.exec(resource) ?? [];
  if (!name?.startsWith(bucket)) return new Set();
  const rest = name.slice(bucket.length);
  if (rest === "") return new Set<Level>(["bucket"]);
  if (rest.startsWith("/")) return new Set<Level>(["object"]);
  return new Set<Level>(/^[*?]/.test(rest) ? ["bucket", "object"] : []);
}
