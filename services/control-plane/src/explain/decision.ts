// A decision of the policies in sentences: which statement denied, or what was missing, and which came nearest.
import type { DenialDetail } from "@rolemint/caller";
import type { ConditionLook, PolicyLook, StatementLook } from "@rolemint/policy";

const KINDS: Readonly<Record<string, string>> = {
  identity: "identity policy",
  boundary: "permissions boundary",
  session: "session policy",
  resource: "resource policy",
  trust: "trust policy",
};

/** One sentence: who decided, or who should have allowed and why it did not. */
export function decisionSentence({ Effect, Missing = "", Action, Resource, Policies }: DenialDetail): string {
  const asked = `${Action} on ${Resource}`;
  const unreadable = Policies.find((policy) => policy.Unreadable !== undefined);
  if (Effect === "explicitDeny") {
    if (unreadable) return `${asked} is denied: ${named(unreadable)} cannot be read (${unreadable.Unreadable})`;
    const decided = statementsOf(Policies).find(([, statement]) => statement.Result === "decides");
    if (!decided) return `${asked} is denied by a policy`;
    return `${asked} is denied by ${statementName(decided[1])} of the ${named(decided[0])}`;
  }
  const kind = KINDS[Missing] ?? Missing;
  const own = Policies.filter((policy) => policy.Kind === Missing);
  if (own.length === 0) return `${asked} is allowed by no ${kind}: there is none`;
  const nearest = nearestOf(own);
  return `${asked} is allowed by no ${kind}${nearest === undefined ? "" : `; nearest comes ${nearest}`}`;
}

/** An Allow whose condition failed is nearer than one for another resource. */
function nearestOf(policies: readonly PolicyLook[]): string | undefined {
  const allows = statementsOf(policies).filter(([, { Effect }]) => Effect === "Allow");
  const byCondition = allows.find(([, { Result }]) => Result === "condition-fails");
  if (byCondition) {
    const [policy, statement] = byCondition;
    const why = statement.Conditions.map(conditionText).join("; ");
    return `${statementName(statement)} of the ${named(policy)}, whose condition fails${why === "" ? "" : `: ${why}`}`;
  }
  const byResource = allows.find(([, { Result }]) => Result === "other-resource");
  if (!byResource) return undefined;
  return `${statementName(byResource[1])} of the ${named(byResource[0])}, which is for other resources`;
}

function statementsOf(policies: readonly PolicyLook[]): (readonly [PolicyLook, StatementLook])[] {
  return policies.flatMap((policy) => policy.Statements.map((statement) => [policy, statement] as const));
}

function conditionText({ Operator, Key, Wanted, Given }: ConditionLook): string {
  return `${Operator} ${Key} wants ${Wanted.join(" or ")}, and it is ${Given.length === 0 ? "not there" : Given.join(", ")}`;
}

function statementName({ Index, Sid }: StatementLook): string {
  return `statement ${Sid === undefined ? Index : `${Index} (${Sid})`}`;
}

function named({ Kind, Name }: PolicyLook): string {
  return Name === (KINDS[Kind] ?? Kind) ? Name : `${KINDS[Kind] ?? Kind} ${Name}`;
}
