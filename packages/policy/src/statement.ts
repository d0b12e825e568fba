// A statement compiled once and asked often. Every part reads doubt against the caller: `generous` says that doubt
// counts as a match, which it does where a match refuses (Action of a Deny, NotAction of an Allow) and nowhere else.
import { compileResource } from "./arn.ts";
import { compileCondition, everyOf } from "./condition.ts";
import type { ConditionBlock, Document, Statement } from "./document.ts";
import { type Matcher, wildcard } from "./pattern.ts";
import { compilePrincipal, compileSpared, type Naming, type Principal } from "./principal.ts";
import type { Context } from "./variables.ts";

/** What a policy is attached as. The last two stand on a resource and name principals. */
export type PolicyKind = "identity" | "boundary" | "session" | "resource" | "trust";

/** One need to be decided. */
export interface Request {
  readonly principal: Principal;
  /** `s3:GetObject`, in any case. */
  readonly action: string;
  /** An ARN, or `*` for an action that has no resource. */
  readonly resource: string;
  /** The account that owns the resource. */
  readonly resourceAccount: string;
  readonly context: Context;
}

export interface Asked extends Request {
  readonly lowerCaseAction: string;
}

/** Which statement it was: enough to find it again. */
export interface StatementRef {
  readonly kind: PolicyKind;
  /** The policy's ARN, or the name of an inline one. */
  readonly policy: string;
  readonly sid: string | undefined;
  /** Counted from 1; 0 stands for the document as a whole. */
  readonly index: number;
  /** Why the document can't be read, when that is what denies. */
  readonly unreadable: string | undefined;
}

export interface CompiledStatement {
  readonly ref: StatementRef;
  /** Action, resource and conditions. */
  readonly covers: (asked: Asked) => boolean;
  /** How the statement names the principal. Statements of an identity's own policies name nobody and concern it. */
  readonly names: (principal: Principal) => ReadonlySet<Naming>;
}

type Part = (asked: Asked) => boolean;

const always: Part = () => true;
const never: Part = () => false;
const nobody: ReadonlySet<Naming> = new Set();
const everyone: ReadonlySet<Naming> = new Set<Naming>(["everyone"]);

function namesPrincipals(kind: PolicyKind): boolean {
  return kind === "resource" || kind === "trust";
}

export function compileStatement(
  statement: Statement,
  ref: StatementRef,
  version: Document["version"],
): CompiledStatement {
  const { action, resource, condition, names } = partsOf(statement, ref.kind, version);
  const parts = [action, resource, condition].filter((part) => part !== always);
  return { ref, covers: (asked) => parts.every((part) => part(asked)), names };
}

/** The elements of a statement, each as a question of its own: all must hold. */
export interface StatementParts {
  readonly action: Part;
  readonly resource: Part;
  readonly condition: Part;
  readonly names: CompiledStatement["names"];
}

export function partsOf(statement: Statement, kind: PolicyKind, version: Document["version"]): StatementParts {
  const variables = version === "2012-10-17";
  return {
    action: actionPart(statement),
    resource: resourcePart(statement, kind, variables),
    condition: conditionPart(statement, variables),
    names: principalPart(statement, kind),
  };
}

/** What a part that should be there, or should not, makes of the statement. */
function misfit({ effect }: Statement): Part {
  return effect === "Deny" ? always : never;
}

/** `*`, or a service and a name with one colon between them. */
function isActionPattern(text: string): boolean {
  return text === "*" || /^([a-z0-9.-]+|\*):[^:]+$/i.test(text);
}

function actionPart(statement: Statement): Part {
  const { action, notAction } = statement;
  const listed = action ?? notAction;
  if (!listed?.length) return misfit(statement);
  const generous = (statement.effect === "Deny") === (action !== undefined);
  const exact = new Set<string>();
  const patterns: Matcher[] = [];
  for (const written of listed) {
    const text = written.toLowerCase();
    if (!isActionPattern(text)) patterns.push(() => generous);
    else if (/[*?]/.test(text)) patterns.push(wildcard(text));
    else exact.add(text);
  }
  const isListed: Part = ({ lowerCaseAction }) =>
    exact.has(lowerCaseAction) || patterns.some((matches) => matches(lowerCaseAction));
  return action ? isListed : (asked) => !isListed(asked);
}

function resourcePart(statement: Statement, kind: PolicyKind, variables: boolean): Part {
  const { resource, notResource } = statement;
  const listed = resource ?? notResource;
  // The resource of a trust policy is its role.
  if (kind === "trust") return listed ? misfit(statement) : always;
  if (!listed?.length) return misfit(statement);
  const generous = (statement.effect === "Deny") === (resource !== undefined);
  // A variable without value matches nothing, except that it must not thereby widen an Allow.
  const unresolved = statement.effect === "Allow" && resource === undefined;
  const matchers = listed.map((text) => compileResource(text, { variables, generous, unresolved }));
  const isListed: Part = (asked) => matchers.some((matches) => matches(asked.resource, asked.context));
  return resource ? isListed : (asked) => !isListed(asked);
}

function conditionPart({ conditions, effect }: Statement, variables: boolean): Part {
  if (conditions.length === 0) return always;
  const questions = conditions.map((block) => compileCondition(block, variables));
  const inDoubt = effect === "Deny";
  return ({ context }) => everyOf(questions.map((ask) => ask(context))) ?? inDoubt;
}

/** Whether the condition holds only for a principal of a certain ARN. */
function pinsPrincipal({ operator, keys }: ConditionBlock): boolean {
  const isPositive = ["ArnEquals", "ArnLike", "StringEquals", "StringLike"].includes(operator);
  return isPositive && keys.some(({ key }) => key.toLowerCase() === "aws:principalarn");
}

function pinned(namings: ReadonlySet<Naming>): ReadonlySet<Naming> {
  return namings.has("everyone") ? new Set([...namings, "pinned"]) : namings;
}

function principalPart(statement: Statement, kind: PolicyKind): CompiledStatement["names"] {
  const { effect, principal, notPrincipal } = statement;
  const inDoubt = effect === "Deny" ? everyone : nobody;
  if (!namesPrincipals(kind)) return principal || notPrincipal ? () => inDoubt : () => everyone;
  if (principal) {
    const namings = compilePrincipal(principal, effect === "Deny");
    return statement.conditions.some(pinsPrincipal) ? (asking) => pinned(namings(asking)) : namings;
  }
  // AWS supports NotPrincipal with Deny only.
  if (!notPrincipal || effect === "Allow") return () => inDoubt;
  const isSpared = compileSpared(notPrincipal);
  return (asking) => (isSpared(asking) ? nobody : everyone);
}
