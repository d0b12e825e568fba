// The path of a refusal through the policies: each policy that was looked at, and of each of its statements what became
// of it. Worked out after the decision and for refusals only; it asks the very parts that decided.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import { compileCondition } from "./condition.ts";
import { type Document, parseDocument, type Statement } from "./document.ts";
import { type CompiledPolicy, type Decision, inOrder, type Policies } from "./evaluate.ts";
import {
  type Asked,
  type PolicyKind,
  partsOf,
  type Request,
  type StatementParts,
  type StatementRef,
} from "./statement.ts";
import { factOf } from "./variables.ts";

/** A condition that did not hold: the values that the policy wants, and those of the request, if it has any. */
export interface ConditionLook {
  readonly Operator: string;
  readonly Key: string;
  readonly Wanted: string[];
  readonly Given: string[];
}

/** What became of a statement; `decides` is the one that the decision rests on. */
export type StatementResult =
  | "decides"
  | "matches"
  | "other-principal"
  | "other-action"
  | "other-resource"
  | "condition-fails";

export interface StatementLook {
  /** Counted from 1. */
  readonly Index: number;
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Result: StatementResult;
  /** The conditions that failed. */
  readonly Conditions: ConditionLook[];
}

export interface PolicyLook {
  readonly Kind: PolicyKind;
  /** The policy's ARN, or the name of an inline one or of a bucket. */
  readonly Name: string;
  /** Why the document cannot be read; then it denies everything. */
  readonly Unreadable?: string;
  readonly Statements: StatementLook[];
  /** How many statements more there are, of which nothing is said. */
  readonly Others: number;
}

/** Longer lists tell nobody anything. */
const MAX_POLICIES = 40;
const MAX_STATEMENTS = 40;
const MAX_VALUES = 10;
const MAX_TEXT = 256;

export function policyPath(request: Request, policies: Policies, decision: Decision): PolicyLook[] {
  const asked: Asked = { ...request, lowerCaseAction: request.action.toLowerCase() };
  return inOrder(policies)
    .slice(0, MAX_POLICIES)
    .map((policy) => lookAt(policy, asked, decision));
}

interface Readable {
  readonly statement: Statement;
  readonly parts: StatementParts;
  readonly version: Document["version"];
}

const read = new WeakMap<CompiledPolicy, readonly Readable[] | { readonly error: string }>();

function readableOf(policy: CompiledPolicy): readonly Readable[] | { readonly error: string } {
  const known = read.get(policy);
  if (known) return known;
  const document = parseDocument(policy.text);
  const made =
    "error" in document
      ? document
      : document.statements.map((statement) => ({
          statement,
          parts: partsOf(statement, policy.kind, document.version),
          version: document.version,
        }));
  read.set(policy, made);
  return made;
}

function lookAt(policy: CompiledPolicy, asked: Asked, decision: Decision): PolicyLook {
  const { kind: Kind, name: Name } = policy;
  const statements = readableOf(policy);
  if ("error" in statements) return { Kind, Name, Unreadable: statements.error, Statements: [], Others: 0 };
  const looks = statements.map((one, index) => lookAtStatement(one, index + 1, policy, asked, decision));
  // What speaks of the action comes first where not all can be told.
  const telling = looks.filter(({ Result }) => Result !== "other-action" && Result !== "other-principal");
  const told = looks.length <= MAX_STATEMENTS ? looks : telling.slice(0, MAX_STATEMENTS);
  return { Kind, Name, Statements: told, Others: looks.length - told.length };
}

function lookAtStatement(
  { statement, parts, version }: Readable,
  Index: number,
  policy: CompiledPolicy,
  asked: Asked,
  decision: Decision,
): StatementLook {
  const { sid, effect: Effect } = statement;
  const about = { Index, Effect, ...(sid !== undefined && { Sid: sid }) };
  const no = (Result: StatementResult, Conditions: ConditionLook[] = []) => ({ ...about, Result, Conditions });
  if (parts.names(asked.principal).size === 0) return no("other-principal");
  if (!parts.action(asked)) return no("other-action");
  if (!parts.resource(asked)) return no("other-resource");
  if (!parts.condition(asked)) return no("condition-fails", failing(statement, version, asked));
  const isDeciding = decidingOf(decision).some(
    (ref) => ref.kind === policy.kind && ref.policy === policy.name && ref.index === Index,
  );
  return no(isDeciding ? "decides" : "matches");
}

/** Of a refusal the deny; of what was allowed the statements that allowed it. */
function decidingOf(decision: Decision): readonly StatementRef[] {
  switch (decision.effect) {
    case "explicitDeny":
      return [decision.reason.statement];
    case "implicitDeny":
      return [];
    case "allow":
      return decision.reason.statements;
  }
}

function failing({ conditions }: Statement, version: Document["version"], { context }: Asked): ConditionLook[] {
  const looks: ConditionLook[] = [];
  for (const { operator, keys } of conditions) {
    for (const one of keys) {
      const holds = compileCondition({ operator, keys: [one] }, version === "2012-10-17");
      if (holds(context) === true) continue;
      const given = factOf(context, one.key.toLowerCase()) ?? [];
      const Given = shortened(typeof given === "string" ? [given] : given);
      looks.push({ Operator: operator, Key: one.key, Wanted: shortened(one.values), Given });
    }
  }
  return looks.slice(0, MAX_VALUES);
}

function shortened(values: readonly string[]): string[] {
  return values.slice(0, MAX_VALUES).map((value) => value.slice(0, MAX_TEXT));
}
