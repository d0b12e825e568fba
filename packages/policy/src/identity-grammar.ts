// What IAM takes as a policy of an identity, and its words for what it does not take. The rounds follow IAM's order:
// syntax of all statements, version, the legacy parser, Sids, missing elements, resources, actions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import { conditionsOf, documentElements, statementElements, statementsOf, versionOf } from "./document.ts";
import { parseInstant } from "./instant.ts";
import { isObject, type JsonObject, member, readJson, stringsOf } from "./json.ts";
import { isCondition, type Malformed, repeatsSid } from "./malformed.ts";
import { parseOperator } from "./operators.ts";

type Check = (statements: readonly JsonObject[]) => string | undefined;

/**
 * Undefined when IAM takes the text. A managed policy must say version 2012-10-17; an inline one may leave it out or
 * use the old one.
 */
export function checkIdentityPolicy(text: string, use: { readonly managed: boolean }): Malformed | undefined {
  const message = complaint(text, use.managed);
  return message === undefined ? undefined : { code: "MalformedPolicyDocument", message };
}

function complaint(text: string, managed: boolean): string | undefined {
  const json = readJson(text);
  if ("notJson" in json || json.repeatsKey || !isObject(json.value)) return syntaxErrors;
  const document = json.value;
  const id = member(document, "Id");
  const hasForm =
    Object.keys(document).every((name) => documentElements.includes(name)) &&
    versionOf(document) !== undefined &&
    (id === undefined || typeof id === "string");
  const statements = statementsOf(document);
  if (!hasForm || statements.length === 0 || !statements.every(isObject)) return syntaxErrors;
  for (const check of [checkSyntax, managed ? checkVersion(document) : undefined, ...laterChecks]) {
    const message = check?.(statements);
    if (message !== undefined) return message;
  }
  return undefined;
}

const syntaxErrors = "Syntax errors in policy.";
const legacyParsing = "The policy failed legacy parsing";

const checkSyntax: Check = (statements) => {
  for (const statement of statements) {
    if (!hasSyntax(statement)) return syntaxErrors;
    if (Object.hasOwn(statement, "Principal") || Object.hasOwn(statement, "NotPrincipal")) {
      return "Policy document should not specify a principal.";
    }
  }
  return undefined;
};

function hasSyntax(statement: JsonObject): boolean {
  const has = (name: string) => Object.hasOwn(statement, name);
  const sid = member(statement, "Sid");
  const effect = member(statement, "Effect");
  return (
    Object.keys(statement).every((name) => statementElements.includes(name)) &&
    typeof effect === "string" &&
    /^(allow|deny)$/i.test(effect) &&
    (sid === undefined || typeof sid === "string") &&
    ["Action", "NotAction", "Resource", "NotResource"].every((name) => !has(name) || stringsOf(statement[name])) &&
    !(has("Action") && has("NotAction")) &&
    !(has("Resource") && has("NotResource")) &&
    isCondition(member(statement, "Condition"))
  );
}

function checkVersion(document: JsonObject): Check {
  const isNew = member(document, "Version") === "2012-10-17";
  return () => (isNew ? undefined : "Policy document must be version 2012-10-17 or greater.");
}

/** The case of Effect, dates, and resources that have some colons but too few. */
const checkLegacyForm: Check = (statements) => {
  for (const statement of statements) {
    const effect = member(statement, "Effect");
    if (effect !== "Allow" && effect !== "Deny") return legacyParsing;
    for (const { operator, keys } of conditionsOf(member(statement, "Condition")) ?? []) {
      const isDate = parseOperator(operator)?.name.startsWith("Date");
      const values = keys.flatMap((key) => key.values);
      if (isDate && values.some((value) => parseInstant(value) === undefined)) return legacyParsing;
    }
  }
  return statements.flatMap(resourcesOf).some(isLegacyBroken) ? legacyParsing : undefined;
};

const checkSids: Check = (statements) => {
  const sids = statements.map((statement) => member(statement, "Sid"));
  if (sids.some((sid) => typeof sid === "string" && !/^[0-9A-Za-z]*$/.test(sid))) {
    return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
  }
  return repeatsSid(sids) ? "Statement IDs (SID) in a single policy must be unique." : undefined;
};

const checkPresence: Check = (statements) => {
  if (statements.some((statement) => actionsOf(statement).length === 0)) {
    return "Policy statement must contain actions.";
  }
  return statements.some((statement) => resourcesOf(statement).length === 0)
    ? "Policy statement must contain resources."
    : undefined;
};

const checkResources: Check = (statements) => firstMessage(statements.flatMap(resourcesOf), resourceComplaint);
const checkActions: Check = (statements) => firstMessage(statements.flatMap(actionsOf), actionComplaint);
const laterChecks = [checkLegacyForm, checkSids, checkPresence, checkResources, checkActions];

function firstMessage(texts: readonly string[], complain: (text: string) => string | undefined): string | undefined {
  return texts.map(complain).find((message) => message !== undefined);
}

function actionsOf(statement: JsonObject): readonly string[] {
  return stringsOf(member(statement, "Action") ?? member(statement, "NotAction")) ?? [];
}

function resourcesOf(statement: JsonObject): readonly string[] {
  return stringsOf(member(statement, "Resource") ?? member(statement, "NotResource")) ?? [];
}

const partitions = ["aws", "aws-cn", "aws-us-gov"];

function isLegacyBroken(resource: string): boolean {
  const fields = resource.split(":");
  if (fields[0] !== "arn" || fields.length < 3) return false;
  if (fields.length < 6) return resource.includes("::") || !partitions.includes(fields[1]!);
  return fields[2] === "" && partitions.includes(fields[1]!);
}

const iamPaths = [
  "user/",
  "federated-user/",
  "role/",
  "group/",
  "instance-profile/",
  "mfa/",
  "server-certificate/",
  "policy/",
  "sms-mfa/",
  "saml-provider/",
  "oidc-provider/",
  "report/",
  "access-report/",
];

function resourceComplaint(resource: string): string | undefined {
  if (resource === "*") return undefined;
  const fields = resource.split(":");
  if (fields.length === 1) return `Resource ${resource} must be in ARN format or "*".`;
  const [prefix, partition = "", service, region, account, ...path] = fields;
  if (!partitions.includes(partition)) {
    // The message shows the ARN with its first field set right and the missing ones filled up.
    const rest = [2, 3, 4].map((index) => fields[index] ?? "*");
    const shown = ["arn", partition, ...rest, fields.length > 5 ? fields.slice(5).join(":") : "*"].join(":");
    return `Partition "${partition}" is not valid for resource "${shown}".`;
  }
  if (prefix !== "arn") return `Resource ${resource} must be in ARN format or "*".`;
  if (!service || /[*?]/.test(service)) return "Resource vendor must be fully qualified and cannot contain regexes.";
  if (path.length === 0) return undefined;
  if (service === "s3" && region !== "" && account === "") {
    return `Resource ${resource} can not contain region information.`;
  }
  if (service !== "iam") return undefined;
  if (region !== "") return `IAM resource ${resource} cannot contain region information.`;
  const name = path.join(":");
  return name === "*" || iamPaths.some((start) => name.startsWith(start))
    ? undefined
    : `IAM resource path must either be "*" or start with ${iamPaths.join(", ")}.`;
}

function actionComplaint(action: string): string | undefined {
  if (action === "*") return undefined;
  const [vendor = "", ...names] = action.split(":");
  if (names.length === 0) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  if (names.length > 1) return "Actions/Condition can contain only one colon.";
  return vendor === "*" || /^[a-zA-Z0-9.-]+$/.test(vendor) ? undefined : `Vendor ${vendor} is not valid`;
}
