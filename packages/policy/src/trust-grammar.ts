// What IAM takes as a role's trust policy, and its words for what it does not take: a validator of its own, stricter
// than the one for identities and related to that of S3 (bucket-grammar.ts). Whether a principal exists is asked by
// whoever knows the accounts.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
import { documentElements, principalElementOf, statementElements, statementsOf, versionOf } from "./document.ts";
import { isObject, type JsonObject, member, readJson, stringsOf } from "./json.ts";
import { isCondition, type Malformed, repeatsSid } from "./malformed.ts";
import { isPrincipalName } from "./principal.ts";

export function checkTrustPolicy(text: string): Malformed | undefined {
  const message = complaint(text);
  return message === undefined ? undefined : { code: "MalformedPolicyDocument", message };
}

/** For a user or role named in a trust policy that does not exist. */
export function invalidPrincipal(name: string): Malformed {
  return { code: "MalformedPolicyDocument", message: principalMessage("AWS", name) };
}

function principalMessage(kind: string, name: string): string {
  return `Invalid principal in policy: "${kind.toUpperCase()}":"${name}"`;
}

const syntaxError = "Syntax error in policy.";
const invalidJson = "This policy contains invalid Json";

function complaint(text: string): string | undefined {
  const json = readJson(text);
  if ("notJson" in json || json.repeatsKey || !isObject(json.value)) return invalidJson;
  const document = json.value;
  const stranger = Object.keys(document).find((name) => !documentElements.includes(name));
  if (stranger !== undefined) return `Unknown field ${stranger}`;
  if (versionOf(document) === undefined) return "The policy must contain a valid version string";
  const statements = statementsOf(document).filter((statement) => statement !== undefined && statement !== null);
  if (statements.length === 0) return "Could not parse the policy: Statement is empty!";
  for (const statement of statements) {
    const message = isObject(statement) ? statementComplaint(statement) : syntaxError;
    if (message !== undefined) return message;
  }
  const sids = statements.filter(isObject).map((statement) => member(statement, "Sid"));
  return repeatsSid(sids) ? "The Statement Ids in the policy are not unique" : undefined;
}

function statementComplaint(statement: JsonObject): string | undefined {
  const has = (name: string) => Object.hasOwn(statement, name);
  const stranger = Object.keys(statement).find((name) => !statementElements.includes(name));
  if (stranger !== undefined) return `Unknown field ${stranger}`;
  const sid = member(statement, "Sid");
  if (sid !== undefined && typeof sid !== "string") return syntaxError;
  const effect = member(statement, "Effect");
  if (effect === undefined) return "Missing required field Effect";
  if (effect !== "Allow" && effect !== "Deny") return `Invalid effect: ${String(effect)}`;
  if (has("NotPrincipal")) {
    return effect === "Allow"
      ? "Allow with NotPrincipal is not allowed."
      : "AssumeRole policy must not contain NotPrincipal field.";
  }
  const message = principalComplaint(statement) ?? actionComplaint(statement);
  if (message !== undefined) return message;
  if (has("Resource")) return "Has prohibited field Resource";
  return has("NotResource") ? "AssumeRole policy must not contain resources." : undefined;
}

function principalComplaint(statement: JsonObject): string | undefined {
  const raw = member(statement, "Principal");
  if (raw === undefined) return "Missing required field Principal";
  if (typeof raw === "string") return "Principal must be a JSON object.";
  if (!isObject(raw)) return syntaxError;
  const stranger = Object.keys(raw).find((kind) => !["AWS", "Service", "Federated"].includes(kind));
  if (stranger !== undefined) return `Invalid principal in policy: "${stranger}"`;
  const element = principalElementOf(raw);
  if (!element) return syntaxError;
  const named = Object.entries(element).flatMap(([kind, names]) => names.map((name: string) => ({ kind, name })));
  if (named.length === 0) return "Missing required field Principal cannot be empty!";
  const bad = named.find(({ kind, name }) => !isPrincipalName(kind, name));
  if (bad) return principalMessage(bad.kind, bad.name);
  const condition = member(statement, "Condition");
  if (!isCondition(condition)) return syntaxError;
  const isCognito = named.some(({ name }) => name === "cognito-identity.amazonaws.com");
  return isCognito && Object.keys(condition ?? {}).length === 0
    ? "A condition block must be present for the Cognito provider"
    : undefined;
}

function actionComplaint(statement: JsonObject): string | undefined {
  const has = (name: string) => Object.hasOwn(statement, name);
  if (has("Action") && has("NotAction")) return syntaxError;
  if (!has("Action") && !has("NotAction")) return "Missing required field Action";
  const actions = stringsOf(statement.Action ?? statement.NotAction);
  if (!actions) return syntaxError;
  if (actions.length === 0) return "Missing required field Action";
  return actions.every((action) => /^sts:[^:]+$/i.test(action))
    ? undefined
    : "AssumeRole policy may only specify STS AssumeRole actions.";
}
